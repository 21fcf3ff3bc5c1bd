//! Blocking code that never comes back: deadlocks with jobs in them, limits, and what is unwound at the end.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use seedbed::{
    EventLoop, Failure, FailureKind, LimitKind, Promise, Shutdown, Sim, ThreadPool, blocking, note, run_in_executor,
    sleep, spawn, to_thread, yield_now,
};

use crate::support::{failure, millis, secs, steady};

fn limit(failure: &Failure) -> (LimitKind, &str) {
    match &failure.kind {
        FailureKind::Limit { limit, detail, .. } => (*limit, detail),
        _ => panic!("no limit: {failure}"),
    }
}

#[test]
fn a_job_and_a_task_that_wait_for_each_other_are_a_deadlock() {
    let failure = failure(Sim::new(0).run(async {
        let pool = ThreadPool::new(1).unwrap();
        let promise = Promise::<()>::named("the go-ahead");
        let waited = promise.clone();
        let task = spawn(async move {
            sleep(secs(1)).await;
            waited.await
        });
        let never = promise.clone();
        let job = pool.submit(move || blocking::wait(task).unwrap());
        let result = job.unwrap().await;
        never.set_result(()).unwrap();
        result
    }));
    let FailureKind::Deadlock { blocked, cycle, .. } = &failure.kind else { panic!("{failure}") };
    let who: Vec<_> = blocked.iter().map(|entry| (entry.task.as_str(), entry.waits_for.as_str())).collect();
    let expected = [("main", "job pool/1"), ("main/1", "promise the go-ahead"), ("job pool/1", "task main/1")];
    assert_eq!(who, expected);
    assert!(cycle.is_empty(), "nobody is known to hold the promise");
    assert!(failure.to_string().contains("job pool/1 waits for task main/1 since 0.000s"), "{failure}");
}

#[test]
fn the_cycle_of_a_deadlock_goes_through_jobs_and_queues() {
    let failure = failure(Sim::new(0).run(async {
        // The classic: a job that waits for another job of its own pool, which has no worker left for it.
        let pool = ThreadPool::new(1).unwrap().named("small");
        let inner = pool.clone();
        let outer = pool.submit(move || blocking::wait(inner.submit(|| 1).unwrap()).unwrap().unwrap());
        outer.unwrap().await
    }));
    let FailureKind::Deadlock { blocked, cycle, .. } = &failure.kind else { panic!("{failure}") };
    let queued = blocked.iter().find(|entry| entry.task == "job small/2").expect("the queued job is named");
    assert_eq!(
        (queued.waits_for.as_str(), &queued.held_by[..]),
        ("a worker of small", &["job small/1".to_owned()][..])
    );
    assert!(queued.is_job && queued.spawned_at.contains("stuck.rs"), "{queued:?}");
    assert_eq!(cycle, &["job small/1", "job small/2"], "{failure}");

    let failure = self::failure(Sim::new(0).run(async {
        // A task waits for a job that was told to wait for that task.
        let told = Promise::new();
        let asked = told.clone();
        let job = run_in_executor(None, move || {
            let task: seedbed::Task<u32> = blocking::wait(asked).unwrap().unwrap();
            blocking::wait(task).unwrap().unwrap()
        });
        let task = spawn(async move { job.unwrap().await.unwrap() });
        told.set_result(task).unwrap();
        std::future::pending::<()>().await;
    }));
    let FailureKind::Deadlock { cycle, .. } = &failure.kind else { panic!("{failure}") };
    assert_eq!(cycle, &["main/1", "job default/1"], "{failure}");
}

#[test]
fn waiting_on_the_loop_for_a_job_that_waits_for_the_loop_is_a_deadlock() {
    let failure = failure(Sim::new(0).run(async {
        let pool = ThreadPool::new(1).unwrap();
        let task = spawn(async {});
        drop(pool.submit(move || blocking::wait(task)));
        pool.shutdown(Shutdown::default());
        note!("never");
    }));
    let FailureKind::Deadlock { blocked, .. } = &failure.kind else { panic!("{failure}") };
    let main = blocked.iter().find(|entry| entry.task == "main").expect("main is named");
    assert!(main.waits_for.contains("the last job of a pool"), "{failure}");
    assert!(blocked.iter().any(|entry| entry.task == "job pool/1"), "{failure}");

    let own = Sim::new(0).run(async {
        let pool = ThreadPool::new(1).unwrap();
        let same = pool.clone();
        pool.submit(move || same.shutdown(Shutdown::default())).unwrap().await.unwrap_err().to_string()
    });
    assert!(own.unwrap().contains("cannot wait for the shutdown of its own pool"));
}

#[test]
fn blocking_the_loop_too_long_is_a_verdict() {
    let sim = || Sim::new(0).blocked(secs(10));
    let at_once = failure(sim().run(async { blocking::sleep(Duration::MAX) }));
    assert_eq!(limit(&at_once).0, LimitKind::Blocked);

    // Many short sleeps in one step are a long one; code that never looks up is unwound.
    let dropped = Rc::new(Cell::new(false));
    let guard = Guard(Rc::clone(&dropped));
    let by_and_by = failure(sim().run(async move {
        let _guard = guard;
        loop {
            blocking::sleep(secs(3));
        }
    }));
    assert_eq!(limit(&by_and_by), (LimitKind::Blocked, "it blocked the loop for 12.000s"));
    assert_eq!(by_and_by.at.to_string(), "9.000");
    assert!(dropped.get());

    let callback = failure(sim().run(async {
        drop(EventLoop::current().call_soon(|| {
            loop {
                blocking::sleep(secs(4))
            }
        }));
        sleep(secs(1)).await;
    }));
    assert_eq!(limit(&callback).0, LimitKind::Blocked);

    let apart = sim().run(async {
        for _ in 0..5 {
            blocking::sleep(secs(9));
            yield_now().await;
        }
    });
    assert_eq!(apart.end.to_string(), "45.000", "each step by itself is within the bound");
    apart.unwrap();
}

