//! How many runs there are, of which seeds and policies, and which of them is reported.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::{FutureExt, LocalBoxFuture};
use rand::Rng;
use seedbed::hunt::{Finding, Found, Verdict};
use seedbed::{FailureKind, LimitKind, Seed, rng, sleep, spawn, yield_now};

use crate::bugs::{harmless, lock_order, lost_update};
use crate::support::{found, once, quiet};

#[test]
fn the_bugs_pass_in_plain_order() {
    once(lost_update).unwrap();
    once(lock_order).unwrap();
    once(harmless).unwrap();
}

#[test]
fn a_program_that_never_returns_is_a_program() {
    let finding = found(quiet("never").run(|| async { panic!("at once") }));
    assert_eq!(finding.signature.kind(), "panic");
}

#[test]
fn a_program_that_goes_on_for_ever_ends_by_the_limits_of_a_hunt() {
    let limit = |finding: Finding| match finding.failure.kind {
        FailureKind::Limit { limit, bound, .. } => (limit, bound),
        kind => panic!("{kind}"),
    };
    let hunt = || quiet("for ever").max_shrink_runs(0);
    let sleeps = found(hunt().run(|| async {
        loop {
            sleep(Duration::from_millis(1)).await;
        }
    }));
    assert_eq!(limit(sleeps), (LimitKind::Steps, "1000000".to_owned()));
    let spins = found(hunt().run(|| async {
        loop {
            yield_now().await;
        }
    }));
    assert_eq!(limit(spins), (LimitKind::SelfWakes, "100000".to_owned()));
}

#[test]
fn what_is_found_does_not_depend_on_the_number_of_threads() {
    for program in
        [|| lost_update().boxed_local(), || harmless().boxed_local()] as [fn() -> LocalBoxFuture<'static, ()>; 2]
    {
        let [one, two, seven] = [1, 2, 7].map(|jobs| {
            let report = quiet("threads").jobs(jobs).run(program);
            let end = match &report.verdict {
                Verdict::Failed(finding) => Some((finding.found.clone(), finding.trace.digest())),
                Verdict::Passed => None,
                _ => panic!("{report}"),
            };
            (report.runs, report.schedules, end)
        });
        assert_eq!(one, two);
        assert_eq!(one, seven);
    }
}

#[test]
fn the_name_decides_the_seeds_unless_they_are_set() {
    let runs = |hunt: seedbed::Hunt| {
        let seen = Arc::new(Mutex::new(BTreeSet::new()));
        let collect = Arc::clone(&seen);
        let report = hunt.runs(20).jobs(1).run(move || {
            let seen = Arc::clone(&collect);
            async move {
                seen.lock().unwrap().insert(rng().next_u64());
            }
        });
        assert!(report.is_ok(), "{report}");
        let seen = seen.lock().unwrap().clone();
        assert_eq!(seen.len(), 20, "each run has a seed of its own");
        (report.seed, seen)
    };
    assert_eq!(runs(quiet("one")), runs(quiet("one")), "a second hunt of the name has the same seeds");
    assert_ne!(runs(quiet("one")), runs(quiet("another")));
    assert_eq!(runs(quiet("one").seed(5)), runs(quiet("another").seed(5)));
    assert_eq!(runs(quiet("one").seed(5)).0, Seed::new(5));
    assert_ne!(runs(quiet("one").fresh_seed()), runs(quiet("one").fresh_seed()));
}

#[test]
fn plain_order_needs_one_run() {
    let report = quiet("plain").policy("fifo").run(lost_update);
    assert!(matches!(report.verdict, Verdict::Passed));
    assert_eq!(report.runs, 1);
}

#[test]
fn different_schedules_are_counted() {
    let report = quiet("schedules").policy("random").run(|| async {
        let tasks = [(); 3].map(|()| spawn(async { yield_now().await }));
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert!(report.is_ok());
    assert!(report.schedules > 6 && report.schedules < 256, "{report}");
    let one = quiet("schedules").run(|| async {});
    assert_eq!((one.runs, one.schedules), (256, 1));
}

#[test]
fn a_returned_error_is_a_failure() {
    let finding = found(quiet("returns").run(|| async { Err::<(), _>("no answer") }));
    assert_eq!(finding.failure.kind.to_string(), "the test returned an error: \"no answer\"");
    assert!(matches!(finding.found, Found::Run { number: 0, .. }));
}

#[test]
fn a_wrong_setting_is_said_and_nothing_is_run() {
    let wrong = [
        (quiet("wrong").policy("fair"), "policy: \"fair\" is not a policy: use one of "),
        (quiet("wrong").runs(0), "runs: read \"0\", wanted at least one run"),
        (quiet("wrong").jobs(0), "jobs: read \"0\", wanted at least one thread"),
    ];
    for (hunt, expected) in wrong {
        let report = hunt.run(|| async { panic_in_run() });
        assert_eq!(report.runs, 0);
        let Verdict::Misconfigured(error) = report.verdict else { panic!("{report}") };
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}

fn panic_in_run() {
    panic!("nothing is run")
}
