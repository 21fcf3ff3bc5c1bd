//! A sweep cancels a future at each of its await points, in each way there is, and says where what must hold does not.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use seedbed::choice::{ReplayMode, Strike};
use seedbed::hunt::{CancelSweepReport, Found, Verdict};
use seedbed::sync::{Lock, Queue};
use seedbed::task::{Builder, Cancelled};
use seedbed::{
    CancelSweep, FailureKind, Hunt, Promise, Sim, Target, catch_cancel, note, select, sleep, spawn, timeout, yield_now,
};

use crate::support::{millis, secs};

/// The sweep of a program whose failures are expected.
fn quietly<F, M>(program: F) -> CancelSweep<F>
where
    F: Fn(Target) -> M + Send + Sync + 'static,
    M: Future<Output = ()> + 'static,
{
    CancelSweep::new(program).regressions_off().prove(false)
}

/// What was failed at each await point, by the way of cancelling.
fn failed(report: &CancelSweepReport) -> Vec<Vec<Strike>> {
    report.points.iter().map(|point| point.failed().map(|tried| tried.strike).collect()).collect()
}

const ALL: [Strike; 4] = Strike::CANCELLING;

#[test]
fn every_await_point_is_met_in_every_way() {
    let report = CancelSweep::new(async |target: Target| {
        let steps = Cell::new(0);
        let three = async {
            for _ in 0..3 {
                sleep(millis(1)).await;
                steps.set(steps.get() + 1);
            }
        };
        let ended = target.run(three).await;
        note!("{}", steps.get());
        assert_eq!(ended.is_some(), steps.get() == 3);
    })
    .run();
    assert!(report.is_ok(), "{report}");
    let ways: Vec<_> = report.points.iter().map(|point| point.tries.iter().map(|tried| tried.strike)).collect();
    assert_eq!(ways.len(), 3);
    assert!(ways.into_iter().all(|ways| ways.eq(ALL)), "{report}");
    // The plain run, and one for each.
    assert_eq!(report.hunt.runs, 1 + 3 * 4);
}

/// No order of the two tasks shows it: nobody but a canceller stands between the halves.
async fn halves_are_both_there(target: Target) {
    let (first, second) = (Cell::new(false), Cell::new(false));
    let work = async {
        yield_now().await;
        first.set(true);
        sleep(millis(1)).await;
        second.set(true);
    };
    let other = spawn(async { sleep(millis(1)).await });
    target.run(work).await;
    other.await.unwrap();
    assert_eq!(first.get(), second.get(), "one half is missing");
}

#[test]
fn a_bug_that_no_order_shows_is_found_at_its_await() {
    let orders = Hunt::new("halves in every order").runs(1_000).regressions_off();
    assert!(orders.run(|| halves_are_both_there(Target::default())).is_ok());

    let report = quietly(halves_are_both_there).run();
    assert_eq!(failed(&report), [vec![], ALL.to_vec()]);
    let Verdict::Failed(finding) = &report.hunt.verdict else { panic!("{report}") };
    let Found::Struck { point, of, .. } = &finding.found else { panic!("{:?}", finding.found) };
    assert_eq!((point.n, *of), (1, 2));
    // It is told in words, and a departure brings it back.
    let text = report.to_string();
    assert!(text.contains("was cancelled while it waited for a sleep until 0.001s"), "{text}");
    let again = Sim::new(9)
        .replay(finding.shrunk.as_ref().unwrap().departures().clone(), ReplayMode::Strict)
        .run(halves_are_both_there(Target::default()));
    assert_eq!(again.digest, finding.shrunk.as_ref().unwrap().report.digest);
    assert!(matches!(again.result.unwrap_err().kind, FailureKind::Panic(_)));
}

