//! The row of hyper in `docs/integration.md`: how fast its runs are, whether any two differ, and how soon a planted bug is found.
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "the machine's time is what is measured")]

#[path = "../tests/programs/mod.rs"]
mod programs;

use std::time::Instant;

use programs::paying::three_payments;
use programs::runs::{FAULTS, profile_of, run};
use programs::{VERSIONS, Version, traffic};
use seedbed::hunt::{Found, Hunt, Verdict};

/// The lines of the adapter that are neither empty nor comments.
fn lines() -> usize {
    let files = [include_str!("../src/executor.rs"), include_str!("../src/io.rs"), include_str!("../src/timer.rs")];
    let counts = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    files.iter().flat_map(|file| file.lines()).filter(counts).count()
}

/// The version of a package that this is built with.
fn version_of(package: &str) -> String {
    let lock = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock"));
    let entry = format!("name = \"{package}\"\nversion = \"");
    let rest = lock.split_once(&entry).map_or("?", |(_, rest)| rest);
    rest.split('"').next().unwrap_or("?").to_owned()
}

/// How many of so many seeds gave two different runs, and how many runs there were a second.
fn divergences(version: Version, seeds: u64) -> (u64, f64) {
    let program = || traffic(version);
    let profile = profile_of(program);
    let start = Instant::now();
    let differs = |number: &u64| run(*number, &profile, program).digest != run(*number, &profile, program).digest;
    let count = (0..seeds).filter(differs).count() as u64;
    (count, (2 * seeds) as f64 / start.elapsed().as_secs_f64())
}

/// Runs to the failure and departures that are left, for ten base seeds, each in order.
fn planted(version: Version) -> (Vec<u64>, Vec<usize>) {
    let (mut runs, mut departures) = (Vec::new(), Vec::new());
    for seed in 0..10 {
        let hunt = Hunt::new("hasty").seed(seed).runs(10_000).faults(FAULTS).regressions_off().prove(false);
        let report = hunt.run(move || three_payments(version, true));
        let Verdict::Failed(finding) = &report.verdict else { panic!("{version:?}, seed {seed}\n{report}") };
        if let Found::Run { number, .. } = finding.found {
            runs.push(number);
        }
        departures.extend(finding.shrunk.as_ref().map(|shrunk| shrunk.departures().len()));
    }
    runs.sort_unstable();
    departures.sort_unstable();
    (runs, departures)
}

fn main() {
    let seeds = 1_000;
    println!(
        "| crate | version | lines of adapter | runs a second | divergences | planted bug | runs to it | departures |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for version in VERSIONS {
        let (count, speed) = divergences(version, seeds);
        let (runs, departures) = planted(version);
        let protocol = if version == Version::Http1 { "HTTP/1" } else { "HTTP/2" };
        println!(
            "| hyper, {protocol} | {} | {} | {speed:.0} | {count} of {seeds} seeds, each run twice | payments are retried | {} to {}, median {} | {} to {}, median {} |",
            version_of("hyper"),
            lines(),
            runs[0],
            runs[9],
            runs[5],
            departures[0],
            departures[9],
            departures[5],
        );
    }
    let others = ["h2", "http", "http-body-util", "tower"].map(|name| format!("{name} {}", version_of(name)));
    println!("\nWith {}.", others.join(", "));
}
