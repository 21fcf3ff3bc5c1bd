//! What queues refuse, and why.

use std::fmt;

use super::line::OtherLoop;

/// Why an item could not be put into a queue; the item comes back with it.
///
/// ```
/// use seedbed::{Sim, sync::{PutError, Queue}};
/// let report = Sim::new(0).run(async {
///     let queue = Queue::new(0);
///     queue.shutdown(false);
///     queue.put("late").await
/// });
/// assert_eq!(report.unwrap(), Err(PutError::ShutDown("late")));
/// ```
#[doc(alias = "SendError")]
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PutError<T> {
    /// The queue was shut down.
    #[doc(alias = "asyncio.QueueShutDown")]
    ShutDown(T),
    /// The queue is full, and those who wait for room do so on another loop.
    OtherLoop(T),
}

/// Why an item could not be put into a queue at once; the item comes back with it.
///
/// ```
/// use seedbed::sync::{PutNowaitError, Queue};
/// let queue = Queue::new(1);
/// queue.put_nowait("first").unwrap();
/// assert_eq!(queue.put_nowait("second"), Err(PutNowaitError::Full("second")));
/// ```
#[doc(alias = "TrySendError")]
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PutNowaitError<T> {
    /// There is no room.
    #[doc(alias = "asyncio.QueueFull")]
    Full(T),
    /// The queue was shut down.
    #[doc(alias = "asyncio.QueueShutDown")]
    ShutDown(T),
}

/// Why no item could be got from a queue.
///
/// ```
/// use seedbed::{Sim, sync::{GetError, Queue}};
/// let report = Sim::new(0).run(async {
///     let queue = Queue::<u32>::new(0);
///     queue.shutdown(false);
///     queue.get().await
/// });
/// assert_eq!(report.unwrap(), Err(GetError::ShutDown));
/// ```
#[doc(alias = "RecvError")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum GetError {
    /// The queue was shut down, and nothing is left in it.
    #[doc(alias = "asyncio.QueueShutDown")]
    ShutDown,
    /// The queue is empty, and those who wait for an item do so on another loop.
    OtherLoop,
}

/// Why no item could be got from a queue at once.
///
/// ```
/// use seedbed::sync::{GetNowaitError, Queue};
/// assert_eq!(Queue::<u32>::new(0).get_nowait(), Err(GetNowaitError::Empty));
/// ```
#[doc(alias = "TryRecvError")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum GetNowaitError {
    /// There is no item.
    #[doc(alias = "asyncio.QueueEmpty")]
    Empty,
    /// The queue was shut down, and nothing is left in it.
    #[doc(alias = "asyncio.QueueShutDown")]
    ShutDown,
}

/// More items were reported done than were put into the queue.
///
/// ```
/// use seedbed::sync::{Queue, TooManyDone};
/// assert_eq!(Queue::<u32>::new(0).task_done(), Err(TooManyDone));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooManyDone;

const SHUT_DOWN: &str = "the queue was shut down";

impl<T> PutError<T> {
    /// The item that was not put.
    ///
    /// ```
    /// assert_eq!(seedbed::sync::PutError::ShutDown(7).into_item(), 7);
    /// ```
    #[must_use]
    pub fn into_item(self) -> T {
        match self {
            Self::ShutDown(item) | Self::OtherLoop(item) => item,
        }
    }
}

impl<T> PutNowaitError<T> {
    /// The item that was not put.
    ///
    /// ```
    /// assert_eq!(seedbed::sync::PutNowaitError::Full(7).into_item(), 7);
    /// ```
    #[must_use]
    pub fn into_item(self) -> T {
        match self {
            Self::Full(item) | Self::ShutDown(item) => item,
        }
    }
}

impl<T> fmt::Display for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ShutDown(_) => f.write_str(SHUT_DOWN),
            Self::OtherLoop(_) => OtherLoop.fmt(f),
        }
    }
}

impl<T> fmt::Display for PutNowaitError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "the queue is full",
            Self::ShutDown(_) => SHUT_DOWN,
        })
    }
}

impl fmt::Display for GetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ShutDown => f.write_str(SHUT_DOWN),
            Self::OtherLoop => OtherLoop.fmt(f),
        }
    }
}

impl fmt::Display for GetNowaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the queue is empty",
            Self::ShutDown => SHUT_DOWN,
        })
    }
}

impl fmt::Display for TooManyDone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("task_done() called too many times: call it once for each item that was put")
    }
}

// Items need not be `Debug` for an error to be one.
impl<T> fmt::Debug for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ShutDown(_) => "ShutDown(..)",
            Self::OtherLoop(_) => "OtherLoop(..)",
        })
    }
}

impl<T> fmt::Debug for PutNowaitError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::ShutDown(_) => "ShutDown(..)",
        })
    }
}

impl<T> std::error::Error for PutError<T> {}
impl<T> std::error::Error for PutNowaitError<T> {}
impl std::error::Error for GetError {}
impl std::error::Error for GetNowaitError {}
impl std::error::Error for TooManyDone {}
