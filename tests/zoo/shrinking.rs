//! How small and how fast: what is left of each program's failures, beside what is known to be enough.

use std::ops::ControlFlow;

use seedbed::choice::ReplayMode;
use seedbed::explore::{ShrinkLimits, ShrinkStop, Signature, shrink};
use seedbed::policy::{Profile, by_name, portfolio};
use seedbed::{FailureKind, Report, Seed, Sim};

use super::programs::{Entry, ZOO};
use super::{RARE, profile};

/// Who finds the failing runs.
const FINDERS: [&str; 5] = ["portfolio", "random+clock", "pct:3+clock", "urw", "random+clock+late"];

/// How many runs a finder has for one program: where it has not failed by then, this finder brings nothing.
const RUNS: u64 = 500;

/// How many failing runs of each finder are shrunk.
const ORIGINS: usize = 2;

/// A run of a finder, recorded if it fails.
fn failing(entry: &Entry, finder: &str, seed: Seed, run: u64, profile: &Profile) -> Option<Report<()>> {
    let sim = || {
        let policy = match finder {
            "portfolio" => portfolio(run, seed, profile),
            _ => by_name(finder, seed, profile).unwrap(),
        };
        Sim::new(seed).policy(policy)
    };
    match (entry.run)(sim().trace(false)).result {
        Err(failure) if !matches!(failure.kind, FailureKind::Limit { .. }) => Some((entry.run)(sim().record(true))),
        _ => None,
    }
}

/// Failing runs of one program, by whom they were found.
fn origins(entry: &Entry) -> Vec<(&'static str, Report<()>)> {
    let profile = profile(entry.run);
    let mut origins = Vec::new();
    for rare in RARE.iter().filter(|rare| rare.program == entry.name) {
        let failing = failing(entry, rare.policy, rare.base.nth(rare.run), rare.run, &profile);
        origins.push((rare.policy, failing.unwrap_or_else(|| panic!("{} does not fail as it did", rare.program))));
    }
    for finder in FINDERS {
        let base = Seed::of_path(entry.name).derive(finder);
        let found = (1..=RUNS).filter_map(|run| failing(entry, finder, base.nth(run), run, &profile));
        origins.extend(found.take(ORIGINS).map(|report| (finder, report)));
    }
    origins
}

/// What is left of a failing run, and after how many runs; what is left replays strictly, to the same digest.
#[track_caller]
fn shrink_and_replay(entry: &Entry, failing: &Report<()>) -> (u64, u64) {
    let name = entry.name;
    let shrunk = shrink(&entry.run, failing, &ShrinkLimits::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((&shrunk.stop, shrunk.is_minimal), (&ShrinkStop::Finished, true), "{name}");
    let [one, other] = [&shrunk.report, failing].map(|report| Signature::of(report.result.as_ref().unwrap_err()));
    assert_eq!(one, other, "{name}");
    let again = (entry.run)(Sim::new(0).replay(shrunk.departures().clone(), ReplayMode::Strict));
    assert_eq!((again.digest, &again.mismatches[..]), (shrunk.report.digest, &[][..]), "{name}");
    (shrunk.departures().len() as u64, shrunk.runs)
}

#[test]
fn failures_shrink_to_the_known_departures_in_few_runs() {
    let (mut left, mut known, mut runs, mut count, mut table) = (0, 0, 0, 0, String::new());
    for entry in ZOO {
        let departures = u64::from(entry.departures);
        table += &format!("{:28} known {departures}", entry.name);
        let (mut left_here, mut found_here) = (0, 0);
        for (finder, failing) in origins(entry) {
            let (size, took) = shrink_and_replay(entry, &failing);
            table += &format!("  {finder} {}→{size}/{took}", failing.departures.len());
            assert!(size >= departures, "{}: {size} are enough, write that into the zoo's table", entry.name);
            (left_here, found_here, runs) = (left_here + size, found_here + 1, runs + took);
        }
        table += "\n";
        assert!(found_here > 0, "{} was not found", entry.name);
        // On average the aim is 1.2 times; no program may hide behind the others.
        assert!(left_here <= 2 * departures * found_here, "{} is left with too many:\n{table}", entry.name);
        (left, known, count) = (left + left_here, known + departures * found_here, count + found_here);
    }
    let mean = runs / count;
    println!("{table}{left} departures are left where {known} are known to be enough; {mean} runs on average");
    assert!(left * 10 <= known * 12, "{left} departures are left where {known} are known to be enough:\n{table}");
    assert!(mean < 100, "{mean} runs on average:\n{table}");
}
