//! local-channel 0.1.5: a receiver that waits is not told that the channel was closed.

use seedbed::spawn;

use crate::page::Bug;

pub(crate) const BUG: Bug = Bug {
    package: "local-channel",
    what: "a receiver that waits sleeps on when the channel is closed and all senders are dropped",
    words: "deadlock",
    known: "no",
    source: include_str!("local_channel.rs"),
    program: "a_closed_channel_ends",
};

async fn a_closed_channel_ends() {
    let (mut sender, mut receiver) = local_channel::mpsc::channel::<u32>();
    drop(spawn(async move {
        sender.close();
        drop(sender);
    }));
    let received = spawn(async move { receiver.recv().await });
    assert_eq!(received.await.unwrap(), None);
}

#[test]
fn a_closed_channel_does_not_end() {
    BUG.shows(|hunt| hunt.run(a_closed_channel_ends));
}
