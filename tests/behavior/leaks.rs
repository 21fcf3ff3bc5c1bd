//! What lets chance in, and how each leak is controlled or found out: the tests behind docs/determinism.md.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    clippy::iter_over_hash_type,
    reason = "these tests let in what the library forbids itself"
)]

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::future::{Future, poll_fn};
use std::hash::{BuildHasher, RandomState};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use seedbed::policy::Random;
use seedbed::sync::{Lock, watch};
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
macro_rules! race {
    ($($select:ident)::+) => {
        || async {
            for _ in 0..8 {
                $($select)::+! {
                    () = std::future::ready(()) => note!("first"),
                    () = std::future::ready(()) => note!("second"),
                }
            }
        }
    };
}

#[test]
fn the_order_of_tokio_select_is_found_out() {
    assert_found_out(race!(tokio::select));
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
    assert_controlled(race!(seedbed::select));
    let orders: BTreeSet<String> = (0..RUNS).map(|seed| order_of(seed, race!(seedbed::select))).collect();
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

/// Stops the thread in every second run, as a busy machine may.
fn stall() {
    static RUN: AtomicU64 = AtomicU64::new(0);
    if RUN.fetch_add(1, Ordering::Relaxed) % 2 == 1 {
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A waiter is overtaken again and again, until its mutex sees on the real clock that it has waited for half a millisecond.
#[test]
fn the_clock_of_async_locks_mutex_is_found_out() {
    assert_found_out(|| async {
        let mutex = Rc::new(async_lock::Mutex::new(()));
        let held = mutex.lock().await;
        let wanted = Rc::clone(&mutex);
        let waiter = spawn(async move { drop(wanted.lock().await) });
        yield_now().await;
        stall();
        drop(held);
        let overtakes = mutex.try_lock();
        yield_now().await;
        drop(overtakes);
        note!("overtakes twice: {}", mutex.try_lock().is_some());
        waiter.await.unwrap();
    });
}

/// `futures` and `tokio` have such a mutex too.
#[test]
fn the_lock_of_seedbed_is_handed_on_without_a_clock() {
    assert_controlled(|| async {
        let lock = Lock::new();
        let held = lock.lock().await;
        let wanted = lock.clone();
        let waiter = spawn(async move {
            let _held = wanted.lock().await;
            note!("waiter");
        });
        yield_now().await;
        stall();
        drop(held);
        let _held = lock.lock().await;
        note!("main");
        waiter.await.unwrap();
    });
}

/// What std asks the machine for here is what `getrandom` asks for, and `rand::rng()` begins with.
#[test]
fn randomness_of_the_machine_is_found_out() {
    assert_found_out(|| async { note!("{}", RandomState::new().hash_one(0)) });
}

/// The program of which other processes print the digest.
async fn a_bit_of_everything() {
    use rand::Rng;
    three_tasks().await;
    for _ in 0..4 {
        let draw = rng().next_u64();
        seedbed::select! {
            () = sleep(Duration::from_millis(draw % 2)) => note!("slept"),
            () = std::future::ready(()) => note!("drew {draw}"),
        }
    }
}

#[test]
fn another_process_prints_its_digest() {
    let seed = Seed::new(3);
    println!("digest {}", Sim::new(seed).policy(Random::new(seed)).run(a_bit_of_everything()).digest);
}

#[test]
fn the_environment_changes_nothing() {
    let in_process = |variables: &[(&str, &str)]| {
        let mut process = std::process::Command::new(std::env::current_exe().unwrap());
        process.args(["--exact", "leaks::another_process_prints_its_digest", "--nocapture"]);
        process.envs(variables.iter().copied()).env_remove("RUST_BACKTRACE");
        let output = String::from_utf8(process.output().unwrap().stdout).unwrap();
        let digest = output.lines().find_map(|line| line.split_once("digest ")).map(|(_, digest)| digest.to_owned());
        digest.unwrap_or_else(|| panic!("no digest: {output}"))
    };
    let here = in_process(&[]);
    let names = ["SEEDBED_SEED", "SEEDBED_POLICY", "RUST_LOG", "RUST_BACKTRACE", "TZ", "LANG", "RUST_MIN_STACK"];
    for name in names {
        assert_eq!(in_process(&[(name, "1048576")]), here, "{name}");
    }
}

/// Questions are bounded by a `u32` and draws are of fixed width; so these, once written down, hold everywhere.
#[test]
fn answers_do_not_depend_on_the_width_of_a_pointer() {
    let report = Sim::new(3).policy(Random::new(Seed::new(3))).record(true).run(a_bit_of_everything());
    let expected = "main branch 3 = 1\nmain rng 0 = 125607663\nmain rng 1 = 1521709142\nmain rng 2 = 619822976\n\
                    main rng 3 = 3562236411\nmain/1 overtaken 1 = 1\nmain/2 overtaken 0 = 1\nmain/2 overtaken 1 = 1";
    assert_eq!(report.departures.to_string(), expected);
}

/// What a program makes of a seed under a policy: the same each time, and not always the same.
fn is_decided_by_the_seed<T: PartialEq + 'static, M: Future<Output = T> + 'static>(policy: &str, program: fn() -> M) {
    let run = |seed: u64| {
        let policy = seedbed::policy::by_name(policy, seed.into(), &Default::default()).unwrap();
        Sim::new(seed).policy(policy).run(program()).unwrap()
    };
    assert!((0..10).all(|seed| run(seed) == run(seed)));
    assert!((1..10).any(|seed| run(seed) != run(0)));
}

#[test]
fn the_wall_clock_of_a_run_is_decided_by_its_seed() {
    is_decided_by_the_seed("random+wall", || async { [(); 30].map(|()| seedbed::time::wall_now()) });
}

#[test]
fn fault_points_strike_as_the_seed_decides() {
    is_decided_by_the_seed("random+point", || async { [(); 30].map(|()| seedbed::fault!("disk full")) });
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
