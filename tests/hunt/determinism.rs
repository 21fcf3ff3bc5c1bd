//! Programs that take something from outside are found out before anything is said of their schedules.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use seedbed::hunt::Between;
use seedbed::{FailureKind, Promise, note, spawn};

use crate::support::{diverged, quiet};

#[test]
fn the_order_of_a_hash_map() {
    let divergence = diverged(quiet("hash map").run(|| async {
        let map: HashMap<u32, u32> = (0..50).map(|n| (n, n)).collect();
        for key in map.keys() {
            note!("{key}");
        }
    }));
    assert_eq!(divergence.between, Between::PlainRuns);
    assert!(divergence.difference.contains("note"), "{}", divergence.difference);
}

#[test]
fn a_static_that_changes_between_runs() {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let divergence = diverged(quiet("static").run(|| async {
        note!("run {}", RUNS.fetch_add(1, Ordering::Relaxed));
    }));
    assert!(divergence.difference.contains("note      run 0"), "{}", divergence.difference);
    assert!(divergence.difference.contains("note      run 1"), "{}", divergence.difference);
}

#[test]
fn a_failure_that_comes_once_is_told() {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let divergence = diverged(quiet("once").jobs(1).run(|| async {
        assert_ne!(RUNS.fetch_add(1, Ordering::Relaxed), 20, "the twenty-first run is unlucky");
    }));
    assert_eq!(divergence.between, Between::FailingRuns);
    let failure = divergence.failure.unwrap().to_string();
    assert!(failure.contains("the twenty-first run is unlucky"), "{failure}");
}

#[test]
fn the_wall_clock() {
    let began = Instant::now();
    let divergence = diverged(quiet("clock").run(move || async move {
        note!("{:?} {:?}", began.elapsed(), SystemTime::now());
    }));
    assert_eq!(divergence.between, Between::PlainRuns);
}

#[test]
fn a_thread_that_wakes_a_task() {
    let report = quiet("thread").run(|| async {
        let (sender, receiver) = futures::channel::oneshot::channel();
        let thread = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(20));
            sender.send(())
        });
        drop(spawn(receiver));
        // Its task is polled, then the loop is held until the thread has sent.
        seedbed::yield_now().await;
        thread.join().unwrap().unwrap();
        Promise::<()>::new().await.unwrap();
    });
    let divergence = diverged(report);
    assert_eq!(divergence.between, Between::Threads);
    assert!(matches!(divergence.failure.unwrap().kind, FailureKind::ForeignWake { tasks } if tasks == ["main/1"]));
}

#[test]
fn a_failure_that_comes_now_and_then() {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    // Nothing of it is seen in the plain runs, nor in the trace: only the verdict of one run differs.
    let divergence = diverged(quiet("now and then").jobs(1).run(|| async {
        assert_ne!(RUNS.fetch_add(1, Ordering::Relaxed), 17, "the eighteenth run of the process");
    }));
    assert_eq!(divergence.between, Between::FailingRuns);
}
