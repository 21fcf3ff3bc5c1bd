//! Which faults are asked about: those that are wanted, in every run alike.

use std::collections::BTreeSet;
use std::time::Duration;

use seedbed::choice::{FaultSet, Kind, ReplayMode};
use seedbed::hunt::{Hunt, Verdict};
use seedbed::policy::{Profile, by_name};
use seedbed::{Report, Seed, Sim, now, sleep, spawn};

async fn three_sleepers() {
    let sleepers = [1, 2, 3].map(|ms| spawn(async move { sleep(Duration::from_millis(ms)).await }));
    for sleeper in sleepers {
        sleeper.await.unwrap();
    }
}

fn run(policy: &str, seed: u64) -> Report<()> {
    let policy = by_name(policy, Seed::new(seed), &Profile::default()).unwrap();
    Sim::new(seed).policy(policy).record(true).run(three_sleepers())
}

fn kinds(report: &Report<()>) -> BTreeSet<Kind> {
    report.departures.iter().map(|(address, _)| address.kind()).collect()
}

#[test]
fn without_faults_in_its_name_a_policy_brings_none() {
    let met: BTreeSet<Kind> = (0..100).flat_map(|seed| kinds(&run("pos+clock", seed))).collect();
    assert_eq!(met.into_iter().collect::<FaultSet>(), FaultSet::NONE);
    assert!((0..100).any(|seed| kinds(&run("random+late", seed)).contains(&Kind::Late)));
}

#[test]
fn a_recorded_run_replays_from_its_departures() {
    for seed in 0..100 {
        let found = run("random+clock+late", seed);
        let again = Sim::new(0).replay(found.departures.clone(), ReplayMode::Strict).run(three_sleepers());
        assert_eq!((again.digest, again.mismatches), (found.digest, vec![]), "seed {seed}");
    }
}

#[test]
fn faults_do_not_shift_the_order_that_a_policy_draws() {
    let order = |policy| (0..50).map(|seed| run(policy, seed).digest).collect::<Vec<_>>();
    // Nothing in this program can be struck by a crash, so only the draws could differ.
    assert_eq!(order("random+crash"), order("random"));
}

#[test]
fn a_hunt_brings_the_faults_that_it_is_told_to() {
    let punctual = || async {
        sleep(Duration::from_millis(10)).await;
        assert_eq!(now().as_nanos(), 10_000_000);
    };
    let hunt = || Hunt::new("punctual").regressions_off().prove(false);
    assert!(hunt().run(punctual).is_ok(), "no order makes a timer late");
    let report = hunt().faults("late").run(punctual);
    assert!(matches!(report.verdict, Verdict::Failed(_)), "{report}");
    assert!(report.to_string().contains("+late)"), "{report}");
    assert!(report.to_string().contains("let a timer of main expire 0.000000001s late"), "{report}");
}

#[test]
fn a_set_that_cannot_be_read_is_told() {
    let report = Hunt::new("wrong").faults("later").run(|| async {});
    assert!(matches!(report.verdict, Verdict::Misconfigured(_)));
    assert!(
        report.to_string().contains("faults: \"later\" is not a kind of fault: write all, none, or some of late, ")
    );
}
