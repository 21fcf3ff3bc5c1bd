//! Verdicts are values: panics, deadlocks and limits end a run with typed data, and nothing hangs.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use seedbed::harness::TraceText;
use seedbed::sync::{Lock, Queue};
use seedbed::task::Builder;
use seedbed::{
    EventLoop, Failure, FailureKind, LimitKind, Promise, Sim, TaskError, advance, blocking, current_task, note, sleep,
    spawn, to_thread, yield_now,
};
use tokio::sync::Notify;

fn failure_of<F: Future + 'static>(sim: Sim, main: F) -> Failure
where
    F::Output: 'static + std::fmt::Debug,
{
    sim.run(main).result.expect_err("the run fails")
}

#[test]
fn a_panic_nobody_awaits_fails_the_run() {
    let failure = failure_of(Sim::new(0), async {
        drop(spawn(async { panic!("lost in task {}", 1) }));
        sleep(Duration::from_secs(1)).await;
        "main went on"
    });
    let FailureKind::Panic(panic) = &failure.kind else { panic!("not a panic: {failure}") };
    assert_eq!((panic.message.as_str(), panic.task.as_str()), ("lost in task 1", "main/1"));
    assert!(panic.location.as_deref().is_some_and(|at| at.contains("verdicts.rs:")), "{panic:?}");
}

#[test]
fn a_panic_that_is_awaited_is_a_value() {
    let report = Sim::new(0).run(async { spawn(async { panic!("told") }).await });
    let error = report.unwrap().map(|never: ()| never).unwrap_err();
    assert!(matches!(&error, TaskError::Panicked(panic) if panic.message == "told"), "{error}");
}

#[test]
fn a_panic_of_main_is_the_failure() {
    let failure = failure_of(Sim::new(0), async {
        yield_now().await;
        assert_eq!(1 + 1, 3, "arithmetic");
    });
    assert!(failure.to_string().contains("arithmetic"), "{failure}");
    assert!(failure.to_string().contains("in main"), "{failure}");
}

#[test]
fn panics_in_callbacks_destructors_and_drivers_are_verdicts() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in a destructor");
        }
    }
    let callback = failure_of(Sim::new(0), async {
        drop(EventLoop::current().call_soon(|| panic!("in a callback")));
        sleep(Duration::from_secs(1)).await;
    });
    assert!(matches!(&callback.kind, FailureKind::Panic(panic) if panic.message == "in a callback"), "{callback}");

    let cancelled = Sim::new(0).run(async {
        let task = spawn(async {
            let _bomb = Bomb;
            sleep(Duration::from_secs(60)).await;
        });
        yield_now().await;
        task.cancel();
        task.await
    });
    let error = cancelled.unwrap().unwrap_err();
    assert!(matches!(&error, TaskError::Panicked(panic) if panic.message == "in a destructor"), "{error}");

    let at_the_end = failure_of(Sim::new(0), async {
        let promise = Promise::<()>::new();
        let _bomb = Bomb;
        promise.await
    });
    assert!(matches!(at_the_end.kind, FailureKind::Deadlock { .. } | FailureKind::Panic(_)), "{at_the_end}");

    let driver = Sim::new(0).drive(|| -> () { panic!("in the driver") }).result.unwrap_err();
    assert!(matches!(&driver.kind, FailureKind::Panic(panic) if panic.task == "the driver"), "{driver}");
}

#[test]
fn every_panic_has_its_line_in_the_trace() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in a destructor");
        }
    }
    let callback = failure_of(Sim::new(0), async {
        drop(EventLoop::current().call_soon(|| panic!("in a callback")));
        sleep(Duration::from_secs(1)).await;
    });
    assert!(callback.last_events.contains("0.000s  (callback)  panic  in a callback\n"), "{callback}");

    let at_the_end = failure_of(Sim::new(0), async {
        let _bomb = Bomb;
        std::future::pending::<()>().await;
    });
    assert!(matches!(at_the_end.kind, FailureKind::Deadlock { .. }), "the verdict stands: {at_the_end}");
    assert!(at_the_end.last_events.contains("main    panic     in a destructor"), "{at_the_end}");
}

#[test]
fn what_a_task_leaves_behind_may_panic_when_it_is_dropped_but_not_unheard() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in a destructor");
        }
    }
    let is_heard = |failure: &Failure| match &failure.kind {
        FailureKind::Panic(panic) => panic.message == "in a destructor" && panic.task == "main/1",
        _ => false,
    };
    let never_read = failure_of(Sim::new(0), async {
        let task = spawn(async {
            // It ends cancelled, so nobody gets what it returns.
            let _taken = current_task().map(|task| task.cancel());
            Bomb
        });
        task.await.is_err()
    });
    assert!(is_heard(&never_read), "{never_read}");

    /// A future written by hand keeps what it holds when it panics.
    struct Panics(Option<Bomb>);
    impl Future for Panics {
        type Output = ();
        fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
            panic!("told to who awaits the task, {}", self.0.is_some());
        }
    }
    let held = failure_of(Sim::new(0), async { spawn(Panics(Some(Bomb))).await.is_err() });
    // Which of the two panics is told of first does not matter; the run may not pass.
    assert!(matches!(held.kind, FailureKind::Panic(_)), "{held}");

    // A detached task is gone when what it returned is dropped.
    let detached = failure_of(Sim::new(0), async {
        drop(spawn(async { Bomb }));
        sleep(Duration::from_secs(1)).await;
    });
    let FailureKind::Panic(panic) = &detached.kind else { panic!("{detached}") };
    assert_eq!(panic.task, "a callback or a destructor", "{detached}");
}

