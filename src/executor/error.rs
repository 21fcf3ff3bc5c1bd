//! Why an executor refused a job, or a job has no value.

use crate::task::TaskError;

/// A pool needs at least one worker.
///
/// ```
/// use seedbed::{Sim, ThreadPool, ZeroWorkers};
/// let report = Sim::new(0).drive(|| ThreadPool::new(0).map(|_| ()));
/// assert_eq!(report.unwrap(), Err(ZeroWorkers));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ZeroWorkers;

impl std::fmt::Display for ZeroWorkers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a pool of zero workers would never run a job: give it at least one")
    }
}

impl std::error::Error for ZeroWorkers {}

/// A worker process of the pool ended abruptly: what it ran is lost, and the pool is of no more use.
///
/// ```
/// use seedbed::{BrokenProcessPool, ExecutorError, ProcessError, ProcessPool, Sim, blocking};
/// let report = Sim::new(0).run(async {
///     let pool = ProcessPool::new(2).unwrap();
///     let lost = pool.submit(|()| blocking::crash_worker(), ()).unwrap().await.unwrap();
///     (lost, pool.submit(|()| 1, ()).err())
/// });
/// let (lost, refused): (Result<(), _>, _) = report.unwrap();
/// assert_eq!(lost, Err(ProcessError::Broken(BrokenProcessPool)));
/// assert_eq!(refused, Some(ExecutorError::Broken(BrokenProcessPool)));
/// ```
#[doc(alias = "concurrent.futures.process.BrokenProcessPool")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BrokenProcessPool;

impl std::fmt::Display for BrokenProcessPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "A process in the process pool was terminated abruptly, the pool is not usable anymore: make a new one",
        )
    }
}

impl std::error::Error for BrokenProcessPool {}

/// Why a job was not taken.
///
/// ```
/// use seedbed::{ExecutorError, Shutdown, Sim, ThreadPool};
/// let report = Sim::new(0).drive(|| {
///     let pool = ThreadPool::new(1).unwrap();
///     pool.shutdown(Shutdown::default());
///     pool.submit(|| ()).err()
/// });
/// let refused = report.unwrap().unwrap();
/// assert_eq!(refused, ExecutorError::Shutdown);
/// assert_eq!(refused.to_string(), "cannot schedule new futures after shutdown");
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ExecutorError {
    /// The pool was shut down.
    Shutdown,
    /// The default executor of the loop was shut down.
    DefaultShutdown,
    /// The loop is closed.
    LoopClosed,
    /// A worker of the process pool has crashed.
    Broken(BrokenProcessPool),
    /// The default executor was to have no workers; see [`Sim::default_workers`](crate::Sim::default_workers).
    ZeroWorkers(ZeroWorkers),
    /// The argument has no form in bytes, so it cannot be sent to another process; with the reason.
    Unsendable(String),
}

impl std::fmt::Display for ExecutorError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Shutdown => f.write_str("cannot schedule new futures after shutdown"),
            Self::DefaultShutdown => f.write_str("Executor shutdown has been called"),
            Self::LoopClosed => f.write_str("Event loop is closed"),
            Self::Broken(broken) => broken.fmt(f),
            Self::ZeroWorkers(zero) => zero.fmt(f),
            Self::Unsendable(reason) => {
                write!(f, "the argument cannot be sent to another process: {reason}")
            }
        }
    }
}

impl std::error::Error for ExecutorError {}

/// Why a job of a [`ProcessPool`](crate::ProcessPool) has no value.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ProcessError {
    /// A worker of the pool crashed before the job was done.
    Broken(BrokenProcessPool),
    /// The argument or the result did not come through as bytes; with the reason.
    Unsendable(String),
}

impl std::fmt::Display for ProcessError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Broken(broken) => broken.fmt(f),
            Self::Unsendable(reason) => {
                write!(f, "the argument or result of a job cannot be sent to another process: {reason}")
            }
        }
    }
}

impl std::error::Error for ProcessError {}

/// Why [`to_thread`](crate::to_thread) has no value.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum JobError {
    /// The job was not taken.
    Refused(ExecutorError),
    /// The job was taken, but was cancelled or panicked.
    Ended(TaskError),
}

impl std::fmt::Display for JobError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Ended(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for JobError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(error) => Some(error),
            Self::Ended(error) => Some(error),
        }
    }
}

impl From<ExecutorError> for JobError {
    fn from(error: ExecutorError) -> Self {
        Self::Refused(error)
    }
}

impl From<TaskError> for JobError {
    fn from(error: TaskError) -> Self {
        Self::Ended(error)
    }
}
