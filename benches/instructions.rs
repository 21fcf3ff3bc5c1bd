//! How many instructions does each workload take? Counted by callgrind, and held against the figures in `benches/instructions.txt`.
//!
//! `cargo bench --bench instructions` fails if an operation takes 3 % more than the figure; `-- --write` writes the figures anew. They
//! hold for one compiler, C library and machine type: with others they are shown and not compared. `-- --only switch,job` counts less.
//!
//! Two processes count each workload, one with twice as many operations, and the difference is what is told: what a process does
//! once has no part in it. Their environment is empty but for what fixes the choices of the C library; valgrind gives every process the
//! same addresses.
#![allow(clippy::unwrap_used, clippy::float_arithmetic, clippy::print_stdout, reason = "a tool that prints figures")]
#![allow(clippy::cast_possible_truncation, clippy::print_stderr, reason = "likewise")]
#![allow(clippy::disallowed_methods, reason = "it starts a process, whose file is named by the number of this one")]

#[path = "counting/callgrind.rs"]
mod callgrind;
#[path = "counting/figures.rs"]
mod figures;
mod workloads;

use std::process::ExitCode;

use callgrind::Callgrind;
use figures::{Figures, Toolchain};
use workloads::{WORKLOADS, Workload};

/// By so much may an operation grow before the check fails.
const GROWTH_MAX: f64 = 0.03;

const WRITE: &str = "cargo bench --bench instructions -- --write";

fn main() -> ExitCode {
    let (mut write, mut only) = (false, String::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value behind the option");
        match argument.as_str() {
            // What this program starts under callgrind.
            "--work" => return work(&value(), value().parse().expect("a number of operations")),
            "--write" => write = true,
            "--only" => only = value(),
            // cargo's own.
            "--bench" => {}
            other => panic!("no such option: {other}"),
        }
    }
    let Some(callgrind) = Callgrind::find() else {
        eprintln!("valgrind is not installed: nothing was counted");
        return ExitCode::FAILURE;
    };
    let chosen = |workload: &&Workload| only.is_empty() || only.split(',').any(|part| workload.name == part);
    let counted: Vec<(Workload, f64)> =
        WORKLOADS.iter().filter(chosen).map(|workload| (*workload, count(&callgrind, workload))).collect();
    let toolchain = Toolchain::here(callgrind.version());
    if write {
        assert!(only.is_empty(), "--write writes all figures: leave --only out");
        Figures::write(&toolchain, counted.iter().map(|(workload, each)| (workload.name, *each, workload.each)));
        println!("written to {}", figures::PATH);
    }
    compare(&toolchain, &counted)
}

fn work(name: &str, count: u64) -> ExitCode {
    let workload = WORKLOADS.iter().find(|workload| workload.name == name).expect("a workload of the table");
    (workload.run)(count);
    ExitCode::SUCCESS
}

/// Instructions of one operation.
fn count(callgrind: &Callgrind, workload: &Workload) -> f64 {
    let of = |count: u64| callgrind.count(&["--work", workload.name, &count.to_string()]);
    let (once, twice) = (of(workload.count), of(workload.count * 2));
    (twice - once) as f64 / workload.count as f64
}

/// Prints what was counted beside the figures, and fails if something grew.
fn compare(toolchain: &Toolchain, counted: &[(Workload, f64)]) -> ExitCode {
    let figures = Figures::read();
    let comparable = figures.toolchain == *toolchain;
    println!("{:16} {:>12} {:>12} {:>8}", "", "instructions", "figure", "");
    let (mut grown, mut fallen) = (Vec::new(), 0);
    for (workload, each) in counted {
        let figure = figures.of(workload.name);
        let change = figure.map(|figure| each / figure - 1.0);
        let shown = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.1}"));
        let percent = change.map_or("new".to_owned(), |change| format!("{:+.1} %", change * 100.0));
        println!("{:16} {each:12.1} {:>12} {percent:>8}  {}", workload.name, shown(figure), workload.each);
        match change {
            Some(change) if change <= GROWTH_MAX => fallen += u32::from(change < -GROWTH_MAX),
            Some(_) | None => grown.push(workload.name),
        }
    }
    println!();
    if !comparable {
        println!(
            "not compared: the figures are those of another toolchain, and instructions differ from one to another"
        );
        println!("  figures: {}\n  here:    {toolchain}", figures.toolchain);
        println!("To move to this toolchain, look at the table above, then: {WRITE}");
        return ExitCode::SUCCESS;
    }
    if fallen > 0 {
        println!("{fallen} became cheaper by more than {:.0} %: keep that with {WRITE}", GROWTH_MAX * 100.0);
    }
    if grown.is_empty() {
        println!("no operation grew by more than {:.0} %", GROWTH_MAX * 100.0);
        return ExitCode::SUCCESS;
    }
    println!("grown by more than {:.0} %, or new: {}", GROWTH_MAX * 100.0, grown.join(", "));
    println!(
        "Find out why (docs/performance.md says how); if it is worth it, say so in the commit that renews the figures: {WRITE}"
    );
    ExitCode::FAILURE
}
