//! waitmap 1.1.0: a wait that was ended takes the place of another one.

use std::sync::Arc;

use seedbed::{spawn, yield_now};
use waitmap::WaitMap;

use crate::page::Bug;

pub(crate) const BUG: Bug = Bug {
    package: "waitmap",
    what: "a `wait` that was cancelled takes the place of a newer one, which sleeps on when the value is there",
    words: "deadlock",
    known: "no",
    source: include_str!("waitmap.rs"),
    program: "whoever_waits_is_told",
};

async fn whoever_waits_is_told() {
    let map = Arc::new(WaitMap::<String, u32>::new());
    let wait = |map: Arc<WaitMap<String, u32>>| async move { map.wait("key").await.map(|found| *found.value()) };
    let first = spawn(wait(map.clone()));
    yield_now().await;
    map.cancel("key");
    let second = spawn(wait(map.clone()));
    yield_now().await;
    map.insert("key".to_owned(), 7);
    drop(first);
    assert_eq!(second.await.unwrap(), Some(7));
}

#[test]
fn one_who_waits_is_not_told() {
    BUG.shows(|hunt| hunt.run(whoever_waits_is_told));
}
