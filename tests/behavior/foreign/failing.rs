//! Panics and deadlocks where futures of other libraries are involved.

use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use futures::channel::{mpsc, oneshot};
use futures::future::{FutureExt, join_all};
use futures::stream::{FuturesUnordered, StreamExt};
use seedbed::{FailureKind, Sim, note, sleep, spawn, yield_now};
use tokio::sync::Mutex;

use crate::support::{failure, notes, secs, steady};

#[test]
fn catch_unwind_keeps_a_panic_from_the_run() {
    let report = steady(|| async {
        let risky = async {
            sleep(secs(1)).await;
            panic!("no such account");
        };
        let caught = AssertUnwindSafe(risky).catch_unwind().await.unwrap_err();
        sleep(secs(1)).await;
        *caught.downcast::<&str>().unwrap()
    });
    assert_eq!((report.end.to_string(), report.tasks.panicked), ("2.000".to_owned(), 0));
    assert_eq!(report.unwrap(), "no such account");
}

/// A panic inside a frame inside a set leaves the frames around it in order.
#[test]
fn a_child_that_panics_leaves_its_siblings_cancellable() {
    let report = steady(|| async {
        let task = spawn(async {
            let broken = seedbed::timeout(secs(9), async {
                sleep(secs(1)).await;
                panic!("broken");
            });
            let broken = AssertUnwindSafe(broken).catch_unwind().map(|caught| caught.is_err());
            let fine = seedbed::catch_cancel(sleep(secs(60))).map(|caught| caught.is_err());
            let set: FuturesUnordered<_> = [broken.boxed_local(), fine.boxed_local()].into_iter().collect();
            set.collect::<Vec<_>>().await
        });
        sleep(secs(2)).await;
        task.cancel();
        task.await
    });
    assert_eq!(report.end.to_string(), "2.000");
    assert_eq!(report.unwrap(), Ok(vec![true, true]));
}

#[test]
fn a_task_that_panics_lets_go_of_what_it_held() {
    let report = steady(|| async {
        let (mutex, (sender, receiver)) = (Rc::new(Mutex::new(0)), oneshot::channel::<()>());
        let broken = {
            let mutex = Rc::clone(&mutex);
            spawn(async move {
                let (_held, _sender) = (mutex.lock().await, sender);
                sleep(secs(1)).await;
                panic!("broken");
            })
        };
        yield_now().await;
        let told = receiver.await.is_err();
        let value = *mutex.lock().await;
        (told, value, broken.await.unwrap_err().is_panic())
    });
    assert_eq!(report.end.to_string(), "1.000");
    assert_eq!(report.unwrap(), (true, 0, true));
}

#[test]
fn a_panic_that_nobody_awaits_names_its_task() {
    let report = steady(|| async {
        let (sender, mut receiver) = mpsc::unbounded::<u32>();
        drop(spawn(async move {
            let n = receiver.next().await;
            panic!("cannot work with {n:?}");
        }));
        sleep(secs(1)).await;
        sender.unbounded_send(3).unwrap();
        sleep(secs(1)).await;
        note!("went on");
    });
    assert_eq!(notes(&report), ["2.000 went on"]);
    let failure = failure(report);
    let FailureKind::Panic(panic) = &failure.kind else { panic!("{failure}") };
    assert_eq!((panic.message.as_str(), panic.task.as_str()), ("cannot work with Some(3)", "main/1"));
}

#[test]
fn a_deadlock_on_other_libraries_says_who_waits_and_since_when() {
    let report = steady(|| async {
        let locks = [Rc::new(Mutex::new(())), Rc::new(Mutex::new(()))];
        let tasks = [0, 1].map(|n| {
            let (first, second) = (Rc::clone(&locks[n]), Rc::clone(&locks[1 - n]));
            spawn(async move {
                let _first = first.lock().await;
                sleep(secs(1 + n as u64)).await;
                let _second = second.lock().await;
            })
        });
        drop(spawn(sleep(secs(30))));
        join_all(tasks).await.len()
    });
    let failure = failure(report);
    let FailureKind::Deadlock { blocked, .. } = &failure.kind else { panic!("{failure}") };
    let rows = blocked.iter().map(|task| (task.task.as_str(), task.waits_for.as_str(), task.since.to_string()));
    let foreign = "a future of another library, or one that nothing wakes";
    assert_eq!(
        rows.collect::<Vec<_>>(),
        [
            ("main", "task main/1, or task main/2", "0.000".to_owned()),
            ("main/1", foreign, "1.000".to_owned()),
            ("main/2", foreign, "2.000".to_owned()),
        ]
    );
    // The last timer fired long after they had begun to wait.
    assert_eq!(failure.at.to_string(), "30.000");
    assert!(failure.to_string().contains(&format!("main/1 waits for {foreign} since 1.000s")), "{failure}");
}

#[test]
fn a_receiver_whose_sender_stands_beside_it_waits_for_ever() {
    let report = steady(|| async {
        let (_sender, receiver) = oneshot::channel::<()>();
        receiver.await.unwrap();
    });
    let failure = failure(report);
    assert!(failure.to_string().contains("deadlock: 1 task waits and nothing can wake it"), "{failure}");
}

#[test]
fn what_needs_tokios_runtime_says_so() {
    let report = Sim::new(0).run(async { tokio::spawn(async {}) });
    let failure = failure(report);
    let FailureKind::Panic(panic) = &failure.kind else { panic!("{failure}") };
    assert!(panic.message.contains("must be called from the context of a Tokio 1.x runtime"), "{failure}");
}
