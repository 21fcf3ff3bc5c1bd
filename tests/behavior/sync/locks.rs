//! Locks, semaphores and events: whose turn it is, and what becomes of a wake-up that nobody hears.

use std::cell::Cell;
use std::rc::Rc;

use futures::FutureExt;
use futures::future::join_all;
use seedbed::sync::{BoundedSemaphore, Event, Lock, NotAcquired, OtherLoop, Queue, ReleasedTooOften, Semaphore};
use seedbed::trace::EventKind;
use seedbed::{FailureKind, Sim, note, run, select, sleep, spawn, task, timeout, yield_now};

use super::said;
use crate::support::{failure, in_every_order, secs, steady};

/// Holds a lock for one pass, and says so.
async fn hold(lock: Lock, who: &'static str) {
    let _guard = lock.lock().await;
    note!("{who}");
    yield_now().await;
}

#[test]
fn a_lock_is_had_in_the_order_of_asking() {
    let report = steady(|| async {
        let lock = Lock::new();
        join_all(["a", "b", "c"].map(|who| spawn(hold(lock.clone(), who)))).await;
    });
    assert_eq!(said(&report), ["a", "b", "c"]);
}

#[test]
fn who_gives_a_lock_back_stands_behind_those_who_wait() {
    let report = steady(|| async {
        let lock = Lock::new();
        let twice = |who| {
            let lock = lock.clone();
            spawn(async move {
                hold(lock.clone(), who).await;
                hold(lock, who).await;
            })
        };
        join_all([twice("a"), twice("b")]).await;
    });
    assert_eq!(said(&report), ["a", "b", "a", "b"]);
}

#[test]
fn a_cancelled_task_hands_the_lock_on() {
    let report = steady(|| async {
        let lock = Lock::new();
        lock.acquire().await.unwrap();
        let (b, c) = (spawn(hold(lock.clone(), "b")), spawn(hold(lock.clone(), "c")));
        yield_now().await;
        lock.release().unwrap();
        b.cancel();
        assert!(b.await.unwrap_err().is_cancelled());
        c.await.unwrap();
        lock.locked()
    });
    assert_eq!(said(&report), ["c"]);
    assert!(!report.unwrap());
}

#[test]
fn a_lost_branch_hands_the_lock_on() {
    let report = steady(|| async {
        let (lock, stop) = (Lock::new(), Event::new());
        let guard = lock.lock().await;
        let (theirs, stopped) = (lock.clone(), stop.clone());
        let b = spawn(async move {
            select! {
                biased;
                () = stopped.wait() => note!("b gives up"),
                _guard = theirs.lock() => note!("b"),
            }
        });
        let c = spawn(hold(lock.clone(), "c"));
        yield_now().await;
        drop(guard);
        stop.set();
        b.await.unwrap();
        c.await.unwrap();
        format!("{lock:?}")
    });
    assert_eq!(said(&report), ["b gives up", "c"]);
    assert_eq!(report.unwrap(), "Lock { locked: false, waiting: 0 }");
}

#[test]
fn cancelled_waiters_are_overtaken() {
    let report = steady(|| async {
        let lock = Lock::new();
        let guard = lock.lock().await;
        let waiting = ["b", "c"].map(|who| spawn(hold(lock.clone(), who)));
        yield_now().await;
        waiting.iter().for_each(|task| assert!(task.cancel()));
        drop(guard);
        let at_once = lock.lock().now_or_never().is_some();
        join_all(waiting).await;
        (at_once, lock.locked())
    });
    assert_eq!(said(&report), [""; 0]);
    assert_eq!(report.unwrap(), (true, false));
}

#[test]
fn a_guard_gives_back_only_what_it_took() {
    let report = steady(|| async {
        let lock = Lock::new();
        let guard = lock.lock().await;
        lock.release().unwrap();
        lock.acquire().await.unwrap();
        drop(guard);
        (lock.locked(), lock.release(), lock.release())
    });
    assert_eq!(report.unwrap(), (true, Ok(()), Err(NotAcquired)));
}

#[test]
fn a_deadlock_names_who_holds_what() {
    let failed = failure(steady(|| async {
        let (accounts, audit) = (Lock::new().named("accounts"), Lock::new().named("audit"));
        let both = |name, first: &Lock, second: &Lock| {
            let (first, second) = (first.clone(), second.clone());
            let taking = async move {
                let _first = first.lock().await;
                yield_now().await;
                let _second = second.lock().await;
            };
            task::Builder::new().name(name).spawn(taking).unwrap()
        };
        join_all([both("pay", &accounts, &audit), both("check", &audit, &accounts)]).await;
    }));
    let FailureKind::Deadlock { blocked, cycle, .. } = failed.kind else { panic!("{failed}") };
    let told: Vec<_> = blocked.iter().map(|b| (&*b.task, &*b.waits_for, b.held_by.join(" "))).collect();
    assert_eq!(told[1], ("main/pay", "lock audit", "main/check".to_owned()));
    assert_eq!(told[2], ("main/check", "lock accounts", "main/pay".to_owned()));
    assert_eq!(cycle, ["main/pay", "main/check"]);
}