struct Guard(Rc<Cell<bool>>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

#[test]
fn nothing_sleeps_past_the_end_of_time() {
    let sim = || Sim::new(0).virtual_time(secs(100)).blocked(secs(10));
    let driver = failure(sim().drive(|| {
        loop {
            blocking::sleep(secs(30));
        }
    }));
    assert_eq!((limit(&driver).0, driver.at.to_string()), (LimitKind::VirtualTime, "90.000".to_owned()));

    let job = failure(sim().run(async {
        to_thread(|| {
            loop {
                blocking::sleep(secs(30));
            }
        })
        .await
    }));
    assert_eq!((limit(&job).0, job.at.to_string()), (LimitKind::VirtualTime, "90.000".to_owned()));

    let far = failure(sim().run(async { to_thread(|| blocking::sleep(Duration::MAX)).await }));
    assert_eq!(limit(&far).0, LimitKind::VirtualTime);

    let steps = failure(Sim::new(0).steps(500).run(async {
        to_thread(|| {
            loop {
                blocking::sleep(millis(1));
            }
        })
        .await
    }));
    assert_eq!(limit(&steps).0, LimitKind::Steps);
}

#[test]
fn a_job_that_will_not_be_unwound_is_left_and_named() {
    let failure = failure(Sim::new(0).run(async {
        let pool = ThreadPool::new(1).unwrap();
        drop(pool.submit(|| {
            loop {
                // A worker that catches whatever its work throws, and goes on.
                let _caught = catch_unwind(AssertUnwindSafe(|| blocking::sleep(secs(1))));
            }
        }));
        sleep(millis(1)).await;
    }));
    assert_eq!(limit(&failure).0, LimitKind::Teardown);
    assert!(limit(&failure).1.contains("job pool/1"), "{failure}");
}

#[test]
fn unwound_code_can_clean_up_but_not_block() {
    let report = Sim::new(0).run(async {
        let pool = ThreadPool::new(1).unwrap();
        let log = Rc::new(Cell::new(0));
        let seen = Rc::clone(&log);
        drop(pool.submit(move || {
            struct CleanUp(Rc<Cell<u32>>);
            impl Drop for CleanUp {
                fn drop(&mut self) {
                    blocking::sleep(secs(5));
                    let pending = blocking::wait(std::future::pending::<()>()).is_err();
                    self.0.set(1 + u32::from(pending));
                }
            }
            let _clean_up = CleanUp(seen);
            blocking::sleep(secs(1));
        }));
        sleep(millis(1)).await;
        log
    });
    let end = report.end.to_string();
    assert_eq!((report.unwrap().get(), end), (2, "0.001".to_owned()));

    // A destructor that blocks while its own job's panic unwinds.
    let report = Sim::new(0).run(async {
        to_thread(|| {
            struct Slow;
            impl Drop for Slow {
                fn drop(&mut self) {
                    blocking::sleep(secs(5));
                }
            }
            let _slow = Slow;
            panic!("first");
        })
        .await
        .map(|never: ()| never)
    });
    assert!(report.unwrap().unwrap_err().to_string().contains("first"));
}

#[test]
fn a_job_that_spins_lets_the_loop_go_on() {
    let report = steady(|| async {
        let done = Rc::new(Cell::new(false));
        let seen = Rc::clone(&done);
        let job = run_in_executor(None, move || {
            while !seen.get() {
                blocking::sleep(secs(0));
            }
        });
        yield_now().await;
        done.set(true);
        job.unwrap().await.unwrap();
    });
    assert_eq!(report.end.to_string(), "0.000");

    for spin in [|| blocking::sleep(secs(0)), || blocking::wait(yield_now()).unwrap()] {
        let failure = failure(Sim::new(0).self_wakes(1000).run(async move {
            to_thread(move || {
                loop {
                    spin();
                }
            })
            .await
        }));
        let FailureKind::Limit { limit: LimitKind::SelfWakes, detail, .. } = &failure.kind else { panic!("{failure}") };
        assert!(detail.contains("job default/1"), "{detail}");
    }
}

#[test]
fn jobs_beyond_what_the_system_can_hold_fail_by_themselves() {
    let report = Sim::new(0).trace(false).run(async {
        let pool = ThreadPool::new(usize::MAX).unwrap();
        let jobs: Vec<_> = (0..16_400).map(|_| pool.submit(|| blocking::sleep(secs(1))).unwrap()).collect();
        let mut refused = Vec::new();
        for job in jobs {
            refused.extend(job.await.err());
        }
        (refused.len(), refused[0].to_string(), pool.submit(|| 1).unwrap().await)
    });
    let (count, message, next) = report.unwrap();
    // A small machine refuses more of them; what runs later is not touched.
    assert!(count >= 16, "{count} refused");
    assert_eq!(next, Ok(1));
    assert!(message.contains("give the pool fewer workers"), "{message}");
}
