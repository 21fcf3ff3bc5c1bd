//! A test may say which of its tasks is struck at each of its await points, and every order is tried besides.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use seedbed::choice::{Departures, ReplayMode, Strike};
use seedbed::hunt::{HuntReport, Verdict};
use seedbed::sync::Lock;
use seedbed::task::Builder;
use seedbed::{FailureKind, Hunt, Report, Sim, TaskError, catch_cancel, sleep, yield_now};

use crate::support::{millis, secs};

/// A worker that takes a lease, works and gives it back.
async fn the_lease_is_given_back(guarded: bool) {
    struct Lease(Rc<Cell<u32>>);
    impl Drop for Lease {
        fn drop(&mut self) {
            self.0.set(self.0.get() - 1);
        }
    }
    let leases = Rc::new(Cell::new(0));
    let own = Rc::clone(&leases);
    let worker = async move {
        sleep(millis(1)).await;
        own.set(own.get() + 1);
        let lease = guarded.then(|| Lease(Rc::clone(&own)));
        sleep(millis(1)).await;
        if lease.is_none() {
            own.set(own.get() - 1);
        }
    };
    let worker = Builder::new().name("worker").spawn(worker).unwrap();
    let _ended = worker.await;
    assert_eq!(leases.get(), 0, "a lease is still out");
}

fn hunt(path: &str, guarded: bool) -> HuntReport {
    let hunt = Hunt::new("lease").runs(20).regressions_off().prove(false).cancel(path);
    hunt.run(move || the_lease_is_given_back(guarded))
}

#[test]
fn a_lease_that_is_kept_is_found_at_its_await() {
    let plain = Hunt::new("lease in every order").runs(500).regressions_off().run(|| the_lease_is_given_back(false));
    assert!(plain.is_ok(), "{plain}");
    let report = hunt("main/worker", false);
    let failed: Vec<Vec<Strike>> =
        report.struck[0].points.iter().map(|point| point.failed().map(|tried| tried.strike).collect()).collect();
    assert_eq!(failed, [vec![], vec![Strike::Cancelled, Strike::CancelledWoken]]);
    let text = report.to_string();
    assert!(text.contains("lease failed with main/worker cancelled while it waited, at await point 2 of 2"), "{text}");
    assert!(text.contains("main/worker was cancelled while it waited for a sleep until 0.002s"), "{text}");
    // The shrunk run needs that strike, and nothing else.
    let Verdict::Failed(finding) = report.verdict else { panic!("{text}") };
    assert_eq!(finding.shrunk.unwrap().departures().to_string(), "main/worker cancel 1 = 1");
}

#[test]
fn the_cured_program_is_struck_everywhere_and_then_tried_in_every_order() {
    let report = hunt("main/worker", true);
    assert!(report.is_ok(), "{report}");
    assert_eq!((report.struck[0].points.len(), report.struck[0].runs()), (2, 4));
    assert_eq!(report.runs, 20 + 4);
    assert!(report.to_string().contains("main/worker was cancelled at 2 await points (4 runs):"), "{report}");
}

#[test]
fn a_path_that_is_no_tasks_is_told_with_those_that_are() {
    let report = hunt("main/wroker", true);
    let Verdict::NothingStruck { subject, tasks } = &report.verdict else { panic!("{report}") };
    assert_eq!(
        (subject.as_str(), tasks.as_slice()),
        ("main/wroker", ["main".to_owned(), "main/worker".to_owned()].as_slice())
    );
    let text = report.to_string();
    assert!(text.contains("there is no task main/wroker\n  there are main, main/worker"), "{text}");
    let idle = Hunt::new("idle").cancel("main").run(|| async {});
    assert!(idle.to_string().contains("main never waits, so that there is nowhere to strike it"), "{idle}");
}

/// A run in which one task is struck so at its first await point.
fn struck_first<T: 'static>(kind: &str, answer: u32, main: impl AsyncFnOnce() -> T + 'static) -> Report<T> {
    let plan = Departures::from_iter([(format!("main/worker {kind} 0").parse().unwrap(), answer.try_into().unwrap())]);
    let report = Sim::new(0).replay(plan, ReplayMode::Strict).run(async move { main().await });
    assert_eq!(report.mismatches, [], "{kind} {answer}");
    report
}