#[test]
fn a_deadlock_names_every_holder_of_a_permit() {
    let failed = failure(steady(|| async {
        let slots = Semaphore::new(2).named("slots");
        let (_mine, theirs) = (slots.permit().await, slots.clone());
        let other = spawn(async move {
            let _permit = theirs.permit().await;
            std::future::pending::<()>().await;
        });
        yield_now().await;
        slots.acquire().await.unwrap();
        other.await.unwrap();
    }));
    let FailureKind::Deadlock { blocked, .. } = failed.kind else { panic!("{failed}") };
    assert_eq!(blocked[0].held_by, ["main", "main/1"]);
}

#[test]
fn an_object_serves_the_loop_that_first_waited() {
    let report = Sim::new(0).drive(|| {
        let (lock, event) = (Lock::new(), Event::new());
        let (held, kept) = (lock.clone(), event.clone());
        run(async move {
            held.acquire().await.unwrap();
            drop((spawn(held.acquire()), spawn(kept.wait())));
            yield_now().await;
        })
        .unwrap();
        run(async move {
            let while_locked = lock.acquire().await;
            lock.release().unwrap();
            (while_locked, lock.acquire().await, event.check_loop())
        })
        .unwrap()
    });
    assert_eq!(report.unwrap(), (Err(OtherLoop), Ok(()), Err(OtherLoop)));
}

#[test]
fn objects_can_be_made_before_their_run() {
    let (lock, event) = (Lock::new().named("early"), Event::new());
    event.set();
    let report = Sim::new(0).run(async move {
        event.wait().await;
        let _first = lock.lock().await;
        lock.lock().await
    });
    assert!(failure(report).to_string().contains("lock early"));
}

#[test]
fn a_permit_is_not_snatched_from_who_was_called() {
    let report = steady(|| async {
        let slots = Semaphore::new(1);
        slots.acquire().await.unwrap();
        let waiting = spawn(slots.acquire());
        yield_now().await;
        slots.release();
        let snatched = slots.acquire().now_or_never().is_some();
        waiting.await.unwrap().unwrap();
        (snatched, slots.locked())
    });
    assert_eq!(report.unwrap(), (false, true));
}

#[test]
fn a_spare_permit_waits_for_its_turn_too() {
    let report = steady(|| async {
        let slots = Semaphore::new(0);
        let waiting = spawn(slots.acquire());
        yield_now().await;
        slots.release();
        slots.release();
        let before = (slots.locked(), slots.acquire().now_or_never().is_some());
        waiting.await.unwrap().unwrap();
        (before, slots.acquire().now_or_never().is_some())
    });
    assert_eq!(report.unwrap(), ((true, false), true));
}

#[test]
fn a_permit_goes_on_from_who_gives_up() {
    let report = steady(|| async {
        let (slots, stop) = (Semaphore::new(0), Event::new());
        let (theirs, stopped) = (slots.clone(), stop.clone());
        let dropped = spawn(async move {
            select! {
                biased;
                () = stopped.wait() => {}
                _permit = theirs.permit() => note!("dropped"),
            }
        });
        let cancelled = spawn(slots.acquire());
        let (last, next) = (spawn(slots.acquire()), spawn(slots.acquire()));
        yield_now().await;
        slots.release();
        slots.release();
        stop.set();
        cancelled.cancel();
        dropped.await.unwrap();
        (last.await.unwrap(), next.await.unwrap(), slots.locked())
    });
    assert_eq!(said(&report), [""; 0]);
    assert_eq!(report.unwrap(), (Ok(()), Ok(()), true));
}

#[test]
fn a_bounded_semaphore_keeps_its_bound() {
    let report = steady(|| async {
        let slots = BoundedSemaphore::new(2);
        let permit = slots.permit().await;
        let by_hand = slots.release();
        drop(permit);
        (by_hand, slots.release(), format!("{slots:?}"))
    });
    let full = "BoundedSemaphore { permits: 2, waiting: 0 }".to_owned();
    assert_eq!(report.unwrap(), (Ok(()), Err(ReleasedTooOften), full));
}

