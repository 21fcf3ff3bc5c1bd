//! embassy-sync 0.8.0: a waiter of the fair semaphore that is cancelled stands in the way of others.

use std::rc::Rc;
use std::time::Duration;

use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::semaphore::{FairSemaphore, Semaphore};
use seedbed::{spawn, timeout, yield_now};

use crate::page::Bug;

pub(crate) const WAKE: Bug = Bug {
    package: "embassy-sync",
    what: "when the first waiter of a `FairSemaphore` is cancelled, the next sleeps on beside the permits that it asks for",
    words: "deadlock",
    known: "yes, cured in the repository: [embassy-rs/embassy#6964](https://github.com/embassy-rs/embassy/pull/6964)",
    source: include_str!("embassy_sync.rs"),
    program: "whoever_is_next_gets_the_permit",
};

pub(crate) const FULL: Bug = Bug {
    package: "embassy-sync",
    what: "waiters of a `FairSemaphore` that were cancelled count as waiting: it refuses others, as full",
    words: "WaitQueueFull",
    known: "no",
    source: include_str!("embassy_sync.rs"),
    program: "there_is_room_for_two_waiters",
};

async fn whoever_is_next_gets_the_permit() {
    let permits = Rc::new(FairSemaphore::<NoopRawMutex, 4>::new(1));
    let first = permits.clone();
    drop(spawn(async move { timeout(Duration::from_secs(1), first.acquire(2)).await.is_err() }));
    let next = spawn(async move { permits.acquire(1).await.is_ok() });
    assert!(next.await.unwrap());
}

async fn there_is_room_for_two_waiters() {
    let permits = Rc::new(FairSemaphore::<NoopRawMutex, 2>::new(0));
    let patient = permits.clone();
    let acquired = spawn(async move { patient.acquire(1).await.map(drop) });
    for _ in 0..3 {
        yield_now().await;
        // It waits for a while, and is not refused.
        if let Ok(refused) = timeout(Duration::from_secs(1), permits.acquire(1)).await {
            refused.map(drop).unwrap();
        }
    }
    permits.release(1);
    acquired.await.unwrap().unwrap();
}

#[test]
fn whoever_is_next_sleeps_on() {
    WAKE.shows(|hunt| hunt.run(whoever_is_next_gets_the_permit));
}

#[test]
fn there_is_no_room_for_two_waiters() {
    FULL.shows(|hunt| hunt.run(there_is_room_for_two_waiters));
}