#[test]
fn every_strike_meets_its_task_as_it_says() {
    let notes = |kind: &str, answer: u32| {
        let report = struck_first(kind, answer, async || {
            let notes = Rc::new(RefCell::new(Vec::new()));
            let own = Rc::clone(&notes);
            let worker = async move {
                let caught = catch_cancel(sleep(secs(1))).await.is_err();
                own.borrow_mut().push(format!("{} at {}", if caught { "caught" } else { "slept" }, seedbed::now()));
                sleep(secs(1)).await;
                own.borrow_mut().push(format!("done at {}", seedbed::now()));
            };
            let worker = Builder::new().name("worker").spawn(worker).unwrap();
            let ended = match worker.await {
                Ok(()) => "finished",
                Err(TaskError::Cancelled(_)) => "cancelled",
                Err(_) => "panicked",
            };
            let notes = notes.borrow().join(", ");
            format!("{notes}; {ended} at {}", seedbed::now())
        });
        report.unwrap()
    };
    assert_eq!(notes("cancel", 1), "caught at 0.000, done at 1.000; finished at 1.000");
    assert_eq!(notes("cancel", 2), "; cancelled at 0.000");
    assert_eq!(notes("cancel", 3), "caught at 1.000, done at 2.000; finished at 2.000");
    assert_eq!(notes("cancel", 4), "; cancelled at 1.000");
    assert_eq!(notes("panic", 1), "; panicked at 1.000");
}

#[test]
fn a_lock_that_was_handed_over_to_who_is_cancelled_goes_to_the_next() {
    for answer in 1..=4 {
        let report = struck_first("cancel", answer, async || {
            let lock = Lock::new().named("ledger");
            let held = lock.lock().await;
            let [worker, next] = ["worker", "next"].map(|name| {
                let lock = lock.clone();
                Builder::new().name(name).spawn(async move { drop(lock.lock().await) }).unwrap()
            });
            yield_now().await;
            drop(held);
            assert!(worker.await.unwrap_err().is_cancelled());
            next.await.unwrap();
        });
        assert!(report.is_ok(), "{answer}: {:?}", report.result);
    }
}

#[test]
fn the_main_task_may_be_struck_too() {
    let plan = Departures::from_iter([("main cancel 0".parse().unwrap(), 2.try_into().unwrap())]);
    let report = Sim::new(0).replay(plan, ReplayMode::Strict).run(sleep(secs(1)));
    assert!(matches!(report.result.unwrap_err().kind, FailureKind::MainCancelled { .. }));
}

#[test]
fn a_policy_strikes_too_and_never_the_main_task() {
    let hunt = |guarded: bool| {
        let hunt = Hunt::new("drawn").faults("cancel+panic").regressions_off().prove(false);
        hunt.run(move || the_lease_is_given_back(guarded))
    };
    let (bad, good) = (hunt(false), hunt(true));
    assert!(good.is_ok(), "{good}");
    let Verdict::Failed(finding) = &bad.verdict else { panic!("{bad}") };
    let departures = finding.shrunk.as_ref().unwrap().departures().to_string();
    assert!(["main/worker cancel 1 = 1", "main/worker panic 1 = 1"].contains(&departures.as_str()), "{departures}");
    assert!(finding.explanation.as_ref().unwrap().to_string().contains("a sleep until 0.002s"), "{bad}");
}

#[test]
fn looking_at_await_points_changes_nothing() {
    let program = || the_lease_is_given_back(true);
    let (plain, looked) = (Sim::new(3).run(program()), Sim::new(3).await_points("main/worker").run(program()));
    assert_eq!(plain.digest, looked.digest);
    let points: Vec<_> = looked.await_points.iter().map(|point| point.waits_for.as_str()).collect();
    assert_eq!(points, ["a sleep until 0.001s", "a sleep until 0.002s"]);
    assert!(plain.await_points.is_empty());
}

#[seedbed::test(cancel = "main/worker", panic = "main/worker", runs = 10)]
async fn the_attribute_strikes_a_task() {
    the_lease_is_given_back(true).await;
}
