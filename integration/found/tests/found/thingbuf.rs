//! thingbuf 0.1.6: a sender that is cancelled keeps the wake-up that it was given.

use std::time::Duration;

use seedbed::{sleep, spawn, timeout};

use crate::page::Bug;

pub(crate) const BUG: Bug = Bug {
    package: "thingbuf",
    what: "a `send` that is cancelled when it was woken keeps the wake-up: the next sender waits for room that is there",
    words: "deadlock",
    known: "no",
    source: include_str!("thingbuf.rs"),
    program: "a_sender_gets_the_room_that_is_there",
};

async fn a_sender_gets_the_room_that_is_there() {
    let second = Duration::from_secs(1);
    let (sender, receiver) = thingbuf::mpsc::channel(1);
    sender.send(1).await.unwrap();
    let hasty = sender.clone();
    let gave_up = spawn(async move { timeout(second, hasty.send(2)).await.is_err() });
    let patient = spawn(async move { sender.send(3).await });
    sleep(second).await;
    assert_eq!(receiver.recv().await, Some(1));
    if !gave_up.await.unwrap() {
        assert_eq!(receiver.recv().await, Some(2));
    }
    assert_eq!(receiver.recv().await, Some(3));
    patient.await.unwrap().unwrap();
}

#[test]
fn a_sender_waits_though_there_is_room() {
    BUG.shows(|hunt| hunt.run(a_sender_gets_the_room_that_is_there));
}