#[test]
fn an_event_lets_all_go_on_even_if_it_is_cleared_at_once() {
    let report = steady(|| async {
        let event = Event::new();
        let waiting = ["a", "b", "c"].map(|who| spawn(event.wait().map(move |()| note!("{who}"))));
        yield_now().await;
        waiting[1].cancel();
        event.set();
        event.clear();
        join_all(waiting).await;
        (event.is_set(), format!("{event:?}"))
    });
    assert_eq!(said(&report), ["a", "c"]);
    assert_eq!(report.unwrap(), (false, "Event { set: false, waiting: 0 }".to_owned()));
}

/// Counts who is inside for as long as it lives.
struct Inside(Rc<Cell<u32>>);

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// Whoever is cancelled or dropped when: no more are inside than may be, nobody waits for ever, and all is given back.
#[test]
fn in_every_order_permits_are_neither_doubled_nor_lost() {
    let program = || async {
        let (slots, inside) = (Semaphore::new(2), Rc::new(Cell::new(0)));
        let tasks: Vec<_> = (0..20u64)
            .map(|n| {
                let (slots, inside) = (slots.clone(), Rc::clone(&inside));
                spawn(async move {
                    let work = async {
                        let _permit = slots.permit().await;
                        inside.set(inside.get() + 1);
                        let _inside = Inside(Rc::clone(&inside));
                        assert!(inside.get() <= 2);
                        sleep(secs(n % 3)).await;
                    };
                    select! {
                        () = work => {}
                        () = sleep(secs(n % 5)) => {}
                    }
                })
            })
            .collect();
        sleep(secs(1)).await;
        tasks[7].cancel();
        tasks[8].cancel();
        join_all(tasks).await;
        format!("{slots:?}")
    };
    in_every_order(program, |end| assert_eq!(end, "Semaphore { permits: 2, waiting: 0 }"));
}

#[test]
fn in_every_order_a_lock_excludes_and_is_never_lost() {
    let program = || async {
        let (lock, inside) = (Lock::new(), Rc::new(Cell::new(0)));
        let tasks: Vec<_> = (0..12u64)
            .map(|n| {
                let (lock, inside) = (lock.clone(), Rc::clone(&inside));
                spawn(async move {
                    let _late = timeout(secs(n % 4), async {
                        let _guard = lock.lock().await;
                        inside.set(inside.get() + 1);
                        let _inside = Inside(Rc::clone(&inside));
                        assert_eq!(inside.get(), 1);
                        sleep(secs(n % 3)).await;
                    })
                    .await;
                })
            })
            .collect();
        yield_now().await;
        tasks[3].cancel();
        join_all(tasks).await;
        format!("{lock:?}")
    };
    in_every_order(program, |end| assert_eq!(end, "Lock { locked: false, waiting: 0 }"));
}

#[test]
fn the_trace_tells_of_names_and_of_waiting_only() {
    let report = steady(|| async {
        let (quiet, named, wanted) = (Lock::new(), Lock::new().named("books"), Event::new());
        drop(quiet.lock().await);
        drop(named.lock().await);
        let theirs = wanted.clone();
        let waiter = spawn(async move { theirs.wait().await });
        yield_now().await;
        wanted.set();
        wanted.set();
        waiter.await.unwrap();
    });
    let told = report.trace.filter().kind(EventKind::Acquired).kind(EventKind::Released);
    assert_eq!(told.events().count(), 2, "{}", report.trace.summary());
    assert_eq!(report.trace.filter().kind(EventKind::Waiting).events().count(), 1);
    assert_eq!(report.trace.filter().kind(EventKind::Signalled).events().count(), 1);
    assert!(report.trace.summary().contains("main/1  wait     event 1"), "{}", report.trace.summary());
}

/// What one run left in an object must not decide what happens in the next.
#[test]
fn an_object_serves_one_run() {
    let (slots, names) = (Semaphore::new(1), Queue::new(0));
    let (first, written) = (slots.clone(), names.clone());
    let kept = Sim::new(0).run(async move {
        written.put("first").await.unwrap();
        first.permit().await
    });
    drop(kept.unwrap());
    let (second, read) = (slots.clone(), names.clone());
    for refused in [
        failure(Sim::new(0).run(async move { second.acquire().await.is_ok() })),
        failure(Sim::new(0).run(async move { read.get().await.is_ok() })),
    ] {
        assert!(refused.to_string().contains("used outside its own seedbed run"), "{refused}");
    }
    assert_eq!(format!("{slots:?}"), "Semaphore { permits: 1, waiting: 0 }");
}

#[test]
fn a_queue_can_be_filled_before_its_run_and_read_after_it() {
    let queue = Queue::new(0);
    queue.put_nowait(1).unwrap();
    let theirs = queue.clone();
    Sim::new(0)
        .run(async move {
            let item = theirs.get().await.unwrap();
            theirs.put(item + 1).await.unwrap();
        })
        .unwrap();
    assert_eq!(queue.get_nowait(), Ok(2));
}
