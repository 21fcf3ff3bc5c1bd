//! Tests that end their process, hang, or differ from themselves.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use seedbed::{spawn, yield_now};

/// Whether the second task came first: never in plain order.
async fn overtaken() -> bool {
    let first = Rc::new(Cell::new(0));
    let tasks: Vec<_> = (1..=2)
        .map(|n| {
            let first = Rc::clone(&first);
            spawn(async move {
                yield_now().await;
                if first.get() == 0 {
                    first.set(n);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    first.get() == 2
}

#[seedbed::test(policy = "random")]
async fn aborts() {
    if overtaken().await {
        eprintln!("this is the end of the process");
        std::process::abort();
    }
}

#[seedbed::test(policy = "random")]
async fn hangs() {
    if overtaken().await {
        loop {
            std::hint::spin_loop();
        }
    }
}

#[seedbed::test(policy = "random")]
async fn dies_at_once() {
    std::process::abort();
}

#[seedbed::test(policy = "random")]
async fn differs() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    // The plain run, made twice, is the same: the difference is in the others.
    if overtaken().await && RUNS.fetch_add(1, Ordering::Relaxed) % 2 == 0 {
        yield_now().await;
    }
}

#[seedbed::test(policy = "random")]
async fn differs_at_once() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    if RUNS.fetch_add(1, Ordering::Relaxed) % 2 == 0 {
        yield_now().await;
    }
}

#[seedbed::test(runs = 8)]
async fn misses_a_point() {
    seedbed::sometimes!(false, "pigs fly");
}
