//! Calls in the wrong place or at the wrong time: each is told what is wrong, and harms nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures::FutureExt;
use seedbed::sync::{Event, Lock, Queue};
use seedbed::{
    EventLoop, FailureKind, LoopError, Promise, Runner, Sim, Task, TaskError, TaskRef, catch_cancel, note, sleep,
    spawn, timeout, yield_now,
};

use crate::support::{elsewhere, failure, secs, steady};

/// What a call panics with.
#[track_caller]
fn panic_of<R>(call: impl FnOnce() -> R) -> String {
    let payload = catch_unwind(AssertUnwindSafe(|| drop(call()))).expect_err("it should have panicked");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast::<&str>().map_or_else(|_| "no text".to_owned(), |text| (*text).to_owned()),
    }
}

/// Polls a future once, where no loop runs.
fn poll_once<F: Future>(future: F) {
    std::pin::pin!(future).as_mut().now_or_never();
}

#[test]
fn a_run_inside_a_run_is_refused_and_the_outer_one_says_so() {
    let report = Sim::new(0).run(async { Sim::new(1).run(async {}).is_ok() });
    let outer = failure(report);
    let FailureKind::Panic(panic) = &outer.kind else { panic!("{outer}") };
    assert!(
        panic.message.contains("a seedbed run was started inside another one: await the future instead"),
        "{outer}"
    );
    assert_eq!(panic.task, "main");
    let driven = failure(Sim::new(0).drive(|| Sim::new(1).drive(|| ()).is_ok()));
    assert!(driven.to_string().contains("a seedbed run was started inside another one"), "{driven}");
    // The thread is as good as before.
    assert!(Sim::new(0).run(async {}).is_ok());
}

#[test]
fn a_run_inside_a_run_that_is_caught_leaves_the_outer_one_whole() {
    let report = steady(|| async {
        let text = panic_of(|| Sim::new(1).run(async {}).is_ok());
        sleep(secs(1)).await;
        text.contains("inside another one")
    });
    assert_eq!(report.end.to_string(), "1.000");
    assert!(report.unwrap());
}

#[test]
fn asyncios_run_inside_a_loop_is_an_error() {
    let report = steady(|| async {
        let runner = Runner::new().map(|runner| runner.run(async {}));
        (seedbed::run(async {}), runner)
    });
    let (run, runner) = report.unwrap();
    assert_eq!((run, runner), (Err(LoopError::RunInsideLoop), Ok(Err(LoopError::RunInsideLoop))));
}

#[test]
fn calls_outside_a_run_say_what_was_called_and_where_it_belongs() {
    let calls: [(&str, fn()); 16] = [
        ("spawn", || drop(spawn(async {}))),
        ("now", || {
            let _now = seedbed::now();
        }),
        ("rng", || drop(seedbed::rng())),
        ("current_task", || drop(seedbed::current_task())),
        ("all_tasks", || drop(seedbed::all_tasks())),
        ("EventLoop::new", || drop(EventLoop::new())),
        ("EventLoop::current", || drop(EventLoop::current())),
        ("run", || drop(seedbed::run(async {}))),
        ("Runner::new", || drop(Runner::new())),
        ("Promise::new", || drop(Promise::<u32>::new())),
        ("sleep", || poll_once(sleep(secs(1)))),
        ("timeout", || poll_once(timeout(secs(1), async {}))),
        ("catch_cancel", || poll_once(catch_cancel(async {}))),
        ("interval", || drop(seedbed::interval(secs(1)))),
        ("advance", || poll_once(seedbed::advance(secs(1)))),
        ("Event::wait", || poll_once(Event::new().wait())),
    ];
    for (name, call) in calls {
        let text = panic_of(call);
        assert!(text.contains("was called outside a seedbed run: call it from code that `Sim::run`"), "{name}: {text}");
        assert!(text.contains(name) && !text.contains("seedbed bug"), "{name}: {text}");
    }
    // A note is for whoever reads the trace; without a run nobody does.
    note!("nobody reads this");
}

