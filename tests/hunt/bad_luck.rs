//! What goes wrong around the runs of a hunt, and not in them.

use std::sync::atomic::{AtomicU32, Ordering};

use seedbed::explore::ShrinkStop;
use seedbed::hunt::{Between, Proof, Saved, Verdict};

use crate::bugs::{harmless, lost_update};
use crate::support::{diverged, found, quiet};

/// Panics outside of the run when a plan is followed for the n-th time.
fn out_of_luck(replays: u32) -> impl Fn(seedbed::Sim) -> seedbed::Sim + Send + Sync {
    let seen = AtomicU32::new(0);
    move |sim| {
        let follows_a_plan = format!("{sim:?}").contains("departures");
        if follows_a_plan && seen.fetch_add(1, Ordering::Relaxed) == replays {
            panic!("out of luck");
        }
        sim
    }
}

#[test]
fn a_panic_while_shrinking_ends_shrinking_and_not_the_hunt() {
    // Two replays make sure of the failure; the next one is the first that shrinks.
    let finding = found(quiet("shrinks").policy("random").sim(out_of_luck(2)).run(lost_update));
    let shrunk = finding.shrunk.unwrap();
    assert_eq!(shrunk.stop, ShrinkStop::Panicked { message: "out of luck".to_owned() });
    assert!(!shrunk.is_minimal);
    assert_eq!(finding.signature.kind(), "panic");
}

#[test]
fn a_panic_that_replaces_a_replay_is_a_difference() {
    let divergence = diverged(quiet("replaced").policy("random").sim(out_of_luck(0)).run(lost_update));
    assert_eq!(divergence.between, Between::FailingRuns);
    assert!(divergence.difference.contains("out of luck"), "{}", divergence.difference);
}

#[test]
fn shrinking_may_be_forbidden() {
    let finding = found(quiet("unshrunk").policy("random").max_shrink_runs(0).run(lost_update));
    let shrunk = finding.shrunk.unwrap();
    assert_eq!((shrunk.runs, shrunk.departures().len()), (0, shrunk.before));
    assert_eq!(finding.saved, Saved::Off);
    assert_eq!(finding.proof, Proof::Missing { reason: "that is switched off".to_owned() });
}

#[test]
#[should_panic(expected = "seedbed: ends failed on run ")]
fn check_ends_a_test_with_the_report() {
    quiet("ends").check(lost_update);
}

#[test]
fn check_says_nothing_of_what_passes() {
    quiet("passes").check(harmless);
    let report = quiet("passes").run(harmless);
    assert!(matches!(report.verdict, Verdict::Passed), "{report}");
    report.check();
}
