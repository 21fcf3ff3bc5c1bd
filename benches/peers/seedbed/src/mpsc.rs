//! The channels of the futures crate, which a program may bring along.

use std::future::Future;

use futures::channel::mpsc;
use futures::{SinkExt, StreamExt};

pub type Tx = mpsc::Sender<u64>;
pub type Rx = mpsc::Receiver<u64>;

pub fn channel() -> (Tx, Rx) {
    mpsc::channel(16)
}

pub fn send(tx: &mut Tx, v: u64) -> impl Future + '_ {
    tx.send(v)
}

pub fn recv(rx: &mut Rx) -> impl Future<Output = Option<u64>> + '_ {
    rx.next()
}
