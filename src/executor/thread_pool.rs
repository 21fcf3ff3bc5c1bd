//! Pools of simulated threads.

use std::panic::Location;
use std::rc::Rc;

use super::error::{ExecutorError, ZeroWorkers};
use super::job::Rules;
use super::shutdown::{Shutdown, shut_down};
use super::submit::Call;
use super::workers::Workers;
use crate::task::Promise;

/// A pool of simulated threads: so many workers, and one queue in the order of submission.
///
/// A job is a closure. It starts when a worker is free and has it until it ends; on the way it may block with
/// [`blocking`](crate::blocking). Nothing of it runs at the same time as anything else: jobs, tasks and timers take turns
/// on the one virtual clock, in an order that does not depend on the machine. Handles are cheap to clone and all mean the
/// same pool.
///
/// ```
/// use seedbed::{Sim, ThreadPool, blocking, now, run_in_executor};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     let pool = ThreadPool::new(2).unwrap().named("disk");
///     let read = || blocking::sleep(Duration::from_millis(500));
///     let jobs: Vec<_> = (0..3).map(|_| run_in_executor(&pool, read).unwrap()).collect();
///     for job in jobs {
///         job.await.unwrap();
///     }
///     now().to_string()
/// });
/// assert!(report.trace.summary().contains("disk/3"));
/// assert_eq!(report.unwrap(), "1.000");
/// ```
#[doc(alias = "concurrent.futures.ThreadPoolExecutor")]
#[derive(Clone, Debug)]
pub struct ThreadPool {
    workers: Rc<Workers>,
}

impl ThreadPool {
    /// A pool with this many workers. Its jobs are called `pool/1`, `pool/2`, …
    ///
    /// # Errors
    ///
    /// [`ZeroWorkers`].
    ///
    /// # Panics
    ///
    /// Outside a run.
    #[track_caller]
    pub fn new(workers: usize) -> Result<Self, ZeroWorkers> {
        if workers == 0 {
            return Err(ZeroWorkers);
        }
        Ok(Self { workers: Workers::new("ThreadPool::new", "pool", workers) })
    }

    pub(super) fn inner(&self) -> &Rc<Workers> {
        &self.workers
    }

    /// Names the pool: its jobs are called `disk/1`, `disk/2`, … A second pool of a name becomes `disk#2`.
    #[doc(alias = "thread_name_prefix")]
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.workers.rename(name);
        self
    }

    /// The name of the pool.
    #[must_use]
    pub fn name(&self) -> String {
        self.workers.name()
    }

    /// How many workers it has.
    #[doc(alias = "max_workers")]
    #[must_use]
    pub fn workers(&self) -> usize {
        self.workers.size()
    }

    /// Gives it a job on behalf of the running loop (or the current one), as
    /// [`run_in_executor`](crate::run_in_executor) does.
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
    /// use seedbed::{Sim, ThreadPool};
    /// let report = Sim::new(0).run(async {
    ///     let pool = ThreadPool::new(1).unwrap();
    ///     pool.submit(|| 6 * 7).unwrap().await.unwrap()
    /// });
    /// assert_eq!(report.unwrap(), 42);
    /// ```
    #[doc(alias = "concurrent.futures.Executor.submit")]
    #[doc(alias = "spawn_blocking")]
    #[track_caller]
    pub fn submit<T: 'static>(&self, job: impl FnOnce() -> T + 'static) -> Result<Promise<T>, ExecutorError> {
        self.call(job, |_| false, Location::caller())
    }

    /// As [`submit`](Self::submit), for a job whose `Err` counts as a failure.
    ///
    /// # Errors
    ///
    /// [`ExecutorError`], as [`submit`](Self::submit).
    ///
    /// # Panics
    ///
    /// Outside the pool's own run.
    #[track_caller]
    pub fn submit_fallible<V: 'static, E: 'static>(
        &self,
        job: impl FnOnce() -> Result<V, E> + 'static,
    ) -> Result<Promise<Result<V, E>>, ExecutorError> {
        self.call(job, Result::is_err, Location::caller())
    }

    #[track_caller]
    fn call<T: 'static>(
        &self,
        job: impl FnOnce() -> T + 'static,
        fails: fn(&T) -> bool,
        location: &'static Location<'static>,
    ) -> Result<Promise<T>, ExecutorError> {
        let call = Call { what: "ThreadPool::submit", loop_id: None, workers: Some(&self.workers), location };
        call.make(Box::new(job), Rules { fails, lost: None })
    }

    /// Takes no more jobs, and does what [`Shutdown`] says with those it has. Running jobs go on in any case.
    ///
    /// # Panics
    ///
    /// When a job waits for the shutdown of its own pool; outside the pool's own run.
    #[doc(alias = "concurrent.futures.Executor.shutdown")]
    #[track_caller]
    pub fn shutdown(&self, how: Shutdown) {
        shut_down(&self.workers, how);
    }
}
