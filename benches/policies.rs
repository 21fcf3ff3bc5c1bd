//! How soon does each policy find each sort of bug? Prints the tables of `docs/policies.md`.
//!
//! `cargo bench --bench policies` prints all of it; `-- --runs 1000 --seeds 5 --only pos,urw --programs depth` less. A run here is one
//! under the policy: the plain run, which comes first and never fails, does not count. With `--twins`, the fixed programs run instead, and
//! nothing may be found. With `--shrink`, each first failure is shrunk, and the table says what is left.
#![allow(clippy::unwrap_used, clippy::float_arithmetic, clippy::print_stdout, reason = "a tool that prints means")]
#![allow(clippy::cast_possible_truncation, clippy::disallowed_types, reason = "it measures on a real clock")]

#[allow(dead_code, reason = "what is known of the programs is for the tests")]
#[path = "../tests/zoo/programs/mod.rs"]
mod programs;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use programs::{Class, Entry, ZOO};
use seedbed::explore::{ShrinkLimits, ShrinkStop, shrink};
use seedbed::policy::{Policy, Profile, by_name, portfolio};
use seedbed::{FailureKind, Report, Seed, Sim};

const POLICIES: &[&str] = &[
    "random",
    "pct:2",
    "pct:3",
    "pct:4",
    "pos",
    "urw",
    "speeds",
    "sticky",
    "delay:3",
    "random+clock",
    "pct:3+clock",
    "pos+clock",
    "urw+clock",
    "speeds+clock",
    "sticky+clock",
    "fifo+late",
    "portfolio",
];

/// What is asked for on the command line.
struct Asked {
    runs: u64,
    seeds: u64,
    policies: Vec<String>,
    programs: String,
    each: bool,
    twins: bool,
    shrink: bool,
}

impl Asked {
    fn program(&self, entry: &Entry) -> fn(Sim) -> Report<()> {
        if self.twins { entry.fixed } else { entry.run }
    }
}

fn main() {
    let mut asked = Asked {
        runs: 20_000,
        seeds: 20,
        policies: POLICIES.iter().map(ToString::to_string).collect(),
        programs: String::new(),
        each: false,
        twins: false,
        shrink: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("a value behind the option");
        match argument.as_str() {
            "--runs" => asked.runs = value().parse().expect("a number of runs"),
            "--seeds" => asked.seeds = value().parse().expect("a number of seeds"),
            "--only" => asked.policies = value().split(',').map(str::to_owned).collect(),
            "--programs" => asked.programs = value(),
            "--each" => asked.each = true,
            "--twins" => asked.twins = true,
            "--shrink" => asked.shrink = true,
            // cargo's own.
            "--bench" => {}
            other => panic!("no such option: {other}"),
        }
    }
    let entries: Vec<&Entry> = ZOO.iter().filter(|entry| entry.name.contains(&asked.programs)).collect();
    if asked.shrink {
        return left_after_shrinking(&asked, &entries);
    }
    let mut found: Vec<Vec<Vec<Option<u64>>>> = Vec::new();
    for policy in &asked.policies {
        let start = std::time::Instant::now();
        let mut executions = 0;
        let row: Vec<Vec<Option<u64>>> = entries
            .iter()
            .map(|entry| {
                let profile = (asked.program(entry))(Sim::new(0).trace(false).profile(true)).profile;
                let cell: Vec<Option<u64>> =
                    (0..asked.seeds).map(|seed| first_failure(&asked, entry, policy, seed, &profile)).collect();
                executions += cell.iter().map(|runs| runs.unwrap_or(asked.runs)).sum::<u64>();
                cell
            })
            .collect();
        let rate = executions as f64 / start.elapsed().as_secs_f64();
        let always = row.iter().filter(|cell| cell.iter().all(Option::is_some)).count();
        println!(
            "{policy:14} found {always:2} of {:2} from every seed, effort {:6.1}, {:4.0}k/s",
            entries.len(),
            effort(row.iter(), asked.runs),
            rate / 1e3
        );
        found.push(row);
    }
    by_class(&asked, &entries, &found);
    if asked.each {
        each(&asked, &entries, &found);
    }
}

/// The number of the first run that fails.
fn first_failure(asked: &Asked, entry: &Entry, policy: &str, base: u64, profile: &Profile) -> Option<u64> {
    (1..=asked.runs).find(|&run| {
        let seed = seed(entry, base, run);
        let policy = proposer(policy, run, seed, profile);
        let report = (asked.program(entry))(Sim::new(seed).trace(false).steps(1_000_000).policy(policy));
        match report.result {
            Ok(()) => false,
            Err(failure) if matches!(failure.kind, FailureKind::Limit { .. }) => {
                println!("{} under {}, seed {seed}, does not end", entry.name, report.policy);
                false
            }
            Err(_) => true,
        }
    })
}

fn seed(entry: &Entry, base: u64, run: u64) -> Seed {
    Seed::new(base).derive(entry.name).nth(run)
}

fn proposer(policy: &str, run: u64, seed: Seed, profile: &Profile) -> Box<dyn Policy> {
    if policy == "portfolio" { portfolio(run, seed, profile) } else { by_name(policy, seed, profile).unwrap() }
}

