//! seedbed's own channels: queues, as asyncio has them.

use std::future::Future;
use std::rc::Rc;

use futures::FutureExt;
use seedbed::sync::Queue;

/// A queue that is shut down with the last of its senders.
pub struct Tx {
    queue: Queue<u64>,
    senders: Rc<()>,
}

impl Clone for Tx {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), senders: Rc::clone(&self.senders) }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if Rc::strong_count(&self.senders) == 1 {
            self.queue.shutdown(false);
        }
    }
}

pub type Rx = Queue<u64>;

pub fn channel() -> (Tx, Rx) {
    let queue = Queue::new(16);
    (Tx { queue: queue.clone(), senders: Rc::new(()) }, queue)
}

pub fn send(tx: &mut Tx, v: u64) -> impl Future + '_ {
    tx.queue.put(v)
}

pub fn recv(rx: &mut Rx) -> impl Future<Output = Option<u64>> + '_ {
    rx.get().map(Result::ok)
}
