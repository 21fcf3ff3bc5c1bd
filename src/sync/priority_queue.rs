//! A queue whose smallest item is got first.

use super::queue::OrderedQueue;
use super::queue_core::Store;

/// Keeps items in a binary heap: the smallest is got first.
///
/// Items that compare as equal but can be told apart (ordered by a key of theirs, say) come out in the order in which
/// Python's `heapq` gives them, which is fixed but not that of arrival: put a counter into the key where that matters.
#[derive(Clone, Debug)]
pub struct Smallest<T> {
    /// Invariant: no item is smaller than its parent, which for the one at `n` is the one at `(n - 1) / 2`.
    items: Vec<T>,
}

impl<T: Ord> Smallest<T> {
    /// Moves an item towards the root while it is smaller than its parent (heapq's `_siftdown`).
    fn rise(&mut self, mut at: usize) {
        while at > 0 {
            let parent = (at - 1) / 2;
            if self.items[at] >= self.items[parent] {
                break;
            }
            self.items.swap(at, parent);
            at = parent;
        }
    }

    /// Moves the root down to a leaf, always behind the smaller child, then up to where it belongs (heapq's `_siftup`).
    fn sink_root(&mut self) {
        let mut at = 0;
        loop {
            let (left, right) = (2 * at + 1, 2 * at + 2);
            if left >= self.items.len() {
                break;
            }
            let goes_right = right < self.items.len() && self.items[left] >= self.items[right];
            let child = if goes_right { right } else { left };
            self.items.swap(at, child);
            at = child;
        }
        self.rise(at);
    }
}

impl<T> Default for Smallest<T> {
    fn default() -> Self {
        Self { items: Vec::new() }
    }
}

impl<T: Ord> Store for Smallest<T> {
    type Item = T;
    const KIND: &'static str = "priority queue";

    fn push(&mut self, item: T) {
        self.items.push(item);
        self.rise(self.items.len() - 1);
    }

    fn pop(&mut self) -> Option<T> {
        if self.items.is_empty() {
            return None;
        }
        let smallest = self.items.swap_remove(0);
        self.sink_root();
        Some(smallest)
    }

    fn len(&self) -> usize {
        self.items.len()
    }
}

/// A [`Queue`](super::Queue) whose smallest item is got first.
///
/// ```
/// use seedbed::sync::PriorityQueue;
/// let jobs = PriorityQueue::new(0);
/// for job in [(3, "log"), (1, "reply"), (2, "index")] {
///     jobs.put_nowait(job).unwrap();
/// }
/// assert_eq!(jobs.get_nowait(), Ok((1, "reply")));
/// ```
#[doc(alias = "asyncio.PriorityQueue")]
#[doc(alias = "BinaryHeap")]
pub type PriorityQueue<T> = OrderedQueue<Smallest<T>>;
