//! A queue whose newest item is got first.

use super::queue::OrderedQueue;
use super::queue_core::Store;

/// Keeps items as a stack: the newest is got first.
#[derive(Clone, Debug)]
pub struct Newest<T>(Vec<T>);

impl<T> Default for Newest<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Store for Newest<T> {
    type Item = T;
    const KIND: &'static str = "lifo queue";

    fn push(&mut self, item: T) {
        self.0.push(item);
    }

    fn pop(&mut self) -> Option<T> {
        self.0.pop()
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// A [`Queue`](super::Queue) whose newest item is got first.
///
/// ```
/// use seedbed::sync::LifoQueue;
/// let undo = LifoQueue::new(0);
/// for step in ["type", "delete", "paste"] {
///     undo.put_nowait(step).unwrap();
/// }
/// assert_eq!(undo.get_nowait(), Ok("paste"));
/// ```
#[doc(alias = "asyncio.LifoQueue")]
pub type LifoQueue<T> = OrderedQueue<Newest<T>>;
