//! What awaiting a task or a promise may bring instead of a value.

use std::sync::Arc;

use crate::kernel::{Cancelled, PanicReport};

/// Why a task or promise has no value to give.
///
/// ```
/// use seedbed::{Sim, TaskError, sleep, spawn};
/// use std::time::Duration;
///
/// let report = Sim::new(0).run(async {
///     let task = spawn(sleep(Duration::from_secs(3600)));
///     task.cancel_with("not needed");
///     task.await
/// });
/// let error = report.unwrap().unwrap_err();
/// assert!(matches!(&error, TaskError::Cancelled(c) if c.message() == Some("not needed")));
/// assert!(error.is_cancelled());
/// ```
#[doc(alias = "JoinError")]
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum TaskError {
    /// It was cancelled, or failed with a cancellation as its error.
    Cancelled(Cancelled),
    /// It panicked. Who reads this has been told: the run does not fail because of this panic.
    Panicked(Arc<PanicReport>),
    /// Its value was moved out before. Several readers use [`Task::join`](crate::Task::join).
    Taken,
    /// It is not done (asyncio's `InvalidStateError: Result is not set.`); only from reading without waiting.
    NotDone,
    /// A task awaits itself.
    AwaitsItself,
    /// The awaiting task belongs to another loop.
    OtherLoop,
}

impl TaskError {
    /// True if it was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled(_))
    }

    /// True if it panicked.
    #[must_use]
    pub fn is_panic(&self) -> bool {
        matches!(self, Self::Panicked(_))
    }
}

impl std::fmt::Display for TaskError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cancelled(cancelled) => cancelled.fmt(f),
            Self::Panicked(report) => report.fmt(f),
            Self::Taken => {
                f.write_str("the value was moved out by an earlier await: let several readers await `join()` instead")
            }
            Self::NotDone => f.write_str("Result is not set: the future is not done yet"),
            Self::AwaitsItself => f.write_str("Task cannot await on itself"),
            Self::OtherLoop => f.write_str("Task got Future attached to a different loop"),
        }
    }
}

impl std::error::Error for TaskError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Cancelled(cancelled) => Some(cancelled),
            _ => None,
        }
    }
}

/// Why a promise could not be settled.
///
/// ```
/// use seedbed::{InvalidState, Promise, Sim};
/// let report = Sim::new(0).run(async {
///     let promise = Promise::new();
///     promise.set_result(1).unwrap();
///     promise.set_result(2)
/// });
/// assert_eq!(report.unwrap(), Err(InvalidState::Done));
/// ```
#[doc(alias = "asyncio.InvalidStateError")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum InvalidState {
    /// It is done already.
    Done,
    /// It is a task, whose result comes from its coroutine.
    NotForTasks,
    /// It was settled, but its loop is closed, so nobody is told.
    LoopClosed,
}

impl std::fmt::Display for InvalidState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Done => "invalid state: the future is done already",
            Self::NotForTasks => "Task does not support set_result operation: its coroutine sets the result",
            Self::LoopClosed => "Event loop is closed",
        })
    }
}

impl std::error::Error for InvalidState {}
