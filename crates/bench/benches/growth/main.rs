//! What does an operation cost when there are many? Counts instructions by callgrind for growing sizes, and draws `docs/growth.svg`.
//!
//! `cargo bench -p seedbed-bench --bench growth` prints the table and renews the drawing; `-- --sizes 10,1000 --only "step/random"` counts
//! less and draws nothing, unless `--draw` stands there too. All sizes take some ten minutes on a quiet machine.
#![allow(clippy::unwrap_used, clippy::float_arithmetic, clippy::print_stdout, reason = "a tool that prints figures")]
#![allow(clippy::cast_possible_truncation, clippy::print_stderr, reason = "likewise")]
#![allow(clippy::disallowed_methods, reason = "it starts a process, whose file is named by the number of this one")]

#[path = "../../../../benches/counting/callgrind.rs"]
mod callgrind;
mod drawing;
mod sizes;

use std::process::ExitCode;

use callgrind::Callgrind;
use drawing::{Curve, draw};
use sizes::{SERIES, Series};

const SIZES: [u64; 6] = [10, 100, 1_000, 10_000, 100_000, 1_000_000];

fn main() -> ExitCode {
    let (mut sizes, mut only, mut drawn) = (SIZES.to_vec(), String::new(), false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value behind the option");
        let number = |text: &str| text.parse::<u64>().expect("a number");
        match argument.as_str() {
            // What this program starts under callgrind.
            "--work" => return work(&value(), number(&value()), number(&value())),
            "--sizes" => sizes = value().split(',').map(number).collect(),
            "--only" => only = value(),
            "--draw" => drawn = true,
            // cargo's own.
            "--bench" => {}
            other => panic!("no such option: {other}"),
        }
    }
    let Some(callgrind) = Callgrind::find() else {
        eprintln!("valgrind is not installed: nothing was counted");
        return ExitCode::FAILURE;
    };
    println!(
        "{:16}{}  {}",
        "",
        sizes.iter().map(|size| format!("{size:>10}")).collect::<String>(),
        callgrind.version()
    );
    let mut curves = Vec::new();
    for series in SERIES.iter().filter(|series| only.is_empty() || series.name == only) {
        print!("{:16}", series.name);
        let mut points = Vec::new();
        for &size in &sizes {
            let each = count(&callgrind, series, size);
            print!("{each:10.0}");
            points.push((size, each));
        }
        println!("  {}", series.each);
        curves.push(Curve { name: series.name, points });
    }
    if drawn || (only.is_empty() && sizes == SIZES) {
        println!("drawn to {}", draw(&curves));
    }
    ExitCode::SUCCESS
}

fn work(name: &str, size: u64, rounds: u64) -> ExitCode {
    let series = SERIES.iter().find(|series| series.name == name).expect("a series of the table");
    (series.run)(size, rounds);
    ExitCode::SUCCESS
}

/// Instructions of one operation among `size`.
fn count(callgrind: &Callgrind, series: &Series, size: u64) -> f64 {
    let rounds = (series.rounds)(size);
    let of = |rounds: u64| callgrind.count(&["--work", series.name, &size.to_string(), &rounds.to_string()]);
    (of(rounds * 2) - of(rounds)) as f64 / (series.operations)(size, rounds) as f64
}