#[test]
fn await_points_are_named_by_their_lines_and_by_what_they_wait_for() {
    let first = line!() + 8;
    let report = CancelSweep::new(async |target: Target| {
        let (lock, queue) = (Lock::new().named("ledger"), Queue::<()>::new(1).named("mail"));
        let (promise, bell) = (Promise::<()>::named("answer"), Rc::new(tokio::sync::Notify::new()));
        let held = lock.lock().await;
        // Each of its lines waits for something else.
        let work = async {
            let other = Builder::new().name("other").spawn(sleep(secs(5))).unwrap();
            drop(lock.lock().await);
            let _mail = queue.get().await;
            drop(promise.join().await);
            drop(other.await);
            yield_now().await;
            bell.notified().await;
            answer().await;
            drop(futures::join!(sleep(secs(1)), lock.lock()));
        };
        let (mail, answers, rings) = (queue.clone(), promise.clone(), Rc::clone(&bell));
        let others = spawn(async move {
            sleep(secs(1)).await;
            drop(held);
            sleep(secs(1)).await;
            mail.put_nowait(()).unwrap();
            sleep(secs(1)).await;
            answers.set_result(()).unwrap();
            sleep(secs(3)).await;
            rings.notify_one();
        });
        target.run(work).await;
        others.await.unwrap();
    })
    .ways(&[Strike::Dropped])
    .run();
    let place = |line: u32| format!("tests/behavior/faults/cancel_sweep.rs:{line}");
    let points: Vec<_> = report.points.iter().map(|point| point.point.to_string()).collect();
    let expected = [
        format!("{}, lock ledger", place(first)),
        format!("{}, queue mail", place(first + 1)),
        format!("{}, promise answer", place(first + 2)),
        format!("{}, task main/other", place(first + 3)),
        format!("{}, its next turn", place(first + 4)),
        format!("{}, a future of another library", place(first + 5)),
        format!("{}, a sleep until 7.000s", place(ANSWER)),
        format!("{}, a sleep until 8.000s", place(first + 7)),
    ];
    assert_eq!(points, expected);
}

/// The line in which `answer` sleeps.
const ANSWER: u32 = line!() + 4;

/// The innermost await of the program's own counts.
async fn answer() {
    sleep(secs(1)).await;
}

/// A value that is taken out of a channel, and lost between two awaits.
#[test]
fn a_value_is_lost_only_by_who_was_woken() {
    let report = quietly(async |target: Target| {
        let inbox = Rc::new(RefCell::new(None));
        let bell = Rc::new(tokio::sync::Notify::new());
        let (mail, rings) = (Rc::clone(&inbox), Rc::clone(&bell));
        let sender = spawn(async move {
            sleep(millis(1)).await;
            *mail.borrow_mut() = Some("letter");
            rings.notify_waiters();
        });
        // Rings are not kept for who is not there.
        let read = target.run(async {
            bell.notified().await;
            inbox.borrow_mut().take()
        });
        let read = match read.await {
            Some(letter) => letter,
            None => timeout(secs(1), bell.notified()).await.ok().and_then(|()| inbox.borrow_mut().take()),
        };
        sender.await.unwrap();
        assert_eq!(read, Some("letter"));
    })
    .run();
    assert_eq!(failed(&report), [vec![Strike::CancelledWoken, Strike::DroppedWoken]]);
}

#[test]
fn a_cancellation_may_be_cleaned_up_after_and_a_drop_may_not() {
    let report = quietly(async |target: Target| {
        let cleaned = Cell::new(true);
        let work = async {
            cleaned.set(false);
            let slept: Result<(), Cancelled> = catch_cancel(sleep(secs(1))).await;
            // Cleaning up takes time.
            sleep(millis(1)).await;
            cleaned.set(true);
            slept.is_ok()
        };
        // A cancellation that was caught is no end.
        assert_ne!((target.run(work).await, cleaned.get()), (None, true));
        assert!(cleaned.get(), "it did not clean up");
    })
    .run();
    // While it cleans up, it is not protected from anything.
    assert_eq!(failed(&report), [vec![Strike::Dropped, Strike::DroppedWoken], ALL.to_vec()]);
}

