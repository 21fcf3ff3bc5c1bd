//! What lets chance in, and how each leak is controlled or found out: the tests behind docs/determinism.md.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::iter_over_hash_type,
    reason = "these tests let in what the library forbids itself"
)]

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use seedbed::policy::Random;
use seedbed::sync::watch;
use seedbed::trace::Digest;
use seedbed::{FailureKind, Seed, Sim, note, rng, sleep, spawn, yield_now};

const RUNS: u64 = 32;

/// The different digests of many runs with one and the same seed.
fn digests<F: Future<Output = ()> + 'static>(program: fn() -> F) -> BTreeSet<Digest> {
    (0..RUNS).map(|_| Sim::new(7).run(program()).digest).collect()
}

/// A program that takes nothing from outside has one digest.
fn assert_controlled<F: Future<Output = ()> + 'static>(program: fn() -> F) {
    assert_eq!(digests(program).len(), 1);
}

/// A program that lets chance in shows it: equal seeds, different digests.
fn assert_found_out<F: Future<Output = ()> + 'static>(program: fn() -> F) {
    assert!(digests(program).len() > 1, "{RUNS} runs were all the same");
}

/// The notes of one run of a program, in the order that a seed decides.
fn order_of<F: Future<Output = ()> + 'static>(seed: u64, program: fn() -> F) -> String {
    let seed = Seed::new(seed);
    Sim::new(seed)
        .policy(Random::new(seed))
        .run(program())
        .trace
        .filter()
        .kind(seedbed::trace::EventKind::Note)
        .summary()
}

async fn three_tasks() {
    let tasks = [1, 2, 3].map(|name| {
        spawn(async move {
            yield_now().await;
            note!("task {name}");
        })
    });
    for task in tasks {
        task.await.unwrap();
    }
}

#[test]
fn the_order_of_tasks_is_decided_by_policy_and_seed() {
    assert_controlled(three_tasks);
    assert_eq!(order_of(3, three_tasks), order_of(3, three_tasks));
    assert!((0..RUNS).map(|seed| order_of(seed, three_tasks)).collect::<BTreeSet<_>>().len() > 1);
}

#[test]
fn timers_of_one_instant_come_due_in_the_order_of_their_making() {
    assert_controlled(|| async {
        let sleepers = [1, 2, 3].map(|name| {
            spawn(async move {
                sleep(Duration::from_secs(1)).await;
                note!("sleeper {name}");
            })
        });
        for sleeper in sleepers {
            sleeper.await.unwrap();
        }
    });
}

#[test]
fn random_numbers_of_the_run_are_decided_by_its_seed() {
    use rand::Rng;
    assert_controlled(|| async { note!("{}", rng().next_u64()) });
}

#[test]
fn the_order_of_a_hash_map_is_found_out() {
    assert_found_out(|| async {
        let map: HashMap<u32, ()> = (0..16).map(|key| (key, ())).collect();
        for key in map.keys() {
            note!("{key}");
        }
    });
}

#[test]
fn the_wall_clock_is_found_out() {
    assert_found_out(|| async { note!("{:?}", std::time::SystemTime::now()) });
}

#[test]
fn addresses_are_found_out() {
    assert_found_out(|| async {
        let kept: Vec<Box<u64>> = (0..64).map(Box::new).collect();
        note!("{:p}", &raw const *kept[63]);
        // Memory that stays taken moves the next run elsewhere.
        std::mem::forget(kept);
    });
}

#[test]
fn a_static_that_changes_between_runs_is_found_out() {
    static RUN: AtomicU64 = AtomicU64::new(0);
    assert_found_out(|| async { note!("run {}", RUN.fetch_add(1, Ordering::Relaxed)) });
}

