//! Do sweeps use every core, and do long ones take no more memory? Paired measurements, in one process.
//!
//! `cargo bench --bench sweeps` prints, for rounds of equal sweeps on one thread and on all cores by turns, how many times as many runs a
//! second the latter make: in wall time, which other work disturbs, and by the processor time of a run, which says what one thread costs
//! the other. Then the resident memory of sweeps of 10,000 runs, 100,000 and a million. `-- --rounds 20 --runs 20000 --memory 0` asks for
//! something else.
#![allow(clippy::unwrap_used, clippy::float_arithmetic, clippy::print_stdout, reason = "a tool that prints means")]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "it measures on a real clock, and all cores")]
#![allow(clippy::cast_possible_truncation, reason = "likewise")]

#[allow(dead_code, reason = "of the workloads, one is swept")]
mod workloads;

use std::fs;
use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use seedbed::explore::{SweepReport, Swept, sweep};

fn main() {
    let (mut rounds, mut runs, mut memory) = (11_u32, 20_000, 1_000_000);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().and_then(|value| value.parse().ok()).expect("a number behind the option");
        match argument.as_str() {
            "--rounds" => rounds = u32::try_from(value()).unwrap(),
            "--runs" => runs = value(),
            "--memory" => memory = value(),
            // cargo's own.
            "--bench" => {}
            other => panic!("no such option: {other}"),
        }
    }
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    pairs(rounds, runs, cores);
    println!("\n{:>10} runs  {:>10} resident", "", "");
    for count in [10_000, 100_000, 1_000_000].into_iter().filter(|count| *count <= memory) {
        let swept = swept(count, cores);
        assert_eq!(swept.runs, count);
        println!("{count:>10}       {:>10} KiB", status("VmRSS:"));
    }
    println!("{:>10}       {:>10} KiB", "at most", status("VmHWM:"));
}

/// Sweeps on one thread and on all cores, by turns.
fn pairs(rounds: u32, runs: u64, cores: NonZeroUsize) {
    // What a process does once is done.
    assert_eq!(swept(1_000, cores).runs, 1_000);
    let (mut wall, mut work) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let one = timed(runs, NonZeroUsize::MIN);
        let all = timed(runs * cores.get() as u64, cores);
        let threads = cores.get() as f64;
        wall.push(one.wall * threads / all.wall);
        work.push(one.processor * threads * threads / all.processor);
        println!(
            "{:>3}: 1 thread {:.1} µs a run, {cores} threads {:.1}: {:.2} times as many a second; by processor time {:.2}",
            round + 1,
            one.wall / runs as f64 * 1e6,
            all.wall / runs as f64 / threads * 1e6,
            wall[wall.len() - 1],
            work[work.len() - 1],
        );
    }
    println!(
        "median: {:.2} times as many runs a second, by processor time {:.2}",
        median(&mut wall),
        median(&mut work)
    );
}

fn median(of: &mut [f64]) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or_default()
}

/// Seconds that a sweep took.
struct Took {
    wall: f64,
    processor: f64,
}

fn timed(runs: u64, jobs: NonZeroUsize) -> Took {
    let (start, processor) = (Instant::now(), processor_seconds());
    let swept = swept(runs, jobs);
    assert_eq!(swept.runs, runs);
    Took { wall: start.elapsed().as_secs_f64(), processor: processor_seconds() - processor }
}

fn swept(runs: u64, jobs: NonZeroUsize) -> SweepReport {
    sweep(0..runs, jobs, &AtomicBool::new(false), |number| {
        let report = workloads::running::small_simulation(workloads::sim(number), number);
        Swept { digest: report.digest, schedule: report.schedule, failed: !report.is_ok() }
    })
}

/// Seconds of user code in all threads of this process so far; Linux counts them in hundredths.
fn processor_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("the state of this process");
    // The second field is the name, which may hold anything but ends with the last bracket.
    let fields = stat.rsplit_once(')').map(|(_, fields)| fields).unwrap_or_default();
    let ticks: u32 = fields.split_whitespace().nth(11).and_then(|ticks| ticks.parse().ok()).expect("the ticks");
    f64::from(ticks) / 100.0
}

/// A line of the process's status, in KiB.
fn status(line: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("the status of this process");
    let found = status.lines().find_map(|text| text.strip_prefix(line)).expect("a line of the status");
    found.trim().trim_end_matches(" kB").parse().expect("a number of KiB")
}