#[test]
fn a_target_in_a_select_is_one_more_branch() {
    let report = CancelSweep::new(async |target: Target| {
        let fired = select! {
            ended = target.run(sleep(secs(2))) => ended.is_none(),
            () = sleep(secs(1)) => true,
        };
        assert!(fired);
    });
    report.run().check();
}

#[test]
fn a_cancellation_of_the_programs_own_goes_on_through_a_target() {
    let report = CancelSweep::new(async |target: Target| {
        let task = spawn(async move { target.run(std::future::pending::<()>()).await });
        sleep(secs(1)).await;
        if task.cancel() {
            assert!(task.await.unwrap_err().is_cancelled());
        } else {
            assert_eq!(task.await.unwrap(), None);
        }
    })
    .ways(&[Strike::Cancelled, Strike::Dropped])
    .run();
    assert!(report.is_ok(), "{report}");
    assert_eq!(report.points.len(), 1);
}

#[test]
fn orders_are_tried_too() {
    // Only who is cancelled while the other has run first leaves the flag behind.
    let program = async |target: Target| {
        let (turn, left) = (Rc::new(Cell::new(0)), Cell::new(false));
        let other = Rc::clone(&turn);
        let other = spawn(async move {
            yield_now().await;
            other.set(1);
        });
        let work = async {
            yield_now().await;
            left.set(turn.get() == 1);
            yield_now().await;
            left.set(false);
        };
        target.run(work).await;
        assert!(!left.get(), "left behind");
        other.await.unwrap();
    };
    let plain = quietly(program).run();
    assert!(plain.is_ok(), "{plain}");
    let ordered = quietly(program).schedules(40).run();
    let seeds = ordered.points.iter().flat_map(|point| point.failed()).map(|tried| tried.seed);
    assert!(!ordered.is_ok() && seeds.into_iter().all(|seed| seed.is_some()), "{ordered}");
}

#[test]
fn what_fails_without_a_cancellation_is_not_swept() {
    let report = quietly(async |target: Target| {
        target.run(yield_now()).await;
        panic!("always");
    })
    .run();
    assert!(report.points.is_empty());
    let text = report.to_string();
    assert!(text.contains("panicked at") && text.contains("it fails when nothing strikes it"), "{text}");
}

#[test]
fn a_future_that_never_ends_is_called_that() {
    let deadlock = quietly(async |target: Target| {
        target.run(std::future::pending::<()>()).await;
    });
    let endless = quietly(async |target: Target| {
        let work = async {
            loop {
                sleep(secs(1)).await;
            }
        };
        let _: Option<()> = target.run(work).await;
    });
    let endless = endless.hunt(|hunt| hunt.sim(|sim| sim.virtual_time(secs(100))));
    for text in [deadlock.run().to_string(), endless.run().to_string()] {
        assert!(text.contains("it does not come to its end when nothing strikes it"), "{text}");
    }
}

#[test]
fn a_future_with_too_many_await_points_is_refused() {
    let report = quietly(async |target: Target| {
        let work = async {
            for _ in 0..11 {
                yield_now().await;
            }
        };
        target.run(work).await;
    });
    let report = report.max_points(10).run();
    assert!(matches!(report.hunt.verdict, Verdict::TooManyPoints { points: 11, max: 10, .. }), "{report}");
    assert!(report.to_string().contains("the target has 11 await points"), "{report}");
}

#[test]
fn a_target_that_never_waits_is_no_pass() {
    let ready = quietly(async |target: Target| {
        target.run(std::future::ready(())).await;
    });
    let unused = quietly(async |_: Target| {});
    for report in [ready.run(), unused.run()] {
        assert!(!report.is_ok());
        assert!(report.to_string().contains("the target never waits"), "{report}");
    }
}
