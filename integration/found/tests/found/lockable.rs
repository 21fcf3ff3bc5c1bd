//! lockable 0.2.0: a wait for a lock that is cancelled leaves the lock behind.

use std::rc::Rc;
use std::time::Duration;

use lockable::LockPool;
use seedbed::{sleep, spawn, timeout};

use crate::page::Bug;

pub(crate) const BUG: Bug = Bug {
    package: "lockable",
    what: "a lock counts as locked, and takes memory, when the last who waited for it was cancelled, until it is locked again",
    words: "that nobody holds",
    known: "no",
    source: include_str!("lockable.rs"),
    program: "what_nobody_holds_is_not_locked",
};

async fn what_nobody_holds_is_not_locked() {
    let second = Duration::from_secs(1);
    let locks = Rc::new(LockPool::new());
    let waiting = locks.clone();
    let held = locks.async_lock("key").await;
    let waited = spawn(async move { timeout(second, waiting.async_lock("key")).await.map(drop) });
    sleep(second).await;
    drop(held);
    // It has the lock for a moment, or has given up.
    let _got_it = waited.await.unwrap().is_ok();
    assert_eq!(locks.num_locked(), 0, "locks that nobody holds are locked");
}

#[test]
fn what_nobody_holds_is_locked() {
    BUG.shows(|hunt| hunt.run(what_nobody_holds_is_not_locked));
}
