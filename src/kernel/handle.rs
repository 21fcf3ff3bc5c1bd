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
