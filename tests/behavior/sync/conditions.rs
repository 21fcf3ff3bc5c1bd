//! Conditions and barriers: who is notified, who has the lock, and what becomes of those who leave.

use futures::FutureExt;
use futures::future::join_all;
use seedbed::sync::{Barrier, BarrierError, Condition, ConditionError, Event};
use seedbed::{TaskError, catch_cancel, note, select, sleep, spawn, timeout, yield_now};

use super::said;
use crate::support::{in_every_order, secs, steady};

#[test]
fn a_notified_task_waits_for_the_lock_as_well() {
    let report = steady(|| async {
        let changed = Condition::new();
        let waiting = ["a", "b"].map(|who| {
            let changed = changed.clone();
            spawn(async move {
                changed.lock().await.wait().await;
                note!("{who}");
            })
        });
        yield_now().await;
        let guard = changed.lock().await;
        guard.notify(1);
        guard.notify(1);
        yield_now().await;
        note!("main");
        drop(guard);
        join_all(waiting).await;
    });
    assert_eq!(said(&report), ["main", "a", "b"]);
}

#[test]
fn a_condition_takes_its_lock_again_however_often_it_is_cancelled() {
    let report = steady(|| async {
        let changed = Condition::new();
        let theirs = changed.clone();
        let waiter = spawn(async move {
            theirs.acquire().await.unwrap();
            let cancelled = catch_cancel(theirs.wait()).await.unwrap_err();
            note!("cancelled: {:?}, locked: {}", cancelled.message(), theirs.locked());
            theirs.release()
        });
        yield_now().await;
        changed.acquire().await.unwrap();
        for message in ["first", "second", "third"] {
            waiter.cancel_with(message);
            yield_now().await;
            yield_now().await;
        }
        note!("release");
        changed.release().unwrap();
        waiter.await.unwrap()
    });
    assert_eq!(said(&report), ["release", "cancelled: Some(\"third\"), locked: true"]);
    assert_eq!(report.unwrap(), Ok(()));
}

#[test]
fn a_notification_goes_on_from_who_gives_up() {
    for by_cancelling in [false, true] {
        let report = steady(|| async move {
            let (changed, stop) = (Condition::new(), Event::new());
            let (theirs, stopped) = (changed.clone(), stop.clone());
            let first = spawn(async move {
                let mut guard = theirs.lock().await;
                select! {
                    biased;
                    () = stopped.wait() => {}
                    () = guard.wait() => note!("first"),
                }
            });
            let theirs = changed.clone();
            let second = spawn(async move { theirs.lock().await.wait().await });
            yield_now().await;
            changed.lock().await.notify(1);
            if by_cancelling {
                first.cancel();
            } else {
                stop.set();
            }
            second.await.unwrap();
            (first.await.map_err(|error| error.is_cancelled()), changed.locked())
        });
        assert_eq!(said(&report), [""; 0]);
        assert_eq!(report.unwrap(), (if by_cancelling { Err(true) } else { Ok(()) }, false));
    }
}

#[test]
fn a_guard_that_lost_its_lock_says_so() {
    let report = steady(|| async {
        let changed = Condition::new();
        let theirs = changed.clone();
        let waiter = spawn(async move {
            let mut guard = theirs.lock().await;
            assert!(guard.wait().now_or_never().is_none());
            let _others = theirs.lock().await;
            guard.notify(1);
        });
        let Err(TaskError::Panicked(panic)) = waiter.await else { panic!("it should have panicked") };
        (panic.message.contains("does not hold the lock any more"), changed.locked(), changed.wait().await)
    });
    assert_eq!(report.unwrap(), (true, false, Err(ConditionError::NotAcquired)));
}

#[test]
fn a_barrier_opens_for_all_at_once_and_again() {
    let report = steady(|| async {
        let meeting = Barrier::new(2);
        let guests = ["a", "b", "c", "d"].map(|who| {
            let meeting = meeting.clone();
            spawn(async move {
                let place = meeting.wait().await.unwrap();
                note!("{who}{place}");
            })
        });
        join_all(guests).await;
        meeting.n_waiting()
    });
    assert_eq!(said(&report), ["b1", "a0", "d1", "c0"]);
    assert_eq!(report.unwrap(), 0);
}

#[test]
fn a_barrier_tells_a_reset_from_an_abort() {
    let report = steady(|| async {
        let meeting = Barrier::new(2);
        let waiting = spawn(meeting.wait());
        yield_now().await;
        meeting.reset().await;
        let reset = (waiting.await.unwrap(), meeting.broken());
        let waiting = spawn(meeting.wait());
        yield_now().await;
        meeting.abort().await;
        (reset, waiting.await.unwrap(), meeting.wait().await)
    });
    let broken = Err(BarrierError::Broken);
    assert_eq!(report.unwrap(), ((broken, false), broken, Err(BarrierError::Aborted)));
}

#[test]
fn who_leaves_a_barrier_is_not_counted() {
    let report = steady(|| async {
        let meeting = Barrier::new(2);
        let late = timeout(secs(1), meeting.wait()).await.is_err();
        let left = meeting.n_waiting();
        let first = spawn(meeting.wait());
        sleep(secs(1)).await;
        (late, left, meeting.wait().await, first.await.unwrap())
    });
    assert_eq!(report.unwrap(), (true, 0, Ok(1), Ok(0)));
}

/// asyncio's barrier is made of a condition, in which whoever is cancelled notifies another: that one looks, finds
/// nothing, and stands at the end of the line.
#[test]
fn who_is_cancelled_at_a_barrier_sends_the_first_to_the_end_of_the_line() {
    let report = steady(|| async {
        let meeting = Barrier::new(4);
        let guest = |who| spawn(meeting.wait().map(move |place| note!("{who}{}", place.unwrap())));
        let (a, b, leaving) = (guest("a"), guest("b"), spawn(meeting.wait()));
        yield_now().await;
        leaving.cancel();
        assert!(leaving.await.is_err());
        yield_now().await;
        join_all([a, b, guest("c"), guest("d")]).await;
    });
    assert_eq!(said(&report), ["d3", "b1", "a0", "c2"]);
}

/// Whoever loses which select when: as many are let go on as were notified.
#[test]
fn in_every_order_a_notification_reaches_somebody() {
    let program = || async {
        let (changed, stop) = (Condition::new(), Event::new());
        let leaving = {
            let (changed, stop) = (changed.clone(), stop.clone());
            spawn(async move {
                let mut guard = changed.lock().await;
                select! {
                    () = guard.wait() => true,
                    () = stop.wait() => false,
                }
            })
        };
        let staying = changed.clone();
        let staying = spawn(async move { staying.lock().await.wait().await });
        sleep(secs(1)).await;
        stop.set();
        changed.lock().await.notify(1);
        if leaving.await.unwrap() {
            changed.lock().await.notify(1);
        }
        staying.await.unwrap();
        format!("{changed:?}")
    };
    in_every_order(program, |end| assert_eq!(end, "Condition { locked: false, waiting: 0 }"));
}
