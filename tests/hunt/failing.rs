//! Tests that fail, each in its own way; other tests start them in processes of their own and look at what they say.
//!
//! They name their policies, so that what they say does not change with the portfolio.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use seedbed::sync::Event;
use seedbed::{Hunt, Promise, note, sleep, spawn, timeout, yield_now};

use crate::bugs;
use crate::child::READY;

/// So many runs were made when shrinking is under way, which takes a hundred and more: the first run of the sweep fails.
const UNDER_WAY: u32 = 40;

#[path = "failing_arguments.rs"]
mod arguments;

#[seedbed::test(policy = "random")]
#[ignore = "it fails on purpose"]
async fn lost_update() {
    bugs::lost_update().await;
}

#[seedbed::test(policy = "random")]
#[ignore = "it fails on purpose"]
async fn lock_order() {
    bugs::lock_order().await;
}

#[seedbed::test]
#[ignore = "it fails on purpose"]
async fn in_plain_order() {
    sleep(Duration::from_secs(3)).await;
    panic!("too late");
}

#[seedbed::test]
#[ignore = "it fails on purpose"]
async fn returned_error() -> Result<(), String> {
    let reader = spawn(async { Err::<u32, _>("no such account".to_owned()) });
    reader.await.unwrap()?;
    Ok(())
}

#[seedbed::test(virtual_time = "1h")]
#[ignore = "it fails on purpose"]
async fn goes_on_for_ever() {
    loop {
        sleep(Duration::from_secs(60)).await;
    }
}

#[seedbed::test(self_wakes = 1_000)]
#[ignore = "it fails on purpose"]
async fn livelock() {
    let done = std::rc::Rc::new(std::cell::Cell::new(false));
    let watcher = {
        let done = done.clone();
        spawn(async move {
            while !done.get() {
                yield_now().await;
            }
        })
    };
    watcher.await.unwrap();
}

#[seedbed::test]
#[ignore = "it fails on purpose"]
async fn a_task_nobody_awaits() {
    drop(spawn(async {
        yield_now().await;
        panic!("nobody looks");
    }));
    sleep(Duration::from_secs(1)).await;
}

#[seedbed::test]
#[ignore = "it fails on purpose"]
async fn iterates_a_hash_map() {
    let map: HashMap<u32, u32> = (0..50).map(|n| (n, n)).collect();
    for key in map.keys() {
        note!("{key}");
    }
}

#[seedbed::test]
#[ignore = "it fails on purpose"]
async fn woken_by_a_thread() {
    let (sender, receiver) = futures::channel::oneshot::channel();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        sender.send(())
    });
    drop(spawn(receiver));
    yield_now().await;
    thread.join().unwrap().unwrap();
    Promise::<()>::new().await.unwrap();
}

/// The work takes no time, the timeout is generous: it takes a slow task to miss it.
#[seedbed::test(runs = 1_000, policy = "random+clock")]
#[ignore = "it fails on purpose"]
async fn a_slow_task_misses_its_timeout() {
    let work = spawn(async {
        for _ in 0..5 {
            yield_now().await;
        }
    });
    timeout(Duration::from_millis(10), work).await.expect("the work was in time").unwrap();
}

#[seedbed::test]
#[ignore = "it fails on purpose"]
async fn cancels_its_main_task() {
    let me = seedbed::current_task().unwrap();
    drop(spawn(async move { me.cancel() }));
    Event::new().wait().await;
}

