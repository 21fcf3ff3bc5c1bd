//! Do the policies find what they are there for? Small programs with one bug each; `benches/policies.rs` measures how soon.
#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]

#[path = "zoo/programs/mod.rs"]
mod programs;
#[path = "zoo/proof.rs"]
mod proof;
#[path = "zoo/shrinking.rs"]
mod shrinking;

use std::collections::BTreeSet;

use programs::{Class, Entry, ZOO};
use seedbed::choice::ReplayMode;
use seedbed::policy::{Profile, by_name, portfolio};
use seedbed::{FailureKind, Report, Seed, Sim};

/// A program whose failures are too rare to be looked for, and a run that is known to fail.
struct Rare {
    program: &'static str,
    policy: &'static str,
    base: Seed,
    run: u64,
}

/// The portfolio would need ten thousand runs and more. Under another version of the policy it is another seed.
const RARE: [Rare; 2] = [
    Rare { program: "depth_4", policy: "sticky", base: Seed::new(580), run: 1 },
    Rare { program: "depth_5", policy: "sticky", base: Seed::new(580), run: 1 },
];

/// Runs in which the portfolio must find each bug: about five times the mean that was measured.
fn runs(entry: &Entry) -> u64 {
    match entry.class {
        _ if RARE.iter().any(|rare| rare.program == entry.name) => 0,
        Class::Depth | Class::Needle => 4_000,
        _ => 2_000,
    }
}

fn seed(entry: &Entry, run: u64) -> Seed {
    Seed::of_path(entry.name).nth(run)
}

/// What the plain run of a program taught.
fn profile(program: fn(Sim) -> Report<()>) -> Profile {
    program(Sim::new(0).trace(false).profile(true)).profile
}

/// The first run of the portfolio that fails.
fn first_failure(entry: &Entry, runs: u64) -> Option<u64> {
    let profile = profile(entry.run);
    (0..=runs).find(|&run| {
        let seed = seed(entry, run);
        let policy = portfolio(run, seed, &profile);
        !(entry.run)(Sim::new(seed).trace(false).policy(policy)).is_ok()
    })
}

#[test]
fn plain_order_shows_no_bug() {
    for entry in ZOO {
        for seed in 0..10 {
            let report = (entry.run)(Sim::new(seed));
            assert!(report.is_ok(), "{}: {}", entry.name, report.result.unwrap_err());
        }
    }
}

#[test]
fn the_portfolio_finds_every_bug_and_it_replays_from_its_departures() {
    for entry in ZOO.iter().filter(|entry| runs(entry) > 0) {
        let run = first_failure(entry, runs(entry));
        let run = run.unwrap_or_else(|| panic!("{} was not found in {} runs", entry.name, runs(entry)));
        let (seed, profile) = (seed(entry, run), profile(entry.run));
        let found = (entry.run)(Sim::new(seed).policy(portfolio(run, seed, &profile)).record(true));
        let failure = found.result.as_ref().unwrap_err();
        assert!(!matches!(failure.kind, FailureKind::Limit { .. }), "{}: {failure}", entry.name);

        let again = (entry.run)(Sim::new(seed).policy(by_name(&found.policy, seed, &profile).unwrap()));
        assert_eq!(again.digest, found.digest, "{} from its seed and the name of its policy", entry.name);
        let replayed = (entry.run)(Sim::new(0).replay(found.departures.clone(), ReplayMode::Strict));
        assert_eq!(replayed.mismatches, [], "{}", entry.name);
        assert_eq!(replayed.digest, found.digest, "{} from its departures", entry.name);
    }
}

#[test]
fn fixed_twins_never_fail() {
    for entry in ZOO {
        let profile = profile(entry.fixed);
        for run in 0..100 {
            let seed = seed(entry, run);
            let policy = portfolio(run, seed, &profile);
            let report = (entry.fixed)(Sim::new(seed).trace(false).steps(1_000_000).policy(policy));
            assert!(report.is_ok(), "{}, run {run}, {}: {}", entry.name, report.policy, report.result.unwrap_err());
        }
    }
}

#[test]
fn names_are_unique_and_every_class_is_there() {
    let names: BTreeSet<&str> = ZOO.iter().map(|entry| entry.name).collect();
    assert_eq!(names.len(), ZOO.len());
    let classes: BTreeSet<Class> = ZOO.iter().map(|entry| entry.class).collect();
    assert_eq!(classes.len(), 11);
    assert!(ZOO.len() >= 45);
    assert!(ZOO.iter().all(|entry| entry.depth > 0 && entry.departures > 0));
}
