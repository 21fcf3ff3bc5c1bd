//! `run_in_executor` and `to_thread`: blocking code beside the loop.

use std::panic::Location;

use super::error::{ExecutorError, JobError};
use super::job::Rules;
use super::submit::Call;
use super::thread_pool::ThreadPool;
use crate::ident::LoopId;
use crate::task::Promise;

/// Runs blocking code in a pool of threads, beside the loop: in `&pool`, or with `None` in the loop's default executor,
/// which is made on first use ([`Sim::default_workers`](crate::Sim::default_workers) sets its size).
///
/// The job starts now if a worker is free, else when one becomes free; its code first runs when the loop next polls. When
/// it ends, the loop is told, and completes the promise in a handle of its own, one pass before whoever awaits it goes
/// on. Cancelling the promise takes effect at once; the job itself is cancelled one pass later, if no worker has taken it:
/// one that runs cannot be stopped, and keeps its worker until it ends.
///
/// A job's panic is [`TaskError::Panicked`](crate::TaskError::Panicked) for whoever awaits it, and fails the run if nobody
/// does.
///
/// # Errors
///
/// [`ExecutorError`]: the pool was shut down, or the loop is closed.
///
/// # Panics
///
/// Outside the pool's own run.
///
/// ```
/// use seedbed::{Sim, blocking, run_in_executor, sleep};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     let job = run_in_executor(None, || {
///         blocking::sleep(Duration::from_millis(500));
///         "read"
///     });
///     sleep(Duration::from_secs(1)).await;
///     job.unwrap().await.unwrap()
/// });
/// assert_eq!(report.end.to_string(), "1.000");
/// assert_eq!(report.unwrap(), "read");
/// ```
#[doc(alias = "asyncio.loop.run_in_executor")]
#[doc(alias = "tokio::task::spawn_blocking")]
#[track_caller]
pub fn run_in_executor<'a, T: 'static>(
    pool: impl Into<Option<&'a ThreadPool>>,
    job: impl FnOnce() -> T + 'static,
) -> Result<Promise<T>, ExecutorError> {
    run_on(None, pool.into(), job, |_| false, Location::caller())
}

/// As [`run_in_executor`], for a job whose `Err` counts as a failure: asyncio's exception of a future.
///
/// It is what [`wait`](crate::wait) with `FirstException` and [`try_gather`](crate::try_gather) look at.
///
/// # Errors
///
/// [`ExecutorError`], as [`run_in_executor`].
///
/// # Panics
///
/// Outside the pool's own run.
///
/// ```
/// use seedbed::{Sim, run_in_executor_fallible, sleep};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     let job = run_in_executor_fallible(None, || Err::<(), _>("disk full")).unwrap();
///     sleep(Duration::from_secs(1)).await;
///     (job.is_failed(), job.await)
/// });
/// assert_eq!(report.unwrap(), (true, Ok(Err("disk full"))));
/// ```
#[track_caller]
pub fn run_in_executor_fallible<'a, V: 'static, E: 'static>(
    pool: impl Into<Option<&'a ThreadPool>>,
    job: impl FnOnce() -> Result<V, E> + 'static,
) -> Result<Promise<Result<V, E>>, ExecutorError> {
    run_on(None, pool.into(), job, Result::is_err, Location::caller())
}

/// As [`run_in_executor`], on a loop that need not be the current one, submitted at `location`.
pub(crate) fn run_on<T: 'static>(
    loop_id: Option<LoopId>,
    pool: Option<&ThreadPool>,
    job: impl FnOnce() -> T + 'static,
    fails: fn(&T) -> bool,
    location: &'static Location<'static>,
) -> Result<Promise<T>, ExecutorError> {
    let workers = pool.map(ThreadPool::inner);
    let call = Call { what: "run_in_executor", loop_id, workers, location };
    call.make(Box::new(job), Rules { fails, lost: None })
}

/// Runs blocking code in the default executor and waits for it.
///
/// Unlike [`run_in_executor`], nothing is submitted before the first poll.
///
/// # Errors
///
/// [`JobError`]: the job was not taken, or it was cancelled or panicked.
///
/// # Panics
///
/// When polled outside a run.
///
/// ```
/// use seedbed::{Sim, blocking, to_thread};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     to_thread(|| {
///         blocking::sleep(Duration::from_secs(1));
///         "read"
///     })
///     .await
/// });
/// assert_eq!(report.end.to_string(), "1.000");
/// assert_eq!(report.unwrap(), Ok("read"));
/// ```
#[doc(alias = "asyncio.to_thread")]
#[doc(alias = "tokio::task::spawn_blocking")]
#[track_caller]
pub fn to_thread<T: 'static>(job: impl FnOnce() -> T + 'static) -> impl Future<Output = Result<T, JobError>> {
    let location = Location::caller();
    async move { Ok(run_on(None, None, job, |_| false, location)?.await?) }
}
