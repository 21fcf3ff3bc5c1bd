//! async-lock 3.5.0: readers that wait for a writer keep each other awake.

use std::rc::Rc;
use std::time::Duration;

use async_lock::RwLock;
use seedbed::{sleep, spawn};

use crate::page::Bug;

pub(crate) const BUG: Bug = Bug {
    package: "async-lock",
    what: "two readers that wait while a writer holds the lock wake each other without end",
    words: "limit `steps` passed",
    known: "no",
    source: include_str!("async_lock.rs"),
    program: "readers_sleep_while_a_writer_works",
};

async fn readers_sleep_while_a_writer_works() {
    let lock = Rc::new(RwLock::new(0));
    let writers = [(); 2].map(|()| {
        let lock = lock.clone();
        spawn(async move {
            let mut value = lock.write().await;
            sleep(Duration::from_secs(1)).await;
            *value += 1;
        })
    });
    let readers = [(); 2].map(|()| {
        let lock = lock.clone();
        spawn(async move { *lock.read().await })
    });
    for writer in writers {
        writer.await.unwrap();
    }
    for reader in readers {
        assert!(reader.await.unwrap() <= 2);
    }
}

#[test]
fn readers_are_awake_while_a_writer_works() {
    // A run takes some twenty steps; a livelock takes all that there are.
    BUG.shows(|hunt| hunt.sim(|sim| sim.steps(1_000)).run(readers_sleep_while_a_writer_works));
}
