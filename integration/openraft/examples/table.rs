//! Prints the rows of docs/integration.md for openraft: `integration/run.sh table`.
#![allow(dead_code, unused_imports, reason = "the programs are those of the tests")]

#[path = "../tests/openraft/cluster.rs"]
mod cluster;
#[path = "../tests/openraft/clusters.rs"]
mod clusters;
#[path = "../tests/openraft/history.rs"]
mod history;
#[path = "../tests/openraft/network.rs"]
mod network;
#[path = "../tests/openraft/planted.rs"]
mod planted;
#[path = "../tests/openraft/seeds.rs"]
mod seeds;
#[path = "../tests/openraft/store.rs"]
mod store;
#[path = "../tests/openraft/types.rs"]
mod types;

use std::time::Instant;

use planted::{PLANTED, find};
use seeds::{digest, profile};

/// The lines of the adapter that are neither empty nor comments.
fn lines() -> usize {
    let files = [
        include_str!("../src/block_on.rs"),
        include_str!("../src/instant.rs"),
        include_str!("../src/mpsc.rs"),
        include_str!("../src/mutex.rs"),
        include_str!("../src/oneshot.rs"),
        include_str!("../src/runtime.rs"),
        include_str!("../src/watch.rs"),
    ];
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

fn main() {
    let version = version_of("openraft");
    let (seeds, profile) = (1_000, profile());
    let start = Instant::now();
    let divergences = (0..seeds).filter(|&number| digest(number, &profile) != digest(number, &profile)).count();
    let speed = (2 * seeds) as f64 / start.elapsed().as_secs_f64();
    for planted in PLANTED {
        let mut met: Vec<_> = (0..3).map(|seed| find(planted, seed)).map(|met| (met.run, met.departures)).collect();
        met.sort_unstable();
        let runs: Vec<String> = met.iter().map(|(run, _)| run.to_string()).collect();
        let departures: Vec<String> = met.iter().map(|(_, departures)| departures.to_string()).collect();
        println!(
            "| openraft | {version} | {} | {speed:.0} | {divergences} of {seeds} seeds, each run twice | {} | {} | {} |",
            lines(),
            planted.name,
            runs.join(", "),
            departures.join(", "),
        );
    }
}
