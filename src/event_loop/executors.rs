//! What a loop asks of executors: jobs that it is told of, and the end of its default executor.

use std::future::Future;
use std::panic::Location;
use std::time::Duration;

use super::event_loop::EventLoop;
use crate::executor::{ExecutorError, ThreadPool, run_on, shut_down_default};
use crate::task::Promise;

impl EventLoop {
    /// Runs blocking code in a pool of threads for this loop, running or not; see
    /// [`run_in_executor`](crate::run_in_executor).
    ///
    /// # Errors
    ///
    /// [`ExecutorError`]: the pool was shut down, or the loop is closed.
    ///
    /// # Panics
    ///
    /// Outside the loop's own run.
    ///
    /// ```
    /// use seedbed::{EventLoop, Sim, blocking};
    /// use std::time::Duration;
    /// let report = Sim::new(0).drive(|| {
    ///     let event_loop = EventLoop::new();
    ///     let job = event_loop.run_in_executor(None, || blocking::sleep(Duration::from_secs(1))).unwrap();
    ///     event_loop.run_until_done(job).unwrap();
    ///     event_loop.time().to_string()
    /// });
    /// assert_eq!(report.unwrap(), "1.000");
    /// ```
    #[doc(alias = "asyncio.loop.run_in_executor")]
    #[track_caller]
    pub fn run_in_executor<'a, T: 'static>(
        &self,
        pool: impl Into<Option<&'a ThreadPool>>,
        job: impl FnOnce() -> T + 'static,
    ) -> Result<Promise<T>, ExecutorError> {
        run_on(Some(self.id()), pool.into(), job, |_| false, Location::caller())
    }

    /// As [`run_in_executor`](Self::run_in_executor), for a job whose `Err` counts as a failure.
    ///
    /// # Errors
    ///
    /// [`ExecutorError`], as [`run_in_executor`](Self::run_in_executor).
    ///
    /// # Panics
    ///
    /// Outside the loop's own run.
    #[track_caller]
    pub fn run_in_executor_fallible<'a, V: 'static, E: 'static>(
        &self,
        pool: impl Into<Option<&'a ThreadPool>>,
        job: impl FnOnce() -> Result<V, E> + 'static,
    ) -> Result<Promise<Result<V, E>>, ExecutorError> {
        run_on(Some(self.id()), pool.into(), job, Result::is_err, Location::caller())
    }

    /// Shuts down this loop's default executor; to be awaited on this loop. See
    /// [`shutdown_default_executor`](crate::shutdown_default_executor).
    ///
    /// # Panics
    ///
    /// When polled outside the loop's own run.
    #[doc(alias = "asyncio.loop.shutdown_default_executor")]
    pub fn shutdown_default_executor(&self, limit: Option<Duration>) -> impl Future<Output = ()> + use<> {
        shut_down_default(self.id(), limit)
    }
}
