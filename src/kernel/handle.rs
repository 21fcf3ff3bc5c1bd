//! What stands in a ready queue.

use super::arena::Key;
use crate::ident::TaskId;

/// A handle in the ready queue, in the order in which it was made ready.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ready {
    /// The next step of a task.
    Step(TaskId),
    /// A timer that has come due settles its future.
    Expiry(Key),
    /// A callback. A key that finds nothing was cancelled.
    Call(Key),
}

impl Ready {
    /// The task whose step it is, if it is one's.
    pub(super) fn task(self) -> Option<TaskId> {
        match self {
            Self::Step(id) => Some(id),
            Self::Expiry(_) | Self::Call(_) => None,
        }
    }
}

/// What was picked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Pick {
    Run(Ready),
    /// The clock moves to this instant while tasks wait.
    Clock(u64),
    /// The queue is empty.
    Nothing,
}
