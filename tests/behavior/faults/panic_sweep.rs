//! A sweep makes a future panic after each of its await points; locks, permits and supervisors are as after a panic of its own.

use std::cell::{Cell, RefCell};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use seedbed::sync::{Lock, Semaphore};
use seedbed::{Hunt, PanicSweep, Target, TaskError, panic_sweep, sleep, spawn};

use crate::support::{millis, secs};

#[test]
#[expect(clippy::await_holding_lock, reason = "the mistake that is found")]
fn a_lock_of_the_standard_library_is_poisoned_where_it_is_held() {
    let report = PanicSweep::new(async |target: Target| {
        let total = Mutex::new(0);
        let work = async {
            sleep(millis(1)).await;
            {
                let mut total = total.lock().unwrap();
                sleep(millis(1)).await;
                *total += 1;
            }
            sleep(millis(1)).await;
        };
        target.run(work).await;
        assert!(!total.is_poisoned(), "the lock is poisoned");
    });
    let report = report.regressions_off().prove(false).run();
    let failed: Vec<_> = report.points.iter().map(|point| point.failed().count()).collect();
    assert_eq!(failed, [0, 1, 0], "{report}");
    let text = report.to_string();
    assert!(text.contains("was made to panic when it was woken from its wait for a sleep until 0.002s"), "{text}");
}

#[test]
fn permits_and_locks_that_do_not_poison_are_given_back() {
    panic_sweep(async |target: Target| {
        let (permits, lock) = (Arc::new(tokio::sync::Semaphore::new(3)), Lock::new());
        let own = Semaphore::new(1);
        let work = async {
            let _some = permits.acquire_many(2).await.unwrap();
            sleep(millis(1)).await;
            let (_lock, _own) = (lock.lock().await, own.permit().await);
            sleep(millis(1)).await;
        };
        target.run(work).await;
        assert_eq!((permits.available_permits(), lock.locked(), own.locked()), (3, false, false));
    });
}

/// Notes whether it is dropped by a panic.
struct Dropped(Rc<Cell<Option<bool>>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.set(Some(std::thread::panicking()));
    }
}

#[test]
fn the_future_is_dropped_by_the_unwinding() {
    panic_sweep(async |target: Target| {
        let panicking = Rc::new(Cell::new(None));
        let held = Dropped(Rc::clone(&panicking));
        let ended = target.run(async move {
            let _held = held;
            sleep(secs(1)).await;
        });
        assert_eq!(
            (ended.await.is_none(), panicking.get()),
            if panicking.get() == Some(true) { (true, Some(true)) } else { (false, Some(false)) }
        );
    });
}

#[test]
fn a_panic_may_go_on_to_whoever_catches_it() {
    let report = PanicSweep::new(async |target: Target| {
        let caught = AssertUnwindSafe(target.through(sleep(secs(1)))).catch_unwind().await;
        let words = caught.err().map(|panic| panic.downcast_ref::<String>().unwrap().clone());
        let injected = "a panic was injected where it should go on after await point 1";
        assert!(words.as_deref().is_none_or(|words| words == injected), "{words:?}");
        seedbed::note!("{}", words.is_some());
    })
    .run();
    assert!(report.is_ok(), "{report}");
    assert_eq!(report.points[0].tries.len(), 1);
}

/// A worker that takes jobs; whoever supervises it starts it again, and forgets the job that it had in its hands.
async fn jobs_are_done(forgets: bool) {
    let jobs = Rc::new(RefCell::new(vec![3, 2, 1]));
    let done = Rc::new(RefCell::new(Vec::new()));
    while !jobs.borrow().is_empty() {
        let (jobs, done) = (Rc::clone(&jobs), Rc::clone(&done));
        let worker = async move {
            loop {
                let Some(job) = (if forgets { jobs.borrow_mut().pop() } else { jobs.borrow().last().copied() }) else {
                    break;
                };
                sleep(millis(1)).await;
                done.borrow_mut().push(job);
                if !forgets {
                    jobs.borrow_mut().pop();
                }
            }
        };
        let worker = seedbed::task::Builder::new().name("worker").spawn(worker).unwrap();
        if let Err(error) = worker.await {
            assert!(matches!(error, TaskError::Panicked(_)));
        }
    }
    assert_eq!(*done.borrow(), [1, 2, 3], "a job was lost");
}

#[test]
fn a_supervisor_that_forgets_a_job_is_found_though_every_order_passes() {
    let hunt = |forgets: bool| {
        Hunt::new("supervised").runs(200).regressions_off().prove(false).run(move || jobs_are_done(forgets))
    };
    assert!(hunt(true).is_ok() && hunt(false).is_ok());
    let sweep = |forgets: bool| {
        let hunt = Hunt::new("supervised").runs(1).regressions_off().prove(false).panic("main/worker");
        hunt.run(move || jobs_are_done(forgets))
    };
    let (bad, good) = (sweep(true), sweep(false));
    let failed: Vec<_> = bad.struck[0].points.iter().map(|point| point.failed().count()).collect();
    assert_eq!(failed, [1, 1, 1], "{bad}");
    assert!(bad.to_string().contains("main/worker was made to panic"), "{bad}");
    assert!(good.is_ok(), "{good}");
    assert_eq!(good.struck[0].points.len(), 3);
}

#[test]
fn a_panic_that_was_injected_is_no_failure_by_itself() {
    let fire_and_forget = || async {
        drop(seedbed::task::Builder::new().name("worker").spawn(sleep(millis(1))).unwrap());
        sleep(secs(1)).await;
    };
    let report = Hunt::new("forgotten").runs(1).panic("main/worker").run(fire_and_forget);
    assert!(report.is_ok(), "{report}");
    // A panic of the program's own still is.
    let own = Hunt::new("own").runs(1).regressions_off().prove(false).panic("main/worker").run(|| async {
        let worker = seedbed::task::Builder::new().name("worker").spawn(sleep(millis(1))).unwrap();
        drop(spawn(async move { worker.await.unwrap() }));
        sleep(secs(1)).await;
    });
    assert!(!own.is_ok());
}