#[test]
fn a_hunt_inside_a_run_is_refused_where_it_stands() {
    let failure = failure(Sim::new(0).run(async { seedbed::check(|| async {}) }));
    let FailureKind::Panic(panic) = &failure.kind else { panic!("{failure}") };
    assert!(panic.message.contains("a seedbed hunt was started inside a run"), "{failure}");
    assert!(panic.location.as_ref().is_some_and(|place| place.contains("misuse.rs:")), "{failure}");
}

#[test]
fn whoever_asks_for_tokios_runtime_is_told_what_there_is() {
    let failure = failure(Sim::new(0).run(async { drop(tokio::spawn(async {})) }));
    assert!(failure.to_string().contains("use `spawn`, `sleep`, `timeout`"), "{failure}");
}

#[test]
fn a_task_for_a_closed_loop_is_refused_where_it_was_spawned() {
    let spawns: [fn(); 2] = [|| drop(spawn(async {})), || drop(seedbed::spawn_fallible(async { Ok::<(), ()>(()) }))];
    for spawn in spawns {
        let failure = failure(Sim::new(0).drive(|| {
            EventLoop::new().close().unwrap();
            spawn();
        }));
        let FailureKind::Panic(panic) = &failure.kind else { panic!("{failure}") };
        assert!(panic.message.contains("Event loop is closed"), "{failure}");
        assert!(panic.location.as_ref().is_some_and(|place| place.contains("misuse.rs:")), "{failure}");
    }
}

/// Handles of every kind, out of a run that has ended.
struct Stale {
    task: Task<u32>,
    task_ref: TaskRef,
    promise: Promise<u32>,
    event_loop: EventLoop,
    queue: Queue<u32>,
    lock: Lock,
}

fn stale() -> Stale {
    let run = Sim::new(0).run(async {
        let task = spawn(async { 7 });
        let task_ref = task.task_ref();
        yield_now().await;
        Stale {
            task,
            task_ref,
            promise: Promise::new(),
            event_loop: EventLoop::current(),
            queue: Queue::new(1),
            lock: Lock::new(),
        }
    });
    run.unwrap()
}

#[test]
fn handles_of_an_ended_run_say_so_and_drop_in_silence() {
    // Outside every run, and inside another whose tasks and loops have the same numbers.
    let inside = |check: fn(Stale)| {
        let stale = stale();
        Sim::new(0).run(async move { check(stale) }).unwrap();
    };
    let check: fn(Stale) = |stale| {
        let texts = [
            panic_of(|| stale.task.is_done()),
            panic_of(|| stale.task.cancel()),
            panic_of(|| stale.task.result().is_ok()),
            panic_of(|| stale.task_ref.name()),
            panic_of(|| stale.task_ref.cancelling()),
            panic_of(|| stale.promise.set_result(1)),
            panic_of(|| stale.promise.add_done_callback(|| ())),
            panic_of(|| stale.event_loop.is_closed()),
            panic_of(|| stale.event_loop.run_forever()),
            panic_of(|| stale.event_loop.run_until_complete(async {})),
            panic_of(|| stale.event_loop.call_soon(|| ())),
            panic_of(|| stale.event_loop.create_promise::<u32>()),
            panic_of(|| poll_once(stale.promise.clone())),
            panic_of(|| seedbed::gather([stale.promise.clone()])),
            panic_of(|| seedbed::shield(stale.promise.clone())),
        ];
        for text in texts {
            assert!(text.contains("used outside its own seedbed run: handles mean nothing after their run"), "{text}");
        }
        // Printing is not using.
        assert!(!format!("{:?} {:?} {:?}", stale.task, stale.promise, stale.event_loop).is_empty());
        drop(stale);
    };
    check(stale());
    inside(check);
}