#[test]
fn the_snapshot_of_a_failed_run_has_no_lines_of_the_source() {
    let panic = Sim::new(0).run(async { assert_eq!(1 + 1, 3, "it does not add up") });
    let deadlock = Sim::new(0).run(std::future::pending::<()>());
    let (panic, deadlock) = (panic.trace_text(), deadlock.trace_text());
    assert!(panic.contains("failed at 0.000s: panicked in main: ") && panic.contains("add up"), "{panic}");
    assert!(deadlock.contains("main waits for a future of another library"), "{deadlock}");
    assert!(!panic.contains(".rs") && !deadlock.contains(".rs"), "{panic}\n{deadlock}");
}

#[test]
fn a_payload_that_is_no_text_is_reported_as_such() {
    let failure = failure_of(Sim::new(0), async { std::panic::panic_any(42_u8) });
    assert!(failure.to_string().contains("no text"), "{failure}");
}

#[test]
fn a_deadlock_names_tasks_holders_and_the_cycle() {
    let failure = failure_of(Sim::new(0), async {
        let (left, right) = (Lock::new().named("left"), Lock::new().named("right"));
        let (first_left, first_right) = (left.clone(), right.clone());
        let first = spawn(async move {
            let _left = first_left.lock().await;
            sleep(Duration::from_secs(1)).await;
            let _right = first_right.lock().await;
        });
        let second = spawn(async move {
            let _right = right.lock().await;
            sleep(Duration::from_secs(1)).await;
            let _left = left.lock().await;
        });
        let _ended = (first.await, second.await);
    });
    let FailureKind::Deadlock { blocked, cycle, .. } = &failure.kind else { panic!("no deadlock: {failure}") };
    let waits: Vec<_> = blocked
        .iter()
        .map(|b| (b.task.as_str(), b.waits_for.as_str(), b.held_by.join(","), b.since.to_string()))
        .collect();
    assert_eq!(
        waits,
        [
            ("main", "task main/1", "main/1".to_owned(), "0.000".to_owned()),
            ("main/1", "lock right", "main/2".to_owned(), "1.000".to_owned()),
            ("main/2", "lock left", "main/1".to_owned(), "1.000".to_owned()),
        ]
    );
    assert_eq!(cycle, &["main/1", "main/2"]);
}

#[test]
fn a_deadlock_says_where_tasks_and_jobs_came_from() {
    let failure = failure_of(Sim::new(0), async {
        let named = Builder::new().name("named").spawn(async {
            let never = Promise::<()>::new();
            to_thread(move || blocking::wait(never)).await
        });
        named.expect("the loop runs").await
    });
    let FailureKind::Deadlock { blocked, .. } = &failure.kind else { panic!("no deadlock: {failure}") };
    let names: Vec<_> = blocked.iter().map(|blocked| blocked.task.as_str()).collect();
    assert_eq!(names, ["main", "main/named", "job default/1"]);
    assert!(blocked.iter().all(|blocked| blocked.spawned_at.contains("verdicts.rs")), "{failure}");
}

#[test]
fn a_deadlock_without_tasks_says_so() {
    let report = Sim::new(0).drive(|| drop(EventLoop::current().run_until_done(Promise::<()>::new())));
    let failure = report.result.expect_err("nobody settles the promise");
    assert!(failure.to_string().contains("the loop has nothing left to run, and nothing can stop it"), "{failure}");
}

#[test]
fn a_deadlock_on_a_queue_says_so() {
    let failure = failure_of(Sim::new(0), async { Queue::<u8>::new(0).named("mail").get().await });
    assert!(failure.to_string().contains("queue mail"), "{failure}");
}

#[test]
fn limits_name_themselves_and_the_task() {
    let spin = || async {
        let spinner = Builder::new().name("spinner").spawn(async {
            loop {
                yield_now().await;
            }
        });
        spinner.unwrap().await
    };
    let cases = [(Sim::new(0).steps(500), LimitKind::Steps), (Sim::new(0).self_wakes(500), LimitKind::SelfWakes)];
    for (sim, expected) in cases {
        let failure = failure_of(sim, spin());
        let FailureKind::Limit { limit, task, bound, .. } = &failure.kind else { panic!("no limit: {failure}") };
        assert_eq!((*limit, task.as_deref(), bound.as_str()), (expected, Some("main/spinner"), "500"));
    }
}