/// Two bugs; on the way to one of them the other is met.
#[seedbed::test(runs = 2_000, policy = "random")]
#[ignore = "it fails on purpose"]
async fn two_bugs() {
    let order = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let tasks: Vec<_> = (0..4)
        .map(|n| {
            let order = order.clone();
            spawn(async move { order.borrow_mut().push(n) })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let order = order.borrow();
    assert!(order[..] != [3, 0, 1, 2], "only the last came early");
    assert!(order[0] != 3, "the last came first, and others before their turn");
}

/// What it does depends on the process, not on the run.
#[seedbed::test]
#[ignore = "it fails on purpose"]
async fn differs_in_every_process() {
    static STARTED: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    // One process sees no file, the next one does.
    let again = *STARTED.get_or_init(|| {
        let mark = std::path::PathBuf::from(std::env::var_os("MARK").unwrap());
        let again = mark.exists();
        std::fs::write(mark, "").unwrap();
        again
    });
    note!("{}", if again { "again" } else { "for the first time" });
    panic!("as always");
}

/// The first run of the process fails another assertion than all later ones would.
#[test]
#[ignore = "it fails on purpose"]
fn second_of_two_hunts() {
    Hunt::new("calm").runs(10).check(bugs::harmless);
    Hunt::new("calm").runs(10).check(bugs::harmless);
    Hunt::new("stormy").policy("random").check(bugs::lost_update);
}

#[test]
#[ignore = "it fails on purpose"]
fn checked() {
    seedbed::check(bugs::lost_update);
}

#[seedbed::test]
#[ignore = "other tests give it saved replays"]
async fn harmless() {
    bugs::harmless().await;
}

#[seedbed::test]
#[should_panic(expected = "the balance is 20")]
#[ignore = "other tests look at what it leaves"]
async fn should_panic() {
    bugs::lost_update().await;
}

#[seedbed::test]
#[ignore = "it never ends on purpose"]
async fn hangs_in_a_poll() {
    bugs::hangs_if_overtaken().await;
}

#[seedbed::test]
#[ignore = "other tests give it little time"]
async fn takes_its_time() {
    // Many steps, none of them long.
    for _ in 0..30 {
        std::thread::sleep(Duration::from_millis(100));
        yield_now().await;
    }
}

/// The machine is busy in the first run, and no longer in the second.
#[seedbed::test]
#[ignore = "other tests give it little time"]
async fn is_slow_once() {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let busy = if RUNS.fetch_add(1, Ordering::Relaxed) == 0 { 100 } else { 20 };
    for _ in 0..30 {
        std::thread::sleep(Duration::from_millis(busy));
        yield_now().await;
    }
}

/// The process ends in the middle of a run in which the second task overtakes the first.
#[seedbed::test(policy = "random")]
#[ignore = "other tests sweep it"]
async fn ends_its_process() {
    let done = std::rc::Rc::new(std::cell::Cell::new(false));
    let first = {
        let done = done.clone();
        spawn(async move { done.set(true) })
    };
    let second = spawn(async move {
        if !done.get() {
            std::process::exit(7);
        }
    });
    first.await.unwrap();
    second.await.unwrap();
}

/// From its fifth run on, every other run is another one.
#[seedbed::test(policy = "random")]
#[ignore = "other tests sweep it"]
async fn differs_now_and_then() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    if run > 4 && run.is_multiple_of(2) {
        note!("once more");
    }
    bugs::harmless().await;
}

/// Every run passes.
#[seedbed::test(runs = 1_000_000_000)]
#[ignore = "other tests interrupt it"]
async fn goes_on_for_days() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    if RUNS.fetch_add(1, Ordering::Relaxed) == 100 {
        eprintln!("{READY}");
    }
    bugs::harmless().await;
}

/// There is much to be left out, and each run takes its time, more of it once shrinking is under way.
#[seedbed::test(policy = "random")]
#[ignore = "other tests interrupt it"]
async fn shrinks_for_days() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    let runs = RUNS.fetch_add(1, Ordering::Relaxed);
    if runs == UNDER_WAY {
        eprintln!("{READY}");
    }
    let pause = Duration::from_millis(if runs < UNDER_WAY { 1 } else { 20 });
    let order = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let order = order.clone();
            spawn(async move {
                std::thread::sleep(pause);
                order.borrow_mut().push(n);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let falls = order.borrow().windows(2).filter(|pair| pair[0] > pair[1]).count();
    assert!(falls < 6, "too much out of order");
}

#[path = "failing_points.rs"]
mod points;
