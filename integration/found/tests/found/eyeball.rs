//! eyeball 0.8.8: a `next` that was cancelled keeps its place in the queue of the lock.

use std::time::Duration;

use eyeball::{ObservableWriteGuard, SharedObservable};
use seedbed::{sleep, spawn, timeout, yield_now};

use crate::page::Bug;

pub(crate) const BUG: Bug = Bug {
    package: "eyeball",
    what: "a `next` that is cancelled while a writer holds the lock locks out all writers after it",
    words: "deadlock",
    known: "no",
    source: include_str!("eyeball.rs"),
    program: "an_observable_can_be_set",
};

async fn an_observable_can_be_set() {
    let second = Duration::from_secs(1);
    let observable = SharedObservable::new_async("old");
    let mut subscriber = observable.subscribe().await;
    let writer = observable.clone();
    let written = spawn(async move {
        let mut value = writer.write().await;
        sleep(second).await;
        ObservableWriteGuard::set(&mut value, "new");
    });
    yield_now().await;
    // The subscriber does not wait as long as the writer writes.
    assert!(timeout(second / 2, subscriber.next()).await.is_err());
    written.await.unwrap();
    assert_eq!(observable.set("newest").await, "new");
    assert_eq!(subscriber.next().await, Some("newest"));
}

#[test]
fn an_observable_can_not_be_set() {
    BUG.shows(|hunt| hunt.run(an_observable_can_be_set));
}