#[test]
fn a_primitive_of_an_ended_run_says_so() {
    let Stale { queue, lock, .. } = stale();
    let report = Sim::new(0).run(async move {
        let locked = AssertUnwindSafe(lock.lock()).catch_unwind().await;
        (panic_of(|| queue.put_nowait(1).is_ok()), locked.is_ok())
    });
    let (text, locked) = report.unwrap();
    assert!(text.contains("used outside its own seedbed run"), "{text}");
    assert!(!locked);
}

#[test]
fn a_handle_on_another_thread_is_a_handle_outside_its_run() {
    let report = steady(|| async {
        // A sleep in progress is plain data, so the compiler lets it go.
        let mut sleeping = Box::pin(sleep(secs(5)));
        assert!(futures::poll!(sleeping.as_mut()).is_pending());
        let text = elsewhere(move || panic_of(|| poll_once(sleeping)));
        text.contains("used outside its own seedbed run")
    });
    assert!(report.unwrap());
}

#[test]
fn a_future_of_ours_under_another_executor_says_that_no_loop_runs() {
    let report = Sim::new(0).drive(|| {
        let promise = Promise::<u32>::new();
        panic_of(|| futures::executor::block_on(promise))
    });
    let text = report.unwrap();
    assert!(text.contains("a seedbed future was polled while no loop runs, and would wait for ever"), "{text}");
}

#[test]
fn what_has_completed_may_be_polled_again() {
    let report = steady(|| async {
        let (mut task, mut promise) = (spawn(async { "out" }), Promise::new());
        promise.set_result(1).unwrap();
        let mut nap = Box::pin(sleep(secs(1)));
        nap.as_mut().await;
        nap.as_mut().await;
        let mut join = promise.join();
        let first = ((&mut join).await, (&mut join).await, (&mut promise).await);
        (first, (&mut promise).await, ((&mut task).await, (&mut task).await))
    });
    assert_eq!(report.end.to_string(), "1.000");
    let (first, second, task) = report.unwrap();
    assert_eq!((first, second), ((Ok(1), Ok(1), Ok(1)), Err(TaskError::Taken)));
    assert_eq!(task, (Ok("out"), Err(TaskError::Taken)));
}

#[test]
fn a_frame_polled_after_its_end_says_so() {
    let report = steady(|| async {
        let mut caught = Box::pin(catch_cancel(async {}));
        caught.as_mut().await.unwrap();
        let mut timed = Box::pin(timeout(secs(1), async {}));
        timed.as_mut().await.unwrap();
        let again = |future: std::pin::Pin<Box<dyn Future<Output = ()>>>| AssertUnwindSafe(future).catch_unwind();
        let caught = again(Box::pin(caught.map(|_| ()))).await.unwrap_err();
        let timed = again(Box::pin(timed.map(|_| ()))).await.unwrap_err();
        let text = |payload: Box<dyn std::any::Any + Send>| match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(payload) => (*payload.downcast::<&str>().unwrap()).to_owned(),
        };
        (text(caught), text(timed))
    });
    let (caught, timed) = report.unwrap();
    assert!(caught.contains("`catch_cancel` was polled after it completed"), "{caught}");
    assert!(timed.contains("`timeout` was polled after it completed"), "{timed}");
}

#[test]
fn spans_that_overflow_the_clock_are_refused_or_bounded() {
    let report = steady(|| async {
        let never = timeout(Duration::MAX, yield_now()).await.is_ok();
        let text = panic_of(|| seedbed::now() + Duration::MAX);
        let event_loop = EventLoop::current();
        let handle = event_loop.call_later(Duration::MAX, || unreachable!("it is due in 584 years")).unwrap();
        handle.cancel();
        (never, text, seedbed::now().checked_add(Duration::MAX))
    });
    let (never, text, sum) = report.unwrap();
    assert!(never && sum.is_none());
    assert!(text.contains("overflow") || text.contains("end of the clock"), "{text}");
}
