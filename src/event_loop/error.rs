//! Why a loop would not do what it was asked to.

use crate::kernel::Refusal;
use crate::task::{LoopClosed, TaskError};

/// Why an event loop refused a call, or ended without a value.
///
/// ```
/// use seedbed::{EventLoop, LoopError, Sim};
/// let report = Sim::new(0).drive(|| {
///     let event_loop = EventLoop::new();
///     event_loop.close().unwrap();
///     event_loop.run_until_complete(async {})
/// });
/// assert_eq!(report.unwrap(), Err(LoopError::Closed));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum LoopError {
    /// The loop was closed.
    Closed,
    /// The loop is running already.
    Running,
    /// Another loop of this run is running.
    OtherRunning,
    /// `run` (or a [`Runner`](crate::Runner)) was called while a loop is running.
    RunInsideLoop,
    /// A job of an executor asked for it: jobs run outside every loop.
    InsideJob,
    /// A running loop cannot be closed.
    CloseRunning,
    /// The runner was closed.
    RunnerClosed,
    /// `stop` came before the future was done.
    StoppedEarly,
    /// The future has no value: it was cancelled, or its task panicked.
    Task(TaskError),
    /// The run is over: a deadlock, a limit or a panic ended it, and its report says which.
    Ended,
}

impl std::fmt::Display for LoopError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Closed => "Event loop is closed",
            Self::Running => "This event loop is already running",
            Self::OtherRunning => "Cannot run the event loop while another loop is running",
            Self::RunInsideLoop => "run() cannot be called from a running event loop: await the future instead",
            Self::InsideJob => {
                "a job of an executor cannot run an event loop: spawn on the loop it came from, and wait with \
                 `blocking::wait`"
            }
            Self::CloseRunning => "Cannot close a running event loop",
            Self::RunnerClosed => "Runner is closed",
            Self::StoppedEarly => "Event loop stopped before Future completed.",
            Self::Task(error) => return error.fmt(f),
            Self::Ended => "the run is over: its report has the verdict",
        })
    }
}

impl std::error::Error for LoopError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Task(error) => Some(error),
            _ => None,
        }
    }
}

impl From<LoopClosed> for LoopError {
    fn from(_: LoopClosed) -> Self {
        Self::Closed
    }
}

impl From<TaskError> for LoopError {
    fn from(error: TaskError) -> Self {
        Self::Task(error)
    }
}

impl From<Refusal> for LoopError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Closed => Self::Closed,
            Refusal::Running => Self::Running,
            Refusal::OtherRunning => Self::OtherRunning,
            Refusal::InsideJob => Self::InsideJob,
            Refusal::Ended => Self::Ended,
        }
    }
}
