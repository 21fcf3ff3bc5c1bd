//! Pools of simulated processes: jobs share nothing, and a worker may die.

use std::panic::Location;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{BrokenProcessPool, ExecutorError, ProcessError, ZeroWorkers};
use super::job::Rules;
use super::shutdown::{Shutdown, shut_down};
use super::submit::Call;
use super::workers::Workers;
use crate::task::Promise;

/// A pool of simulated processes: as a [`ThreadPool`](crate::ThreadPool), but a job is a plain function whose argument and
/// result cross the border as bytes, so that it can share nothing with the program; and a worker may crash.
///
/// The functions take and return what `serde` can write and read (in `postcard`'s form). What they do share, as all code
/// of one program here does, are statics and thread-locals: keep state out of those. A worker crashes by
/// [`blocking::crash_worker`](crate::blocking::crash_worker) in a job or by [`kill_workers`](Self::kill_workers); then all
/// jobs that run or wait are lost, and the pool takes no more ([`BrokenProcessPool`]).
///
/// ```
/// use seedbed::{ProcessPool, Sim, blocking};
/// use std::time::Duration;
///
/// fn count_words(text: String) -> usize {
///     blocking::sleep(Duration::from_secs(1));
///     text.split_whitespace().count()
/// }
///
/// let report = Sim::new(0).run(async {
///     let pool = ProcessPool::new(2).unwrap();
///     let texts = ["one two", "three"].map(str::to_owned);
///     let jobs = texts.map(|text| pool.submit(count_words, text).unwrap());
///     let mut sum = 0;
///     for job in jobs {
///         sum += job.await.unwrap().unwrap();
///     }
///     sum
/// });
/// assert_eq!(report.end.to_string(), "1.000");
/// assert_eq!(report.unwrap(), 3);
/// ```
#[doc(alias = "concurrent.futures.ProcessPoolExecutor")]
#[derive(Clone, Debug)]
pub struct ProcessPool {
    workers: Rc<Workers>,
}

impl ProcessPool {
    /// A pool with this many workers. Its jobs are called `processes/1`, `processes/2`, …
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
        Ok(Self { workers: Workers::new("ProcessPool::new", "processes", workers) })
    }

    /// Names the pool: its jobs are called `render/1`, `render/2`, … A second pool of a name becomes `render#2`.
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

    /// Runs a function in a worker process, on behalf of the running loop (or the current one).
    ///
    /// The promise counts as failed if the worker crashed, or a value would not go through as bytes. A panic of the function
    /// is [`TaskError::Panicked`](crate::TaskError::Panicked), as in a thread.
    ///
    /// # Errors
    ///
    /// [`ExecutorError`]: the pool is broken or was shut down, the loop is closed, or the argument has no form in bytes.
    ///
    /// # Panics
    ///
    /// Outside the pool's own run.
    #[doc(alias = "concurrent.futures.Executor.submit")]
    #[track_caller]
    pub fn submit<A, R>(
        &self,
        function: fn(A) -> R,
        argument: A,
    ) -> Result<Promise<Result<R, ProcessError>>, ExecutorError>
    where
        A: Serialize + DeserializeOwned + 'static,
        R: Serialize + DeserializeOwned + 'static,
    {
        self.send(function, &argument, Result::is_err, Location::caller())
    }

    /// As [`submit`](Self::submit), for a function whose `Err` counts as a failure too.
    ///
    /// # Errors
    ///
    /// [`ExecutorError`], as [`submit`](Self::submit).
    ///
    /// # Panics
    ///
    /// Outside the pool's own run.
    #[track_caller]
    #[expect(
        clippy::type_complexity,
        reason = "it is what awaiting the job brings, each layer with a cause of its own"
    )]
    pub fn submit_fallible<A, V, E>(
        &self,
        function: fn(A) -> Result<V, E>,
        argument: A,
    ) -> Result<Promise<Result<Result<V, E>, ProcessError>>, ExecutorError>
    where
        A: Serialize + DeserializeOwned + 'static,
        V: Serialize + DeserializeOwned + 'static,
        E: Serialize + DeserializeOwned + 'static,
    {
        self.send(function, &argument, |result| !matches!(result, Ok(Ok(_))), Location::caller())
    }

    #[track_caller]
    fn send<A, R>(
        &self,
        function: fn(A) -> R,
        argument: &A,
        fails: fn(&Result<R, ProcessError>) -> bool,
        location: &'static Location<'static>,
    ) -> Result<Promise<Result<R, ProcessError>>, ExecutorError>
    where
        A: Serialize + DeserializeOwned + 'static,
        R: Serialize + DeserializeOwned + 'static,
    {
        let sent = to_bytes(argument).map_err(ExecutorError::Unsendable)?;
        let code = move || {
            let argument = from_bytes(&sent)?;
            let returned = to_bytes(&function(argument)).map_err(ProcessError::Unsendable)?;
            from_bytes(&returned)
        };
        let call = Call { what: "ProcessPool::submit", loop_id: None, workers: Some(&self.workers), location };
        call.make(Box::new(code), Rules { fails, lost: Some(|| Err(ProcessError::Broken(BrokenProcessPool))) })
    }

    /// Kills the workers on the spot, whatever they do: all jobs that run or wait are lost, and the pool is broken.
    ///
    /// # Panics
    ///
    /// Outside the pool's own run.
    ///
    /// ```
    /// use seedbed::{ProcessPool, Sim, blocking, now, sleep};
    /// use std::time::Duration;
    /// let report = Sim::new(0).run(async {
    ///     let pool = ProcessPool::new(1).unwrap();
    ///     let job = pool.submit(|()| blocking::sleep(Duration::from_secs(60)), ()).unwrap();
    ///     sleep(Duration::from_secs(1)).await;
    ///     pool.kill_workers();
    ///     (job.await.unwrap().is_err(), now().to_string())
    /// });
    /// assert_eq!(report.unwrap(), (true, "1.000".to_owned()));
    /// ```
    #[doc(alias = "concurrent.futures.ProcessPoolExecutor.kill_workers")]
    #[doc(alias = "concurrent.futures.ProcessPoolExecutor.terminate_workers")]
    pub fn kill_workers(&self) {
        self.workers.break_down();
    }

    /// Takes no more jobs, and does what [`Shutdown`] says with those it has. Running jobs go on in any case.
    ///
    /// # Panics
    ///
    /// Outside the pool's own run.
    #[doc(alias = "concurrent.futures.Executor.shutdown")]
    #[track_caller]
    pub fn shutdown(&self, how: Shutdown) {
        shut_down(&self.workers, how);
    }
}

fn to_bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, String> {
    postcard::to_stdvec(value).map_err(|error| error.to_string())
}

fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ProcessError> {
    postcard::from_bytes(bytes).map_err(|error| ProcessError::Unsendable(error.to_string()))
}
