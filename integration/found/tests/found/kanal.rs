//! kanal 0.1.1: a send that is polled by another task than before wakes the task before.

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use seedbed::spawn;

use crate::page::Bug;

pub(crate) const BUG: Bug = Bug {
    package: "kanal",
    what: "a `send` that is polled with another waker wakes the first one, and so does not end",
    words: "deadlock",
    known: "no",
    source: include_str!("kanal.rs"),
    program: "a_send_ends_where_it_is_awaited",
};

async fn a_send_ends_where_it_is_awaited() {
    let (sender, receiver) = kanal::bounded_async(0);
    let mut waiting = FuturesUnordered::new();
    let mut send = Box::pin(sender.send("news"));
    // If it cannot be sent at once, it waits with others.
    if futures::poll!(send.as_mut()).is_pending() {
        waiting.push(send);
    }
    let received = spawn(async move { receiver.recv().await });
    while let Some(sent) = waiting.next().await {
        assert_eq!(sent, Ok(()));
    }
    assert_eq!(received.await.unwrap(), Ok("news"));
}

#[test]
fn a_send_does_not_end_where_it_is_awaited() {
    BUG.shows(|hunt| hunt.run(a_send_ends_where_it_is_awaited));
}
