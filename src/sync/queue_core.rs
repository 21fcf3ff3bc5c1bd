//! What queues have in common: waiting for items and for room in the order of arrival, whatever the items' order.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use super::event::Gate;
use super::line::{Line, OtherLoop, Turn};
use super::queue_error::{GetError, GetNowaitError, PutError, PutNowaitError, TooManyDone};
use super::resource::Resource;

/// What a queue keeps its items in: it decides which one is got next.
///
/// It is what asyncio leaves to subclasses of its `Queue`; implement it for an order of your own.
///
/// ```
/// use seedbed::sync::{OrderedQueue, Store};
///
/// /// Keeps only the newest item: what an observer needs to know is the latest value.
/// #[derive(Default)]
/// struct Latest(Option<u32>);
///
/// impl Store for Latest {
///     type Item = u32;
///     const KIND: &'static str = "latest";
///     fn push(&mut self, item: u32) {
///         self.0 = Some(item);
///     }
///     fn pop(&mut self) -> Option<u32> {
///         self.0.take()
///     }
///     fn len(&self) -> usize {
///         usize::from(self.0.is_some())
///     }
/// }
///
/// let queue = OrderedQueue::<Latest>::new(0);
/// queue.put_nowait(1).unwrap();
/// queue.put_nowait(2).unwrap();
/// assert_eq!((queue.get_nowait(), queue.qsize()), (Ok(2), 0));
/// ```
pub trait Store: Default {
    /// What is put and got.
    type Item;
    /// What such a queue is called in traces and reports.
    const KIND: &'static str;
    /// Takes an item in.
    fn push(&mut self, item: Self::Item);
    /// Gives an item away, if there is one.
    fn pop(&mut self) -> Option<Self::Item>;
    /// How many items there are.
    fn len(&self) -> usize;
    /// True if there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What all handles of a queue share.
#[derive(Debug)]
pub(super) struct QueueCore<S> {
    pub(super) resource: Resource,
    items: RefCell<S>,
    /// 0 for no bound.
    pub(super) maxsize: usize,
    getters: Line,
    /// Invariant: bound to the same loop as `getters`.
    putters: Line,
    /// Items put and not yet reported done.
    unfinished: Cell<usize>,
    /// Open while there are none of those.
    finished: Gate,
    is_shut_down: Cell<bool>,
}

impl<S: Store> QueueCore<S> {
    pub(super) fn new(maxsize: usize) -> Rc<Self> {
        Rc::new(Self {
            resource: Resource::new(S::KIND),
            items: RefCell::default(),
            maxsize,
            getters: Line::default(),
            putters: Line::default(),
            unfinished: Cell::new(0),
            finished: Gate::new(true),
            is_shut_down: Cell::new(false),
        })
    }

    /// How many wait for an item.
    pub(super) fn getters(&self) -> usize {
        self.getters.len()
    }

    /// How many wait for room.
    pub(super) fn putters(&self) -> usize {
        self.putters.len()
    }

    pub(super) fn check_loop(&self) -> Result<(), OtherLoop> {
        self.getters.check()
    }

    pub(super) fn check_join_loop(&self) -> Result<(), OtherLoop> {
        if self.finished.is_open() { Ok(()) } else { self.finished.check_loop() }
    }

    pub(super) fn len(&self) -> usize {
        self.items.borrow().len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.maxsize > 0 && self.len() >= self.maxsize
    }

    pub(super) async fn put(&self, item: S::Item) -> Result<(), PutError<S::Item>> {
        while self.is_full() {
            if self.is_shut_down.get() {
                return Err(PutError::ShutDown(item));
            }
            let is_open = |core: &Self| !core.is_full();
            let lines = [&self.putters, &self.getters];
            if Passage::new(self, "Queue::put", lines, is_open).await.is_err() {
                return Err(PutError::OtherLoop(item));
            }
        }
        self.put_nowait(item).map_err(|error| PutError::ShutDown(error.into_item()))
    }