#[test]
fn a_thread_that_wakes_a_task_is_named() {
    let report = Sim::new(0).run(async {
        let sleeper = seedbed::task::Builder::new().name("sleeper").spawn(poll_fn(|cx| {
            let waker = cx.waker().clone();
            std::thread::spawn(move || waker.wake()).join().expect("it wakes");
            Poll::<()>::Pending
        }));
        sleeper.unwrap().await
    });
    let failure = report.result.unwrap_err();
    let FailureKind::ForeignWake { tasks } = &failure.kind else { panic!("{failure}") };
    assert_eq!(tasks, &["main/sleeper"]);
}

/// Two branches that are ready at once; which one wins is noted.
async fn race_of_ours() {
    for _ in 0..8 {
        seedbed::select! {
            () = std::future::ready(()) => note!("first"),
            () = std::future::ready(()) => note!("second"),
        }
    }
}

#[test]
fn the_order_of_tokio_select_is_found_out() {
    assert_found_out(|| async {
        for _ in 0..8 {
            tokio::select! {
                () = std::future::ready(()) => note!("first"),
                () = std::future::ready(()) => note!("second"),
            }
        }
    });
}

#[test]
fn the_order_of_futures_select_is_found_out() {
    assert_found_out(|| async {
        for _ in 0..8 {
            let (mut first, mut second) = (futures::future::ready(()), futures::future::ready(()));
            futures::select! {
                () = first => note!("first"),
                () = second => note!("second"),
            }
        }
    });
}

#[test]
fn the_order_of_seedbed_select_is_a_choice_of_the_run() {
    assert_controlled(race_of_ours);
    let orders: BTreeSet<String> = (0..RUNS).map(|seed| order_of(seed, race_of_ours)).collect();
    assert!(orders.len() > 1, "a policy chooses among the branches");
}

#[test]
fn the_wake_order_of_tokio_watch_is_found_out() {
    assert_found_out(|| async {
        let (sender, receiver) = tokio::sync::watch::channel(0);
        let readers: Vec<_> = (0..16)
            .map(|name| {
                let mut receiver = receiver.clone();
                spawn(async move {
                    receiver.changed().await.unwrap();
                    note!("reader {name}");
                })
            })
            .collect();
        yield_now().await;
        sender.send(1).unwrap();
        for reader in readers {
            reader.await.unwrap();
        }
    });
}

#[test]
fn the_wake_order_of_seedbed_watch_is_that_of_waiting() {
    let report = Sim::new(0).run(async {
        let (sender, receiver) = watch::channel(0);
        let woken = Rc::new(RefCell::new(Vec::new()));
        let readers: Vec<_> = (0..16)
            .map(|name| {
                let (mut receiver, woken) = (receiver.clone(), Rc::clone(&woken));
                spawn(async move {
                    while receiver.changed().await.is_ok() {
                        woken.borrow_mut().push((name, *receiver.borrow_and_update()));
                    }
                })
            })
            .collect();
        drop(receiver);
        for value in 1..=2 {
            yield_now().await;
            sender.send(value).unwrap();
            yield_now().await;
        }
        drop(sender);
        for reader in readers {
            reader.await.unwrap();
        }
        woken.take()
    });
    let expected: Vec<_> = (1..=2).flat_map(|value| (0..16).map(move |name| (name, value))).collect();
    assert_eq!(report.unwrap(), expected);
}

#[test]
fn every_test_that_the_table_names_exists() {
    let table = include_str!("../../docs/determinism.md");
    let here = include_str!("leaks.rs");
    let named: Vec<&str> = table
        .lines()
        .filter(|line| line.starts_with('|'))
        .filter_map(|line| {
            line.trim_end_matches([' ', '|']).rsplit('|').next().map(|cell| cell.trim().trim_matches('`'))
        })
        .filter(|name| name.contains('_'))
        .collect();
    assert!(named.len() > 10, "{named:?}");
    for name in named {
        assert!(
            here.contains(&format!("fn {name}()")),
            "docs/determinism.md names `{name}`, which is no test of leaks.rs"
        );
    }
}
