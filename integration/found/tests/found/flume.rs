//! flume 0.12.0: a future says that it has ended before it has; a stream that nobody polls keeps the wake-up of another.

use std::time::Duration;

use futures::StreamExt;
use seedbed::{sleep, spawn, timeout};

use crate::page::Bug;

pub(crate) const TERMINATED: Bug = Bug {
    package: "flume",
    what: "`futures::select!` panics in the place of giving the error of `recv_async` when all senders are dropped",
    words: "all futures in",
    known: "no",
    source: include_str!("flume.rs"),
    program: "a_disconnected_channel_gives_an_error",
};

pub(crate) const WAKE: Bug = Bug {
    package: "flume",
    what: "a message stays in the queue while a receiver waits for it: a cancelled `recv_async` hands its wake-up to an idle stream",
    words: "lies in the queue",
    known: "no",
    source: include_str!("flume.rs"),
    program: "no_message_lies_while_a_receiver_waits",
};

async fn a_disconnected_channel_gives_an_error() {
    let (sender, receiver) = flume::unbounded::<u32>();
    drop(spawn(async move { drop(sender) }));
    futures::select! {
        received = receiver.recv_async() => assert!(received.is_err()),
    }
}

async fn no_message_lies_while_a_receiver_waits() {
    let second = Duration::from_secs(1);
    let (sender, receiver) = flume::unbounded();
    // The first consumer gives up when the message comes.
    let gives_up = receiver.clone();
    drop(spawn(async move { timeout(second, gives_up.recv_async()).await }));
    // The second waits for the next message or a tick, and takes its time over the tick.
    let mut busy = receiver.clone().into_stream();
    drop(spawn(async move {
        if timeout(second / 2, busy.next()).await.is_err() {
            sleep(9 * second).await;
        }
    }));
    // The third waits for nothing else.
    let waiting = receiver.clone();
    drop(spawn(async move { waiting.recv_async().await }));
    sleep(second).await;
    sender.send("news").unwrap();
    sleep(second).await;
    assert!(receiver.is_empty(), "a message lies in the queue, and a receiver waits");
}

#[test]
fn a_disconnected_channel_panics() {
    TERMINATED.shows(|hunt| hunt.run(a_disconnected_channel_gives_an_error));
}

#[test]
fn a_message_lies_while_a_receiver_waits() {
    WAKE.shows(|hunt| hunt.run(no_message_lies_while_a_receiver_waits));
}