    pub(super) fn put_nowait(&self, item: S::Item) -> Result<(), PutNowaitError<S::Item>> {
        if self.is_shut_down.get() {
            return Err(PutNowaitError::ShutDown(item));
        }
        if self.is_full() {
            return Err(PutNowaitError::Full(item));
        }
        self.items.borrow_mut().push(item);
        self.unfinished.set(self.unfinished.get() + 1);
        self.finished.close();
        self.getters.call_out_and_tell(&self.resource);
        Ok(())
    }

    pub(super) async fn get(&self) -> Result<S::Item, GetError> {
        let mut waited = false;
        while self.len() == 0 {
            if self.is_shut_down.get() {
                return Err(GetError::ShutDown);
            }
            let is_open = |core: &Self| core.len() > 0;
            let lines = [&self.getters, &self.putters];
            if Passage::new(self, "Queue::get", lines, is_open).await.is_err() {
                return Err(GetError::OtherLoop);
            }
            waited = true;
        }
        Ok(self.take(waited))
    }

    pub(super) fn get_nowait(&self) -> Result<S::Item, GetNowaitError> {
        match self.len() {
            0 if self.is_shut_down.get() => Err(GetNowaitError::ShutDown),
            0 => Err(GetNowaitError::Empty),
            _ => Ok(self.take(false)),
        }
    }

    fn take(&self, waited: bool) -> S::Item {
        let item = self.items.borrow_mut().pop();
        let item = item.expect("the store of a queue has items by its `len`, but its `pop` gave none");
        self.resource.received(waited);
        self.putters.call_out();
        item
    }

    pub(super) fn task_done(&self) -> Result<(), TooManyDone> {
        let left = self.unfinished.get().checked_sub(1).ok_or(TooManyDone)?;
        self.unfinished.set(left);
        if left == 0 && self.finished.open() > 0 {
            self.resource.signalled(true);
        }
        Ok(())
    }

    /// Waits until nothing is unfinished.
    pub(super) async fn finished(&self) -> Result<(), OtherLoop> {
        self.finished.pass("Queue::join", &self.resource).await
    }

    pub(super) fn shut_down(&self, immediate: bool) {
        self.is_shut_down.set(true);
        let mut dropped = Vec::new();
        if immediate {
            let mut items = self.items.borrow_mut();
            while let Some(item) = items.pop() {
                dropped.push(item);
                self.unfinished.set(self.unfinished.get().saturating_sub(1));
            }
            drop(items);
            if self.unfinished.get() == 0 {
                self.finished.open();
            }
        }
        let heard = self.getters.call_all_out() + self.putters.call_all_out();
        self.resource.signalled(heard > 0);
    }
}

/// A wait for an item, or for room. Whoever gives it up after it was called, and could have gone on, calls the next.
struct Passage<'a, S> {
    core: &'a QueueCore<S>,
    what: &'static str,
    /// The line to wait in, and the other.
    lines: [&'a Line; 2],
    is_open: fn(&QueueCore<S>) -> bool,
    turn: Turn<'a>,
    done: bool,
}

impl<'a, S> Passage<'a, S> {
    fn new(
        core: &'a QueueCore<S>,
        what: &'static str,
        lines: [&'a Line; 2],
        is_open: fn(&QueueCore<S>) -> bool,
    ) -> Self {
        Self { core, what, lines, is_open, turn: lines[0].turn(), done: false }
    }
}

impl<S> Future for Passage<'_, S> {
    type Output = Result<(), OtherLoop>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let over = ready!(this.turn.join_and_wait(this.lines[1], this.what, &this.core.resource, cx));
        this.done = true;
        Poll::Ready(over)
    }
}

impl<S> Drop for Passage<'_, S> {
    /// Whoever was called is out of the line already.
    fn drop(&mut self) {
        if !self.done && self.turn.was_called() && (self.is_open)(self.core) {
            self.lines[0].call_out();
        }
    }
}
