//! async-broadcast 0.7.2: what lets a message be sent does not wake who waits to send it.

use seedbed::spawn;

use crate::page::Bug;

pub(crate) const NEW_RECEIVER: Bug = Bug {
    package: "async-broadcast",
    what: "a `broadcast` that waits for an active receiver sleeps on when `Sender::new_receiver` makes one",
    words: "deadlock",
    known: "no",
    source: include_str!("async_broadcast.rs"),
    program: "a_new_receiver_is_sent_to",
};

pub(crate) const CAPACITY: Bug = Bug {
    package: "async-broadcast",
    what: "a `broadcast` that waits for room sleeps on when `set_capacity` makes some",
    words: "deadlock",
    known: "no",
    source: include_str!("async_broadcast.rs"),
    program: "room_that_is_made_is_used",
};

async fn a_new_receiver_is_sent_to() {
    let (sender, receiver) = async_broadcast::broadcast(1);
    let _inactive = receiver.deactivate();
    let subscriptions = sender.clone();
    let received = spawn(async move { subscriptions.new_receiver().recv().await });
    let sent = spawn(async move { sender.broadcast("news").await });
    assert_eq!(sent.await.unwrap(), Ok(None));
    assert_eq!(received.await.unwrap(), Ok("news"));
}

async fn room_that_is_made_is_used() {
    let (sender, _receiver) = async_broadcast::broadcast(1);
    let mut settings = sender.clone();
    drop(spawn(async move { settings.set_capacity(2) }));
    let sent = spawn(async move { (sender.broadcast("old").await, sender.broadcast("news").await) });
    assert_eq!(sent.await.unwrap(), (Ok(None), Ok(None)));
}

#[test]
fn a_new_receiver_is_not_sent_to() {
    NEW_RECEIVER.shows(|hunt| hunt.run(a_new_receiver_is_sent_to));
}

#[test]
fn room_that_is_made_is_not_used() {
    CAPACITY.shows(|hunt| hunt.run(room_that_is_made_is_used));
}
