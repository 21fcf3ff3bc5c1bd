//! The graph of a deadlock as a picture: laid out by `layout-rs`, drawn with classes, so that it follows the colours of the page around it.

#![expect(clippy::float_arithmetic, reason = "coordinates of a picture; no result of a run depends on them")]

use std::fmt::Write;

use layout::core::base::Orientation;
use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::Point;
use layout::core::style::StyleAttr;
use layout::std_shapes::shapes::{Arrow, Element, ShapeKind};
use layout::topo::layout::VisualGraph;

use super::graph::{Graph, NodeKind};
use super::page::escaped;

/// In a page the colours are the page's, else the system's. Every rule is kept to this picture: a page has classes of its own.
const STYLE: &str = "
  svg.deadlock { --box: var(--raised, #ffffff); --ring: var(--bg, #ffffff); --word: var(--ink, #171c26); --line: var(--dim, #566072);
    --thing: #fdf1d0; --thing-word: #4d3500; --circle: var(--bad, #cc2431) }
  @media (prefers-color-scheme: dark) { svg.deadlock { --box: var(--raised, #1b212a); --ring: var(--bg, #0e1116); --word: var(--ink, #e7ebf1);
    --line: var(--dim, #9aa6b6); --circle: var(--bad, #ff727c) } }
  svg.deadlock .task { fill: var(--box); stroke: var(--line); stroke-width: 1.5 }
  svg.deadlock .resource { fill: var(--thing); stroke: #a87b12; stroke-width: 1.5 }
  svg.deadlock .wait { fill: none; stroke: var(--line); stroke-width: 1.5 }
  svg.deadlock .cycle { stroke: var(--circle); stroke-width: 2.5 }
  svg.deadlock text { font: 13px system-ui, 'DejaVu Sans', sans-serif; fill: var(--word); text-anchor: middle; dominant-baseline: central }
  svg.deadlock .thing { fill: var(--thing-word) }
  svg.deadlock .label { font-size: 11.5px; fill: var(--line); paint-order: stroke; stroke: var(--ring); stroke-width: 4px }
  svg.deadlock .tip { fill: var(--line) } svg.deadlock .cycle-tip { fill: var(--circle) }
";

/// The layout hands a text over with the size of its letters only: by that, the words of arrows, the names
/// of things and those of tasks are told apart.
const LABEL_SIZE: usize = 11;
const THING_SIZE: usize = 13;

/// The graph as an SVG picture, in the colours of the system.
pub fn svg(graph: &Graph) -> String {
    let mut laid_out = VisualGraph::new(Orientation::LeftToRight);
    let nodes: Vec<_> = graph
        .nodes
        .iter()
        .map(|node| {
            let (kind, class, font_size) = match node.kind {
                NodeKind::Task => (ShapeKind::new_box(&node.name), "task", 14),
                NodeKind::Resource => (ShapeKind::new_circle(&node.name), "resource", THING_SIZE),
            };
            let look = StyleAttr { font_size, ..StyleAttr::simple() };
            let size = Point::new(text_width(&node.name) + 36.0, 40.0);
            let class = if node.in_cycle { format!("{class} cycle") } else { class.to_owned() };
            let element = Element::create_with_properties(kind, look, Orientation::LeftToRight, size, class);
            laid_out.add_node(element)
        })
        .collect();
    for edge in &graph.edges {
        let look = StyleAttr { font_size: LABEL_SIZE, ..StyleAttr::simple() };
        let mut arrow = Arrow { look, text: edge.words.clone(), ..Arrow::simple("") };
        arrow.properties = Some(if edge.in_cycle { "wait cycle" } else { "wait" }.to_owned());
        laid_out.add_edge(arrow, nodes[edge.from], nodes[edge.to]);
    }
    let mut drawing = Drawing::default();
    laid_out.do_it(false, false, false, &mut drawing);
    drawing.finish()
}

/// About as wide as a common sans-serif face at 13 pixels.
fn text_width(text: &str) -> f64 {
    text.chars().map(|_| 7.6).sum()
}

/// What the layout draws.
#[derive(Default)]
struct Drawing {
    shapes: String,
    /// Drawn last, so that no arrow runs through a word.
    texts: String,
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Drawing {
    fn reach(&mut self, x: f64, y: f64) {
        if self.shapes.is_empty() && self.texts.is_empty() {
            (self.left, self.top, self.right, self.bottom) = (x, y, x, y);
        }
        (self.left, self.right) = (self.left.min(x), self.right.max(x));
        (self.top, self.bottom) = (self.top.min(y), self.bottom.max(y));
    }

    fn finish(self) -> String {
        let (x, y) = (self.left - 12.0, self.top - 12.0);
        let (width, height) = (self.right - self.left + 24.0, self.bottom - self.top + 24.0);
        format!(
            "<svg class=\"deadlock\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{x:.1} {y:.1} {width:.1} {height:.1}\" width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\">\n\
             <title>Who waits for whom</title>\n<style>{STYLE}</style>\n<defs>\n\
             <marker id=\"deadlock-tip\" markerWidth=\"9\" markerHeight=\"8\" refX=\"8\" refY=\"4\" orient=\"auto\" markerUnits=\"userSpaceOnUse\"><path class=\"tip\" d=\"M0 0 9 4 0 8z\"/></marker>\n\
             <marker id=\"deadlock-cycle-tip\" markerWidth=\"12\" markerHeight=\"10\" refX=\"11\" refY=\"5\" orient=\"auto\" markerUnits=\"userSpaceOnUse\"><path class=\"cycle-tip\" d=\"M0 0 12 5 0 10z\"/></marker>\n\
             </defs>\n{}{}</svg>\n",
            self.shapes, self.texts
        )
    }
}

impl RenderBackend for Drawing {
    fn draw_rect(&mut self, at: Point, size: Point, _: &StyleAttr, class: Option<String>, _: Option<ClipHandle>) {
        self.reach(at.x, at.y);
        self.reach(at.x + size.x, at.y + size.y);
        let class = class.unwrap_or_default();
        let _written = writeln!(
            self.shapes,
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"6\"/>",
            at.x, at.y, size.x, size.y
        );
    }

    fn draw_circle(&mut self, at: Point, size: Point, _: &StyleAttr, class: Option<String>) {
        let (half_x, half_y) = (size.x / 2.0, size.y / 2.0);
        self.reach(at.x - half_x, at.y - half_y);
        self.reach(at.x + half_x, at.y + half_y);
        let class = class.unwrap_or_default();
        let _written = writeln!(
            self.shapes,
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"{half_y:.1}\"/>",
            at.x - half_x,
            at.y - half_y,
            size.x,
            size.y
        );
    }

    fn draw_text(&mut self, at: Point, text: &str, look: &StyleAttr) {
        let (class, up) = match look.font_size {
            LABEL_SIZE => (" class=\"label\"", 9.0),
            THING_SIZE => (" class=\"thing\"", 0.0),
            _ => ("", 0.0),
        };
        let half = text_width(text) / 2.0;
        self.reach(at.x - half, at.y - 8.0);
        self.reach(at.x + half, at.y + 8.0);
        let _written =
            writeln!(self.texts, "<text{class} x=\"{:.1}\" y=\"{:.1}\">{}</text>", at.x, at.y - up, escaped(text));
    }

    fn draw_line(&mut self, from: Point, to: Point, _: &StyleAttr, _: Option<String>) {
        let _written =
            writeln!(self.shapes, "<path class=\"wait\" d=\"M{:.1} {:.1} L{:.1} {:.1}\"/>", from.x, from.y, to.x, to.y);
    }

    fn draw_arrow(
        &mut self,
        path: &[(Point, Point)],
        _: bool,
        (backward, forward): (bool, bool),
        _: &StyleAttr,
        class: Option<String>,
        text: &str,
    ) {
        let [first, second, rest @ ..] = path else { return };
        for (point, control) in path {
            self.reach(point.x, point.y);
            self.reach(control.x, control.y);
        }
        let class = class.unwrap_or_default();
        let head = if class.contains("cycle") { "deadlock-cycle-tip" } else { "deadlock-tip" };
        let mut line = format!(
            "M{:.1} {:.1} C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            first.0.x, first.0.y, first.1.x, first.1.y, second.0.x, second.0.y, second.1.x, second.1.y
        );
        for (control, point) in rest {
            let _written = write!(line, " S{:.1} {:.1} {:.1} {:.1}", control.x, control.y, point.x, point.y);
        }
        // The layout turns an arrow of a circle round, so that it can put what it points at to the left.
        let ends = match (backward, forward) {
            (true, _) => format!(" marker-start=\"url(#{head})\""),
            (false, true) => format!(" marker-end=\"url(#{head})\""),
            (false, false) => String::new(),
        };
        let _written = writeln!(self.shapes, "<path class=\"{class}\" d=\"{line}\"{ends}/>");
        if !text.is_empty() {
            let middle = path[path.len() / 2].0;
            let _written = writeln!(
                self.texts,
                "<text class=\"label\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                middle.x,
                middle.y - 9.0,
                escaped(text)
            );
        }
    }

    fn create_clip(&mut self, _: Point, _: Point, _: usize) -> ClipHandle {
        0
    }
}
