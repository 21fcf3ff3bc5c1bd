//! Executors: jobs on stacks of their own beside the loop, on its clock and in a fixed order.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use seedbed::blocking::WaitError;
use seedbed::trace::EventKind;
use seedbed::{
    EventLoop, ExecutorError, FailureKind, JobError, LoopError, Promise, Shutdown, Sim, TaskError, ThreadPool,
    ZeroWorkers, blocking, catch_cancel, gather, note, now, run_in_executor, run_in_executor_fallible,
    shutdown_default_executor, sleep, spawn, to_thread, yield_now,
};

use crate::support::{failure, in_every_order, millis, notes, secs, steady, steady_in};

/// A job that takes some time and notes its end.
fn job(name: &'static str, ms: u64) -> impl FnOnce() -> &'static str {
    move || {
        blocking::sleep(millis(ms));
        note!("{name} ends");
        name
    }
}

#[test]
fn workers_take_jobs_in_the_order_of_submission() {
    let report = steady(|| async {
        let pool = ThreadPool::new(2).unwrap();
        let jobs: Vec<_> = [("a", 30), ("b", 10), ("c", 20), ("d", 0), ("e", 5)]
            .map(|(name, ms)| pool.submit(job(name, ms)).unwrap())
            .into();
        for job in jobs {
            job.await.unwrap();
        }
    });
    // c starts when b ends, at 10; at 30 the job that started first ends first, and d (of no length) in the same poll.
    assert_eq!(notes(&report), ["0.010 b ends", "0.030 a ends", "0.030 c ends", "0.030 d ends", "0.035 e ends"]);
}

#[test]
fn jobs_that_end_together_end_in_the_order_of_their_start() {
    let report = steady(|| async {
        let pool = ThreadPool::new(4).unwrap();
        let slow = pool.submit(|| {
            (0..4).for_each(|_| blocking::sleep(millis(5)));
            note!("slow ends");
        });
        let quick = pool.submit(job("quick", 20));
        sleep(millis(10)).await;
        let late = pool.submit(job("late", 10));
        slow.unwrap().await.unwrap();
        (quick.unwrap().is_done(), late.unwrap().is_done())
    });
    assert_eq!(notes(&report), ["0.020 slow ends", "0.020 quick ends", "0.020 late ends"]);
    assert_eq!(report.unwrap(), (true, true));
}

#[test]
fn a_job_never_ends_inside_the_statement_that_submits_it() {
    let report = steady(|| async {
        let begun = Rc::new(Cell::new(false));
        let seen = Rc::clone(&begun);
        let job = run_in_executor(None, move || seen.set(true)).unwrap();
        let at_once = begun.get();
        // The next poll runs it, one pass completes the promise, and one more wakes who waits for it.
        let mut passes = 0;
        while !job.is_done() {
            passes += 1;
            yield_now().await;
        }
        (at_once, begun.get(), passes)
    });
    assert_eq!(report.unwrap(), (false, true, 2));
}

#[test]
fn a_blocked_loop_hears_of_jobs_in_their_order() {
    let report = steady(|| async {
        let pool = ThreadPool::new(1).unwrap();
        let (first, second) = (pool.submit(job("first", 10)).unwrap(), pool.submit(job("second", 10)).unwrap());
        note!("blocking");
        blocking::sleep(millis(50));
        note!("free");
        let before = first.is_done();
        yield_now().await;
        (before, first.is_done(), second.is_done())
    });
    assert_eq!(notes(&report), ["0.000 blocking", "0.010 first ends", "0.020 second ends", "0.050 free"]);
    assert_eq!(report.unwrap(), (false, true, true));
}

#[test]
fn only_a_job_that_waits_for_a_worker_can_be_cancelled() {
    let report = steady(|| async {
        let pool = ThreadPool::new(1).unwrap();
        let (running, waiting) = (pool.submit(job("running", 50)).unwrap(), pool.submit(job("waiting", 50)).unwrap());
        let last = pool.submit(job("last", 10)).unwrap();
        sleep(millis(10)).await;
        assert!(running.cancel() && waiting.cancel());
        assert!(running.is_cancelled() && waiting.is_cancelled(), "at once");
        let results = (running.await.is_err(), waiting.await.is_err());
        last.await.unwrap();
        (results, now().to_string())
    });
    assert_eq!(notes(&report), ["0.050 running ends", "0.060 last ends"], "a running job keeps its worker");
    assert_eq!(report.trace.filter().kind(EventKind::JobCancelled).events().count(), 1);
    assert_eq!(report.unwrap(), ((true, true), "0.060".to_owned()));
}

#[test]
fn cancelling_a_task_gives_its_job_up() {
    let report = steady(|| async {
        let task = spawn(async { catch_cancel(to_thread(job("job", 500))).await.is_err() });
        sleep(millis(100)).await;
        task.cancel();
        let caught = task.await.unwrap();
        (caught, now().to_string())
    });
    assert_eq!(notes(&report), ["0.500 job ends"], "the run's clean-up waits for it all the same");
    assert_eq!(report.unwrap(), (true, "0.100".to_owned()));
}

#[test]
fn a_job_outlives_main() {
    let report = steady(|| async {
        drop(run_in_executor(None, job("job", 500)));
        sleep(millis(100)).await;
        note!("main ends");
    });
    assert_eq!(notes(&report), ["0.100 main ends", "0.500 job ends"]);
    assert_eq!(report.end.to_string(), "0.500");
    let summary = report.trace.summary();
    let order: Vec<_> =
        ["main       finish", "default/1  finish", "(loop)     close"].map(|line| summary.find(line)).into();
    assert!(order.is_sorted() && order[0].is_some(), "{summary}");
}

#[test]
fn a_pool_that_is_not_shut_down_is_left_at_the_end() {
    let dropped = Rc::new(Cell::new(false));
    struct Flag(Rc<Cell<bool>>);
    impl Drop for Flag {
        fn drop(&mut self) {
            // No time passes for code that is unwound.
            blocking::sleep(secs(1));
            self.0.set(true);
        }
    }
    let flag = Flag(Rc::clone(&dropped));
    let report = Sim::new(0).run(async move {
        let pool = ThreadPool::new(1).unwrap();
        drop(pool.submit(move || {
            let _flag = flag;
            blocking::sleep(secs(3600));
        }));
        drop(pool.submit(|| ()));
        sleep(millis(1)).await;
    });
    assert_eq!(
        (report.leaked.clone(), report.end.to_string()),
        (vec!["job pool/1".into(), "job pool/2".into()], "0.001".into())
    );
    report.unwrap();
    assert!(dropped.get(), "the locals of an abandoned job are dropped");
}

#[test]
fn nothing_is_sent_to_a_closed_loop() {
    let report = Sim::new(0).drive(|| {
        let pool = ThreadPool::new(1).unwrap();
        let first = EventLoop::new();
        let job = pool.submit(job("job", 10)).unwrap();
        first.close().unwrap();
        let second = EventLoop::new();
        second.run_until_complete(sleep(millis(100))).unwrap();
        (job.is_done(), first.run_in_executor(&pool, || ()).err(), first.run_in_executor(None, || ()).err())
    });
    assert_eq!(notes(&report), ["0.010 job ends"]);
    let closed = Some(ExecutorError::LoopClosed);
    assert_eq!(report.unwrap(), (false, closed.clone(), closed));
}

#[test]
fn a_blocked_loop_starves_and_an_executor_cures_it() {
    async fn ticks(work: impl FnOnce() + 'static, in_executor: bool) -> Vec<String> {
        let ticks = Rc::new(RefCell::new(Vec::new()));
        let seen = Rc::clone(&ticks);
        let ticker = spawn(async move {
            for _ in 0..3 {
                sleep(secs(1)).await;
                seen.borrow_mut().push(now().to_string());
            }
        });
        yield_now().await;
        if in_executor {
            to_thread(work).await.unwrap();
        } else {
            work();
        }
        ticker.await.unwrap();
        ticks.take()
    }
    let work = || blocking::sleep(millis(2500));
    let starved = steady(move || ticks(work, false));
    let summary = starved.trace.summary();
    assert!(
        summary.lines().any(|line| line.split_whitespace().eq(["0.000s", "main", "block", "for", "2.500s"])),
        "{summary}"
    );
    assert_eq!(starved.trace.filter().kind(EventKind::Late).events().count(), 1, "{summary}");
    assert_eq!(starved.unwrap(), ["2.500", "3.500", "4.500"]);
    assert_eq!(steady(move || ticks(work, true)).unwrap(), ["1.000", "2.000", "3.000"]);
}

#[test]
fn ten_thousand_jobs_on_four_workers() {
    let report = steady(|| async {
        let pool = ThreadPool::new(4).unwrap();
        let jobs: Vec<_> = (0..10_000u64)
            .map(|n| {
                pool.submit(move || {
                    blocking::sleep(millis(n % 3));
                    n
                })
                .unwrap()
            })
            .collect();
        let mut sum = 0;
        for job in jobs {
            sum += job.await.unwrap();
        }
        sum
    });
    assert_eq!(report.end.to_string(), "2.501");
    assert_eq!(report.unwrap(), 49_995_000);
}

#[test]
fn a_job_may_recurse_as_deep_as_a_thread() {
    fn depth(left: u32) -> u32 {
        let frame = std::hint::black_box([left; 64]);
        if left == 0 {
            blocking::sleep(secs(1));
            return 0;
        }
        depth(left - 1) + u32::from(frame[63] == left)
    }
    let report = steady(|| async { to_thread(|| depth(2_000)).await.unwrap() });
    assert_eq!((report.end.to_string(), report.unwrap()), ("1.000".to_owned(), 2_000));
}

#[test]
fn a_panic_of_a_job_goes_to_whoever_awaits_it() {
    let report = steady(|| async {
        let pool = ThreadPool::new(1).unwrap();
        let bad = pool.submit(|| -> u32 {
            blocking::sleep(secs(1));
            panic!("no such row");
        });
        let good = pool.submit(|| 1).unwrap();
        (bad.unwrap().await, good.await)
    });
    let (bad, good) = report.unwrap();
    let Err(TaskError::Panicked(panic)) = bad else { panic!("{bad:?}") };
    assert_eq!((panic.message.as_str(), panic.task.as_str()), ("no such row", "job pool/1"));
    assert!(panic.location.as_deref().is_some_and(|at| at.contains("executors.rs")), "{panic:?}");
    assert_eq!(good, Ok(1), "its worker goes on");

    let failure = failure(Sim::new(0).run(async { drop(run_in_executor(None, || panic!("unheard"))) }));
    assert!(matches!(&failure.kind, FailureKind::Panic(panic) if panic.message == "unheard"), "{failure}");
}

#[test]
fn an_error_of_a_fallible_job_counts_as_a_failure() {
    let report = steady(|| async {
        let job = run_in_executor_fallible(None, || Err::<(), _>("disk full")).unwrap();
        sleep(millis(1)).await;
        let other = run_in_executor(None, || Err::<(), _>("a plain value")).unwrap();
        sleep(millis(1)).await;
        (job.is_failed(), job.await, other.is_failed())
    });
    assert_eq!(report.unwrap(), (true, Ok(Err("disk full")), false));
}

#[test]
fn refusals_are_typed() {
    let report = steady(|| async {
        assert_eq!(ThreadPool::new(0).err(), Some(ZeroWorkers));
        let pool = ThreadPool::new(1).unwrap();
        pool.shutdown(Shutdown::default());
        assert_eq!(run_in_executor(&pool, || ()).err(), Some(ExecutorError::Shutdown));
        shutdown_default_executor(None).await;
        let refused = to_thread(|| ()).await;
        assert_eq!(refused, Err(JobError::Refused(ExecutorError::DefaultShutdown)));
        refused.unwrap_err().to_string()
    });
    assert_eq!(report.unwrap(), "Executor shutdown has been called");

    let none = Sim::new(0).default_workers(0).run(async { run_in_executor(None, || ()).err() });
    assert_eq!(none.unwrap(), Some(ExecutorError::ZeroWorkers(ZeroWorkers)));
}

#[test]
fn shutting_down_waits_or_not() {
    let report = steady(|| async {
        let pool = ThreadPool::new(1).unwrap();
        let jobs = [("a", 10), ("b", 10), ("c", 10)].map(|(name, ms)| pool.submit(job(name, ms)).unwrap());
        pool.shutdown(Shutdown { wait: false, cancel_futures: false });
        note!("not waiting");
        sleep(millis(5)).await;
        pool.shutdown(Shutdown { wait: true, cancel_futures: true });
        note!("waited");
        yield_now().await;
        jobs.map(|job| job.is_cancelled())
    });
    assert_eq!(notes(&report), ["0.000 not waiting", "0.010 a ends", "0.010 waited"]);
    assert_eq!(report.unwrap(), [false, true, true]);

    let report = steady(|| async {
        let (outer, inner) = (ThreadPool::new(1).unwrap().named("outer"), ThreadPool::new(1).unwrap().named("inner"));
        drop(inner.submit(job("inner", 20)));
        let ending = outer.submit(move || inner.shutdown(Shutdown::default())).unwrap();
        sleep(millis(1)).await;
        note!("the loop is free");
        ending.await.unwrap();
        now().to_string()
    });
    assert_eq!(notes(&report), ["0.001 the loop is free", "0.020 inner ends"], "a job that waits suspends itself");
    assert_eq!(report.unwrap(), "0.020");
}

#[test]
fn the_default_executor_is_given_up_after_a_while() {
    let report = steady_in(
        || Sim::new(3).default_workers(1),
        || async {
            let jobs = [("a", 50), ("b", 50)].map(|(name, ms)| run_in_executor(None, job(name, ms)).unwrap());
            shutdown_default_executor(Some(millis(70))).await;
            let given_up = now().to_string();
            (given_up, jobs.map(|job| job.is_done()), run_in_executor(None, || ()).err())
        },
    );
    assert_eq!(report.unwrap(), ("0.070".to_owned(), [true, false], Some(ExecutorError::DefaultShutdown)));
}

#[test]
fn loops_are_for_code_outside_jobs() {
    let report = steady(|| async {
        let pool = ThreadPool::new(1).unwrap();
        let job = pool.submit(|| {
            let refused = EventLoop::new().run_until_complete(async {}).unwrap_err();
            let task = spawn(async { seedbed::current_task().unwrap().name() });
            (refused, seedbed::current_task().is_none(), blocking::wait(task).unwrap().unwrap())
        });
        job.unwrap().await.unwrap()
    });
    assert_eq!(report.unwrap(), (LoopError::InsideJob, true, "pool_1".to_owned()));
}

#[test]
fn waiting_where_it_cannot_be_done_is_an_error() {
    let report = Sim::new(0).drive(|| {
        let outside = blocking::wait(async {});
        let inside = seedbed::run(async {
            let nested = to_thread(|| blocking::wait(async { blocking::wait(async {}) }).unwrap());
            (blocking::wait(async {}), nested.await.unwrap())
        });
        (outside, inside.unwrap())
    });
    let (no_job, on_loop, nested) = (WaitError::NoJob, WaitError::OnLoop, WaitError::Nested);
    assert_eq!(report.unwrap(), (Err(no_job), (Err(on_loop), Err(nested))));
    assert!(on_loop.to_string().contains("would wait for itself"));
}

#[test]
fn a_job_waits_for_what_the_loop_does() {
    let report = steady(|| async {
        let (question, answer) = (Promise::new(), Promise::new());
        let (asked, answered) = (question.clone(), answer.clone());
        let job = run_in_executor(None, move || {
            asked.set_result(6).unwrap();
            let answer: u32 = blocking::wait(answered).unwrap().unwrap();
            blocking::wait(sleep(secs(1))).unwrap();
            answer + 1
        });
        let asked = question.await.unwrap();
        sleep(secs(2)).await;
        answer.set_result(asked * 7).unwrap();
        (job.unwrap().await.unwrap(), now().to_string())
    });
    assert_eq!(report.unwrap(), (43, "3.000".to_owned()));
}

#[test]
fn jobs_keep_their_promises_in_every_order() {
    let sum = || async { gather((0..4).map(|n| spawn(to_thread(move || n)))).await.unwrap() };
    in_every_order(sum, |parts| assert_eq!(parts, [0, 1, 2, 3].map(|n| Ok(Ok(n)))));
}