/// The estimated mean number of runs of one program: all executions by all failures; 100,000 where there was none.
fn mean(cell: &[Option<u64>], runs: u64) -> f64 {
    let executions: u64 = cell.iter().map(|first| first.unwrap_or(runs)).sum();
    let failures = cell.iter().flatten().count();
    if failures == 0 { 100_000.0 } else { executions as f64 / failures as f64 }
}

fn effort<'a>(cells: impl Iterator<Item = &'a Vec<Option<u64>>>, runs: u64) -> f64 {
    let logs: Vec<f64> = cells.map(|cell| mean(cell, runs).ln()).collect();
    (logs.iter().sum::<f64>() / logs.len() as f64).exp()
}

fn median(cells: &[&Vec<Option<u64>>], runs: u64) -> String {
    let mut all: Vec<u64> = cells.iter().flat_map(|cell| cell.iter().map(|first| first.unwrap_or(u64::MAX))).collect();
    all.sort_unstable();
    match all[all.len() / 2] {
        u64::MAX => format!("> {runs}"),
        median => median.to_string(),
    }
}

fn classes(entries: &[&Entry]) -> BTreeMap<Class, Vec<usize>> {
    let mut classes: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        classes.entry(entry.class).or_default().push(at);
    }
    classes
}

fn head(classes: &BTreeMap<Class, Vec<usize>>, last: &str) {
    print!("\n| policy |");
    classes.keys().for_each(|class| print!(" {class:?} |"));
    print!(" {last} |\n|---|");
    classes.keys().for_each(|_| print!("---|"));
    println!("---|");
}

fn by_class(asked: &Asked, entries: &[&Entry], found: &[Vec<Vec<Option<u64>>>]) {
    let classes = classes(entries);
    head(&classes, "effort");
    for (policy, row) in asked.policies.iter().zip(found) {
        print!("| {policy} |");
        for cells in classes.values() {
            let cells: Vec<_> = cells.iter().map(|&at| &row[at]).collect();
            print!(" {} ({:.0}) |", median(&cells, asked.runs), effort(cells.into_iter(), asked.runs));
        }
        println!(" {:.1} |", effort(row.iter(), asked.runs));
    }
}

fn each(asked: &Asked, entries: &[&Entry], found: &[Vec<Vec<Option<u64>>>]) {
    println!("\n{:30} {}", "", asked.policies.iter().map(|name| format!("{name:>9.9}")).collect::<String>());
    for (at, entry) in entries.iter().enumerate() {
        let means: String = found.iter().map(|row| format!("{:9.1}", mean(&row[at], asked.runs))).collect();
        println!("{:30} {means}", entry.name);
    }
}

/// What shrinking leaves of one failure.
struct Left {
    known: u64,
    departures: u64,
    runs: u64,
}

/// Shrinks the first failure of each program from each seed, if there is one.
fn left_after_shrinking(asked: &Asked, entries: &[&Entry]) {
    let classes = classes(entries);
    head(&classes, "all");
    let mut each = String::new();
    for policy in &asked.policies {
        let row: Vec<Vec<Left>> = entries.iter().map(|entry| left_of(asked, entry, policy)).collect();
        print!("| {policy} |");
        for cells in classes.values() {
            print!(" {} |", means(cells.iter().flat_map(|&at| &row[at])));
        }
        println!(" {} |", means(row.iter().flatten()));
        for (entry, cell) in entries.iter().zip(&row) {
            let sizes = || cell.iter().map(|left| left.departures);
            let (least, most) = (sizes().min().unwrap_or(0), sizes().max().unwrap_or(0));
            each += &format!("{policy:18} {:28} {}, {least} to {most}\n", entry.name, means(cell.iter()));
        }
    }
    if asked.each {
        println!("\n{each}");
    }
}

fn left_of(asked: &Asked, entry: &Entry, policy: &str) -> Vec<Left> {
    let profile = (entry.run)(Sim::new(0).trace(false).profile(true)).profile;
    let first = |base| first_failure(asked, entry, policy, base, &profile).map(|run| (base, run));
    let left = |(base, run)| {
        let seed = seed(entry, base, run);
        let failing = (entry.run)(Sim::new(seed).policy(proposer(policy, run, seed, &profile)).record(true));
        let limits = ShrinkLimits::default().wall(None);
        let shrunk = shrink(&entry.run, &failing, &limits, &mut |_| ControlFlow::Continue(())).unwrap();
        if shrunk.stop != ShrinkStop::Finished {
            println!(
                "{} under {}, seed {seed}: shrinking was not finished, {:?}",
                entry.name, failing.policy, shrunk.stop
            );
        }
        Left { known: entry.departures.into(), departures: shrunk.departures().len() as u64, runs: shrunk.runs }
    };
    (0..asked.seeds).filter_map(first).map(left).collect()
}

/// The mean numbers of departures that are known to be enough, of those that are left, and of the runs that it took.
fn means<'a>(all: impl Iterator<Item = &'a Left>) -> String {
    let (mut known, mut departures, mut runs, mut count) = (0, 0, 0, 0);
    for left in all {
        (known, departures, runs, count) =
            (known + left.known, departures + left.departures, runs + left.runs, count + 1);
    }
    if count == 0 {
        return "–".to_owned();
    }
    let mean = |sum: u64| sum as f64 / f64::from(count);
    format!("{:.2} / {:.2} / {:.0}", mean(known), mean(departures), mean(runs))
}
