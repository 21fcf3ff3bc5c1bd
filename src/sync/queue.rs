//! Queues as tasks use them, and the plain one: first in, first out.

use std::collections::VecDeque;
use std::rc::Rc;

use super::line::OtherLoop;
use super::queue_core::{QueueCore, Store};
use super::queue_error::{GetError, GetNowaitError, PutError, PutNowaitError, TooManyDone};

/// Keeps items in the order in which they were put: the oldest is got first.
#[derive(Clone, Debug)]
pub struct Oldest<T>(VecDeque<T>);

impl<T> Default for Oldest<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T> Store for Oldest<T> {
    type Item = T;
    const KIND: &'static str = "queue";

    fn push(&mut self, item: T) {
        self.0.push_back(item);
    }

    fn pop(&mut self) -> Option<T> {
        self.0.pop_front()
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// A queue whose oldest item is got first; tasks that wait for an item, or for room, are served in the order in which
/// they came.
///
/// ```
/// use seedbed::{Sim, spawn, sync::{GetError, Queue}};
///
/// let report = Sim::new(0).run(async {
///     let mail = Queue::new(1).named("mail");
///     let inbox = mail.clone();
///     let reader = spawn(async move {
///         let mut read = Vec::new();
///         loop {
///             match inbox.get().await {
///                 Ok(letter) => read.push(letter),
///                 Err(GetError::ShutDown) => return read,
///                 Err(error) => panic!("{error}"),
///             }
///         }
///     });
///     for letter in ["a", "b", "c"] {
///         mail.put(letter).await.unwrap(); // waits while the box is full
///     }
///     mail.shutdown(false);
///     reader.await.unwrap()
/// });
/// assert_eq!(report.unwrap(), ["a", "b", "c"]);
/// ```
#[doc(alias = "asyncio.Queue")]
#[doc(alias = "tokio::sync::mpsc")]
#[doc(alias = "channel")]
pub type Queue<T> = OrderedQueue<Oldest<T>>;

/// What [`Queue`], [`LifoQueue`](super::LifoQueue) and [`PriorityQueue`](super::PriorityQueue) are: a queue whose
/// [`Store`] says which item is got next.
pub struct OrderedQueue<S> {
    core: Rc<QueueCore<S>>,
}

impl<S: Store> OrderedQueue<S> {
    /// A queue for at most `maxsize` items; 0 stands for no bound. It can be made, and filled, anywhere, even outside a
    /// run.
    ///
    /// ```
    /// use seedbed::sync::Queue;
    /// let (small, unbounded) = (Queue::<u8>::new(2), Queue::<u8>::new(0));
    /// assert_eq!((small.maxsize(), unbounded.full()), (2, false));
    /// ```
    #[must_use]
    pub fn new(maxsize: usize) -> Self {
        Self { core: QueueCore::new(maxsize) }
    }

    /// Names it, for traces and for the report of a deadlock.
    ///
    /// ```
    /// use seedbed::{FailureKind, Sim, sync::Queue};
    /// let report = Sim::new(0).run(async { Queue::<u8>::new(0).named("mail").get().await });
    /// let FailureKind::Deadlock { blocked, .. } = report.result.unwrap_err().kind else { panic!("no deadlock") };
    /// assert_eq!(blocked[0].waits_for, "queue mail");
    /// ```
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.core.resource.rename(name);
        self
    }

    /// Puts an item in; waits while the queue is full.
    ///
    /// # Errors
    ///
    /// [`PutError::ShutDown`]; [`PutError::OtherLoop`], if it would have to wait and others wait on another loop. The
    /// item comes back with it.
    ///
    /// ```
    /// use seedbed::{Sim, sync::Queue};
    /// let report = Sim::new(0).run(async {
    ///     let queue = Queue::new(1);
    ///     queue.put(7).await.unwrap();
    ///     queue.get().await.unwrap()
    /// });
    /// assert_eq!(report.unwrap(), 7);
    /// ```
    #[doc(alias = "asyncio.Queue.put")]
    #[doc(alias = "send")]
    pub fn put(&self, item: S::Item) -> impl Future<Output = Result<(), PutError<S::Item>>> + use<S> {
        let core = Rc::clone(&self.core);
        async move { core.put(item).await }
    }

    /// Puts an item in, if there is room at once.
    ///
    /// # Errors
    ///
    /// [`PutNowaitError::Full`], [`PutNowaitError::ShutDown`]; the item comes back with it.
    ///
    /// ```
    /// use seedbed::sync::{PutNowaitError, Queue};
    /// let queue = Queue::new(1);
    /// assert_eq!(queue.put_nowait(1), Ok(()));
    /// assert_eq!(queue.put_nowait(2), Err(PutNowaitError::Full(2)));
    /// ```
    #[doc(alias = "asyncio.Queue.put_nowait")]
    #[doc(alias = "try_send")]
    pub fn put_nowait(&self, item: S::Item) -> Result<(), PutNowaitError<S::Item>> {
        self.core.put_nowait(item)
    }

    /// Takes the next item out; waits while the queue is empty.
    ///
    /// # Errors
    ///
    /// [`GetError::ShutDown`], once nothing is left; [`GetError::OtherLoop`], if it would have to wait and others wait
    /// on another loop.
    ///
    /// ```
    /// use seedbed::{Sim, spawn, sync::Queue};
    /// let report = Sim::new(0).run(async {
    ///     let queue = Queue::new(0);
    ///     let reader = spawn(queue.get());
    ///     queue.put_nowait(7).unwrap();
    ///     reader.await.unwrap()
    /// });
    /// assert_eq!(report.unwrap(), Ok(7));
    /// ```
    #[doc(alias = "asyncio.Queue.get")]
    #[doc(alias = "recv")]
    pub fn get(&self) -> impl Future<Output = Result<S::Item, GetError>> + use<S> {
        let core = Rc::clone(&self.core);
        async move { core.get().await }
    }

    /// Takes the next item out, if there is one.
    ///
    /// # Errors
    ///
    /// [`GetNowaitError::Empty`]; [`GetNowaitError::ShutDown`], if it is empty and was shut down.
    ///
    /// ```
    /// use seedbed::sync::{GetNowaitError, Queue};
    /// let queue = Queue::new(0);
    /// queue.put_nowait('a').unwrap();
    /// assert_eq!((queue.get_nowait(), queue.get_nowait()), (Ok('a'), Err(GetNowaitError::Empty)));
    /// ```
    #[doc(alias = "asyncio.Queue.get_nowait")]
    #[doc(alias = "try_recv")]
    pub fn get_nowait(&self) -> Result<S::Item, GetNowaitError> {
        self.core.get_nowait()
    }

    /// Says that one item, got before, has been dealt with; [`join`](Self::join) waits for as many as were put.
    ///
    /// # Errors
    ///
    /// [`TooManyDone`].
    ///
    /// ```
    /// use seedbed::sync::{Queue, TooManyDone};
    /// let queue = Queue::new(0);
    /// queue.put_nowait("work").unwrap();
    /// queue.get_nowait().unwrap();
    /// assert_eq!((queue.task_done(), queue.task_done()), (Ok(()), Err(TooManyDone)));
    /// ```
    #[doc(alias = "asyncio.Queue.task_done")]
    pub fn task_done(&self) -> Result<(), TooManyDone> {
        self.core.task_done()
    }

    /// Waits until every item that was put has been reported [done](Self::task_done).
    ///
    /// # Panics
    ///
    /// If it would have to wait and others wait on another loop; [`check_join_loop`](Self::check_join_loop) tells.
    ///
    /// ```
    /// use seedbed::{Sim, spawn, sync::Queue};
    /// let report = Sim::new(0).run(async {
    ///     let queue = Queue::new(0);
    ///     queue.put_nowait("work").unwrap();
    ///     let theirs = queue.clone();
    ///     let worker = spawn(async move {
    ///         let work = theirs.get().await.unwrap();
    ///         theirs.task_done().unwrap();
    ///         work
    ///     });
    ///     queue.join().await;
    ///     worker.await.unwrap()
    /// });
    /// assert_eq!(report.unwrap(), "work");
    /// ```
    #[doc(alias = "asyncio.Queue.join")]
    pub fn join(&self) -> impl Future<Output = ()> + use<S> {
        let core = Rc::clone(&self.core);
        async move {
            if let Err(error) = core.finished().await {
                panic!("Queue::join: {error}");
            }
        }
    }

    /// Shuts the queue down: nothing can be put from here on, and nothing be got once it is empty. Everybody who waits
    /// at it is told.
    ///
    /// With `immediate` its items are dropped, and count as done.
    ///
    /// ```
    /// use seedbed::sync::{GetNowaitError, PutNowaitError, Queue};
    /// let queue = Queue::new(0);
    /// queue.put_nowait(1).unwrap();
    /// queue.shutdown(false);
    /// assert_eq!(queue.put_nowait(2), Err(PutNowaitError::ShutDown(2)));
    /// assert_eq!((queue.get_nowait(), queue.get_nowait()), (Ok(1), Err(GetNowaitError::ShutDown)));
    /// ```
    #[doc(alias = "asyncio.Queue.shutdown")]
    #[doc(alias = "close")]
    pub fn shutdown(&self, immediate: bool) {
        self.core.shut_down(immediate);
    }

    /// How many items are in it.
    ///
    /// ```
    /// assert_eq!(seedbed::sync::Queue::<u8>::new(0).qsize(), 0);
    /// ```
    #[doc(alias = "asyncio.Queue.qsize")]
    #[doc(alias = "len")]
    #[must_use]
    pub fn qsize(&self) -> usize {
        self.core.len()
    }

    /// How many items fit in; 0 for no bound.
    ///
    /// ```
    /// assert_eq!(seedbed::sync::Queue::<u8>::new(3).maxsize(), 3);
    /// ```
    #[doc(alias = "asyncio.Queue.maxsize")]
    #[doc(alias = "capacity")]
    #[must_use]
    pub fn maxsize(&self) -> usize {
        self.core.maxsize
    }

    /// True if no item is in it.
    ///
    /// ```
    /// assert!(seedbed::sync::Queue::<u8>::new(0).empty());
    /// ```
    #[doc(alias = "asyncio.Queue.empty")]
    #[must_use]
    pub fn empty(&self) -> bool {
        self.core.len() == 0
    }

    /// True if no more items fit in.
    ///
    /// ```
    /// assert!(!seedbed::sync::Queue::<u8>::new(1).full());
    /// ```
    #[doc(alias = "asyncio.Queue.full")]
    #[must_use]
    pub fn full(&self) -> bool {
        self.core.is_full()
    }

    /// Whether the running code may wait for items or for room.
    ///
    /// # Errors
    ///
    /// [`OtherLoop`], if somebody has waited for them on another loop.
    ///
    /// ```
    /// assert_eq!(seedbed::sync::Queue::<u8>::new(1).check_loop(), Ok(()));
    /// ```
    pub fn check_loop(&self) -> Result<(), OtherLoop> {
        self.core.check_loop()
    }

    /// Whether the running code may call [`join`](Self::join).
    ///
    /// # Errors
    ///
    /// [`OtherLoop`], if it would have to wait and somebody has waited there on another loop.
    ///
    /// ```
    /// assert_eq!(seedbed::sync::Queue::<u8>::new(1).check_join_loop(), Ok(()));
    /// ```
    pub fn check_join_loop(&self) -> Result<(), OtherLoop> {
        self.core.check_join_loop()
    }
}

impl<S: Store> Default for OrderedQueue<S> {
    /// A queue without a bound.
    fn default() -> Self {
        Self::new(0)
    }
}

impl<S> Clone for OrderedQueue<S> {
    fn clone(&self) -> Self {
        Self { core: Rc::clone(&self.core) }
    }
}

impl<S: Store> std::fmt::Debug for OrderedQueue<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue")
            .field("qsize", &self.qsize())
            .field("maxsize", &self.maxsize())
            .field("getting", &self.core.getters())
            .field("putting", &self.core.putters())
            .finish()
    }
}
