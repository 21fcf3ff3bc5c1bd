//! Tests whose runs do not get where they should, and tests that faults break.

use std::time::Duration;

use seedbed::time::wall_now;
use seedbed::{fault, never, reachable, sleep, sometimes, spawn, yield_now};

/// A queue of one place.
async fn send(places: &std::cell::Cell<u32>) {
    sometimes!(places.get() == 0, "the queue is full");
    places.set(places.get().saturating_sub(1));
    yield_now().await;
    places.set(places.get() + 1);
}

#[seedbed::test(policy = "random")]
#[ignore = "it fails on purpose"]
async fn gets_nowhere() {
    let places = std::rc::Rc::new(std::cell::Cell::new(4));
    let sender = |places: std::rc::Rc<std::cell::Cell<u32>>| async move { send(&places).await };
    let (one, other) = (spawn(sender(places.clone())), spawn(sender(places.clone())));
    sometimes!(other.await.is_ok(), "the second is awaited first");
    if one.await.is_err() {
        reachable!("the first was cancelled");
    }
    never!(places.get() > 4, "more places than there were");
}

/// It answers for nothing, so it is not asked where its runs get.
#[seedbed::test(points = "off")]
#[ignore = "others start it"]
async fn may_get_nowhere() {
    sometimes!(false, "by a miracle");
    reachable!("where it always gets");
}

#[seedbed::test(policy = "random")]
#[ignore = "it fails on purpose"]
async fn loses_what_it_held() {
    let mut disk = vec!["before"];
    disk.clear();
    yield_now().await;
    if !fault!("disk full", 1 in 2) {
        disk.push("after");
    }
    assert_eq!(disk.len(), 1, "what was there is lost");
}

/// It counts the age of a lease by the wall clock.
#[seedbed::test(policy = "random", faults = "wall")]
#[ignore = "it fails on purpose"]
async fn trusts_the_wall_clock() {
    let granted = wall_now();
    for _ in 0..3 {
        sleep(Duration::from_secs(1)).await;
        let age = wall_now().duration_since(granted);
        assert!(age.is_ok_and(|age| age < Duration::from_secs(60)), "the lease is over: {age:?}");
    }
}