#[test]
fn tasks_that_only_wake_each_other_are_called_a_livelock() {
    let ping_pong = |pause| async move {
        let (ping, pong) = (Rc::new(Notify::new()), Rc::new(Notify::new()));
        let (heard, answer) = (Rc::clone(&ping), Rc::clone(&pong));
        let _answers = spawn(async move {
            loop {
                heard.notified().await;
                answer.notify_one();
            }
        });
        sleep(Duration::from_secs(3)).await;
        loop {
            ping.notify_one();
            pong.notified().await;
            sleep(pause).await;
        }
    };
    let livelock = failure_of(Sim::new(0).steps(10_000), ping_pong(Duration::ZERO));
    assert!(matches!(livelock.kind, FailureKind::Limit { limit: LimitKind::Steps, .. }), "{livelock}");
    assert!(livelock.to_string().contains("the clock stood at 3.000s for the last 99"), "{livelock}");
    let long = failure_of(Sim::new(0).steps(10_000), ping_pong(Duration::from_millis(1)));
    assert!(!long.to_string().contains("the clock stood"), "{long}");
}

#[test]
fn virtual_time_tasks_and_blocking_are_bounded() {
    let endless = failure_of(Sim::new(0).virtual_time(Duration::from_secs(60)), async {
        loop {
            sleep(Duration::from_secs(7)).await;
        }
    });
    assert!(matches!(endless.kind, FailureKind::Limit { limit: LimitKind::VirtualTime, .. }), "{endless}");
    assert_eq!(endless.at.to_string(), "56.000");

    let crowd = failure_of(Sim::new(0).tasks(10), async {
        loop {
            drop(spawn(std::future::pending::<()>()));
        }
    });
    assert!(matches!(crowd.kind, FailureKind::Limit { limit: LimitKind::Tasks, .. }), "{crowd}");

    let blocked = failure_of(Sim::new(0).blocked(Duration::from_secs(5)), async {
        blocking::sleep(Duration::from_secs(6));
    });
    let FailureKind::Limit { limit: LimitKind::Blocked, task, .. } = &blocked.kind else { panic!("{blocked}") };
    assert_eq!(task.as_deref(), Some("main"));
}

#[test]
fn time_that_is_driven_by_hand_is_bounded_too() {
    for manual in [false, true] {
        let minute = || Sim::new(0).manual_time(manual).virtual_time(Duration::from_secs(60));
        let failure = failure_of(minute(), advance(Duration::from_secs(61)));
        assert!(matches!(failure.kind, FailureKind::Limit { limit: LimitKind::VirtualTime, .. }), "{failure}");
        assert_eq!(failure.at.to_string(), "0.000");
        assert_eq!(minute().run(advance(Duration::from_secs(60))).end.to_string(), "60.000");
    }
}

#[test]
fn a_sleep_past_the_end_of_the_clock_is_a_limit_not_an_overflow() {
    let failure = failure_of(Sim::new(0), sleep(Duration::MAX));
    assert!(matches!(failure.kind, FailureKind::Limit { limit: LimitKind::VirtualTime, .. }), "{failure}");
}

#[test]
fn a_cancelled_main_is_a_verdict_of_its_own() {
    let failure = failure_of(Sim::new(0), async {
        current_task().unwrap().cancel_with("by myself");
        yield_now().await;
    });
    assert_eq!(failure.kind, FailureKind::MainCancelled { message: Some("by myself".to_owned()) });
}

#[test]
fn every_task_is_accounted_for() {
    let report = Sim::new(0).run(async {
        drop(spawn(async {}));
        drop(seedbed::spawn_fallible(async { Err::<(), _>("no") }));
        let _told = spawn(async { panic!("told") }).await.map(|never: ()| never);
        drop(spawn(std::future::pending::<()>()));
        note!("main ends");
    });
    let tasks = report.tasks;
    assert_eq!((tasks.spawned, tasks.finished, tasks.failed, tasks.panicked), (5, 2, 1, 1));
    assert_eq!((tasks.cancelled, tasks.leaked), (1, 0));
    assert_eq!(report.leftovers, ["main/4"]);
    assert!(report.is_ok());
}

#[test]
fn reports_read_well() {
    let failure = failure_of(Sim::new(0), async {
        let lock = Lock::new().named("accounts");
        let _held = lock.lock().await;
        sleep(Duration::from_millis(20)).await;
        let _again = lock.lock().await;
    });
    // Line numbers of this file are no part of the promise.
    let places = regex::Regex::new(r"verdicts\.rs:\d+:\d+").expect("a regular expression");
    let text = places.replace_all(&failure.to_string(), "verdicts.rs:LINE").into_owned();
    insta::with_settings!(
        { snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), omit_expression => true },
        { insta::assert_snapshot!("a_deadlock_report", text) }
    );
}
