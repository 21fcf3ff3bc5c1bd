//! The channel for one message: that of the futures crate, which needs wakers and nothing else.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::oneshot;
use openraft_rt::{Oneshot, OneshotSender};

/// Channels for one message.
#[derive(Debug)]
pub struct Once;

/// The end that sends.
#[derive(Debug)]
pub struct OnceSender<T>(oneshot::Sender<T>);

/// The end that receives: a future.
#[derive(Debug)]
pub struct OnceReceiver<T>(oneshot::Receiver<T>);

impl Oneshot for Once {
    type Sender<T> = OnceSender<T>;
    type Receiver<T> = OnceReceiver<T>;
    type ReceiverError = oneshot::Canceled;

    fn channel<T>() -> (OnceSender<T>, OnceReceiver<T>) {
        let (sender, receiver) = oneshot::channel();
        (OnceSender(sender), OnceReceiver(receiver))
    }
}

impl<T> OneshotSender<T> for OnceSender<T> {
    fn send(self, message: T) -> Result<(), T> {
        self.0.send(message)
    }
}

impl<T> Future for OnceReceiver<T> {
    type Output = Result<T, oneshot::Canceled>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx)
    }
}
