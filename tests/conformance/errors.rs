//! The texts that Python gives to what seedbed says with types.

use seedbed::task::Cancelled;
use seedbed::time::RescheduleError;
use seedbed::{GroupClosed, InvalidState, LoopError, TaskError, TryGatherError, catch_cancel};

use crate::exceptions::{Exc, Kind};
use crate::values::Value;

/// How a coroutine, a job or a future of the language ends.
pub(crate) type Res = Result<Value, Exc>;

impl From<Cancelled> for Exc {
    fn from(cancelled: Cancelled) -> Exc {
        Exc::with(Kind::CancelledError, cancelled.message().map(str::to_owned))
    }
}

impl From<TaskError> for Exc {
    fn from(error: TaskError) -> Exc {
        match error {
            TaskError::Cancelled(cancelled) => cancelled.into(),
            TaskError::NotDone => Exc::new(Kind::InvalidStateError, "Result is not set."),
            TaskError::AwaitsItself => Exc::runtime("Task cannot await on itself"),
            TaskError::OtherLoop => Exc::runtime("Task got Future attached to a different loop"),
            other => Exc::invalid(format!("unexpected {other:?}")),
        }
    }
}

impl From<TryGatherError<Exc>> for Exc {
    fn from(error: TryGatherError<Exc>) -> Exc {
        match error {
            TryGatherError::Failed(exc) => exc,
            other => Exc::invalid(format!("unexpected {other:?}")),
        }
    }
}

impl From<GroupClosed> for Exc {
    fn from(error: GroupClosed) -> Exc {
        Exc::runtime(&error.to_string())
    }
}

impl From<RescheduleError> for Exc {
    fn from(error: RescheduleError) -> Exc {
        Exc::runtime(match error {
            RescheduleError::Created => "Timeout has not been entered",
            RescheduleError::Expiring => "Cannot change state of expiring Timeout",
            RescheduleError::Expired => "Cannot change state of expired Timeout",
            _ => "Cannot change state of finished Timeout",
        })
    }
}

/// What `set_result` and `set_exception` raise; `what` is the one of the two.
pub(crate) fn invalid_state(error: InvalidState, what: &str) -> Exc {
    match error {
        InvalidState::Done => Exc::new(Kind::InvalidStateError, "invalid state"),
        InvalidState::NotForTasks => Exc::runtime(&format!("Task does not support {what} operation")),
        _ => closed(),
    }
}

pub(crate) fn closed() -> Exc {
    Exc::runtime("Event loop is closed")
}

/// What a call of the loop raises; `Ended` and `Task` are the caller's to tell apart.
pub(crate) fn loop_error(error: &LoopError) -> Exc {
    Exc::runtime(&error.to_string())
}

/// What a reader of a settled future gets.
pub(crate) fn read(outcome: Result<Res, TaskError>) -> Res {
    outcome.unwrap_or_else(|error| Err(error.into()))
}

/// Awaits an operation; a cancellation that arrives meanwhile becomes an exception.
pub(crate) async fn caught<T>(operation: impl Future<Output = T>) -> Result<T, Exc> {
    catch_cancel(operation).await.map_err(Exc::from)
}

/// Turns a CancelledError back into a cancellation, for seedbed to see what leaves a block or a task.
pub(crate) async fn resumed<T>(result: Result<T, Exc>) -> Result<T, Exc> {
    match result {
        Err(exc) if exc.is_cancelled() => match Cancelled::new(exc.message()).resume().await {},
        other => other,
    }
}
