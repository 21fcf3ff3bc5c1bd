//! The bounded channel: a `seedbed::sync::Queue` that closes with its last sender.

use std::fmt;
use std::future::Future;
use std::rc::{Rc, Weak};

use openraft_rt::{Mpsc, MpscReceiver, MpscSender, MpscWeakSender, SendError, TryRecvError};
use seedbed::sync::{GetNowaitError, Queue};

/// Channels on the virtual loop.
#[derive(Debug)]
pub struct Channel;

/// What all senders share.
struct Senders<T> {
    queue: Queue<T>,
}

impl<T> Drop for Senders<T> {
    /// The last sender is gone: what was sent is still received, then the end.
    fn drop(&mut self) {
        self.queue.shutdown(false);
    }
}

/// The end that sends.
pub struct Sender<T>(Rc<Senders<T>>);

/// A sender that does not keep the channel open.
pub struct WeakSender<T>(Weak<Senders<T>>);

/// The end that receives.
pub struct Receiver<T> {
    queue: Queue<T>,
}

impl<T> Drop for Receiver<T> {
    /// What was sent and not received is dropped, and senders are told.
    fn drop(&mut self) {
        self.queue.shutdown(true);
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self(Weak::clone(&self.0))
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("waiting", &self.0.queue.qsize()).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSender").field("senders", &self.0.strong_count()).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("waiting", &self.queue.qsize()).finish_non_exhaustive()
    }
}

impl Mpsc for Channel {
    type Sender<T> = Sender<T>;
    type Receiver<T> = Receiver<T>;
    type WeakSender<T> = WeakSender<T>;

    fn channel<T>(buffer: usize) -> (Sender<T>, Receiver<T>) {
        // For a queue 0 means that there is no bound; a channel of openraft has one.
        assert!(buffer > 0, "a bounded channel needs room for at least one message");
        let queue = Queue::new(buffer);
        (Sender(Rc::new(Senders { queue: queue.clone() })), Receiver { queue })
    }
}

impl<T> MpscSender<Channel, T> for Sender<T> {
    fn send(&self, message: T) -> impl Future<Output = Result<(), SendError<T>>> {
        let sent = self.0.queue.put(message);
        async move { sent.await.map_err(|error| SendError(error.into_item())) }
    }

    fn downgrade(&self) -> WeakSender<T> {
        WeakSender(Rc::downgrade(&self.0))
    }
}

impl<T> MpscReceiver<T> for Receiver<T> {
    fn recv(&mut self) -> impl Future<Output = Option<T>> {
        let received = self.queue.get();
        async move { received.await.ok() }
    }

    fn try_recv(&mut self) -> Result<T, TryRecvError> {
        self.queue.get_nowait().map_err(|error| match error {
            GetNowaitError::Empty => TryRecvError::Empty,
            _ => TryRecvError::Disconnected,
        })
    }
}

impl<T> MpscWeakSender<Channel, T> for WeakSender<T> {
    fn upgrade(&self) -> Option<Sender<T>> {
        self.0.upgrade().map(Sender)
    }
}
