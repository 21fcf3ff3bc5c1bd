//! The drawing of what grows: both axes logarithmic, readable on light and on dark pages.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Where it stands.
const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/growth.svg");

/// One line of the drawing.
pub(crate) struct Curve {
    pub(crate) name: &'static str,
    /// Size, and instructions of one operation at that size.
    pub(crate) points: Vec<(u64, f64)>,
}

/// Neither black nor white, so that it is read on both.
const INK: RGBColor = RGBColor(128, 128, 128);

/// Told apart by those who see few colours too (Okabe and Ito, *Color Universal Design*, 2008).
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(213, 94, 0),
    RGBColor(86, 180, 233),
    RGBColor(204, 121, 167),
];

/// Draws; returns where.
pub(crate) fn draw(curves: &[Curve]) -> &'static str {
    let sizes = curves.iter().flat_map(|curve| curve.points.iter().map(|(size, _)| *size as f64));
    let (least, most) = sizes.fold((f64::MAX, 1.0_f64), |(least, most), size| (least.min(size), most.max(size)));
    let top = curves.iter().flat_map(|curve| curve.points.iter().map(|(_, each)| *each)).fold(1.0, f64::max);
    let area = SVGBackend::new(PATH, (820, 460)).into_drawing_area();
    let mut chart = ChartBuilder::on(&area)
        .margin(12)
        // Names stand at the end of their lines.
        .margin_right(130)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d((least..most).log_scale(), (100.0..top * 2.0).log_scale())
        .expect("axes");
    let words = ("sans-serif", 14).into_font().color(&INK);
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(INK.mix(0.25))
        .axis_style(INK)
        .label_style(words.clone())
        .axis_desc_style(words.clone())
        .x_desc("how many")
        .y_desc("instructions of one operation")
        .x_label_formatter(&|size| grouped(*size as u64))
        .y_label_formatter(&|each| grouped(*each as u64))
        .draw()
        .expect("the mesh");
    let mut ends = Vec::new();
    for (curve, colour) in curves.iter().zip(COLOURS.iter().cycle()) {
        let points = || curve.points.iter().map(|(size, each)| (*size as f64, *each));
        chart.draw_series(LineSeries::new(points(), colour.stroke_width(2))).expect("a line");
        chart.draw_series(points().map(|point| Circle::new(point, 3, colour.filled()))).expect("its points");
        ends.push((chart.backend_coord(&points().next_back().expect("a point")), curve.name, colour));
    }
    // Lines that end close to each other have names one below the other, in the order of the lines.
    ends.sort_by_key(|&((_, y), ..)| y);
    let mut free_from = i32::MIN;
    for ((x, y), name, colour) in ends {
        let y = y.max(free_from);
        free_from = y + 15;
        let style = words.clone().color(colour).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(name, (x + 10, y), style)).expect("its name");
    }
    area.present().expect("the drawing, written");
    PATH
}

/// With a comma between each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let parts: Vec<&str> = digits.as_bytes().rchunks(3).rev().map(|part| std::str::from_utf8(part).unwrap()).collect();
    parts.join(",")
}
