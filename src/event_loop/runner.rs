//! `asyncio.run` and `asyncio.Runner`: a fresh loop, a main task, and the clean-up after it.

use std::future::Future;
use std::panic::Location;
use std::time::Duration;

use super::error::LoopError;
use super::event_loop::EventLoop;
use crate::combine::{Incident, IncidentKind, gather, report_incident};
use crate::context;
use crate::executor::shutdown_default_executor;
use crate::task::{Task, TaskRef};
use crate::trace::Event;

/// How long the clean-up waits for the default executor (asyncio's `THREAD_JOIN_TIMEOUT`).
const EXECUTOR_PATIENCE: Duration = Duration::from_secs(300);

/// Runs a main task on a fresh loop and cleans up after it: what is left is cancelled and awaited, the default executor
/// is shut down, the loop closed. Only where no loop runs: in the driver of [`Sim::drive`](crate::Sim::drive).
///
/// # Errors
///
/// [`LoopError`]; the value or error of the main task comes after the clean-up.
///
/// # Panics
///
/// Outside a run.
///
/// ```
/// use seedbed::{Sim, sleep};
/// use std::time::Duration;
/// let report = Sim::new(0).drive(|| {
///     let first = seedbed::run(async { 1 });
///     let second = seedbed::run(async { sleep(Duration::from_secs(1)).await; 2 });
///     (first, second)
/// });
/// assert_eq!(report.unwrap(), (Ok(1), Ok(2)));
/// ```
#[doc(alias = "asyncio.run")]
#[track_caller]
pub fn run<F>(main: F) -> Result<F::Output, LoopError>
where
    F: Future + 'static,
    F::Output: 'static,
{
    run_at(main, Location::caller())
}

/// As [`run`], with the place that the main task is said to be spawned at.
#[track_caller]
pub(crate) fn run_at<F>(main: F, location: &'static Location<'static>) -> Result<F::Output, LoopError>
where
    F: Future + 'static,
    F::Output: 'static,
{
    refuse_inside_loop("run")?;
    let runner = Runner::new()?;
    let result = runner.run_main(main, location);
    let closed = runner.close();
    let value = result?;
    closed?;
    Ok(value)
}

#[track_caller]
fn refuse_inside_loop(what: &str) -> Result<(), LoopError> {
    if context::with(what, |kernel| kernel.running_loop.is_some()) {
        return Err(LoopError::RunInsideLoop);
    }
    Ok(())
}

/// Several main tasks on one loop, and one clean-up after the last.
///
/// Dropping it cleans up as [`close`](Self::close) does, without telling of errors.
///
/// ```
/// use seedbed::{Runner, Sim};
/// let report = Sim::new(0).drive(|| {
///     let runner = Runner::new().unwrap();
///     let sum = runner.run(async { 1 }).unwrap() + runner.run(async { 2 }).unwrap();
///     runner.close().unwrap();
///     sum
/// });
/// assert_eq!(report.unwrap(), 3);
/// ```
#[doc(alias = "asyncio.Runner")]
#[derive(Debug)]
pub struct Runner {
    event_loop: EventLoop,
    closed: bool,
}

impl Runner {
    /// A runner with a fresh loop, which becomes the current one.
    ///
    /// # Errors
    ///
    /// None at present; kept for what asyncio may refuse here.
    ///
    /// # Panics
    ///
    /// Outside a run.
    #[track_caller]
    pub fn new() -> Result<Self, LoopError> {
        context::with("Runner::new", |_| ());
        Ok(Self { event_loop: EventLoop::new(), closed: false })
    }

    /// The runner's loop.
    #[must_use]
    pub fn event_loop(&self) -> &EventLoop {
        &self.event_loop
    }

    /// Runs a main task to its end. The first one without a name is called `main`.
    ///
    /// # Errors
    ///
    /// [`LoopError`]: a loop is running, or the task was cancelled or panicked, or the run is over.
    #[track_caller]
    pub fn run<F>(&self, main: F) -> Result<F::Output, LoopError>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.run_main(main, Location::caller())
    }

    fn run_main<F>(&self, main: F, location: &'static Location<'static>) -> Result<F::Output, LoopError>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        refuse_inside_loop("Runner::run")?;
        let task = self.event_loop.task_builder().name("main").at(location).spawn(main)?;
        self.run_task(task)
    }

    /// Runs until a task of the runner's loop is done.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn run_task<T: 'static>(&self, task: Task<T>) -> Result<T, LoopError> {
        refuse_inside_loop("Runner::run_task")?;
        self.event_loop.run_until_done(task)
    }

    /// Cancels what is left and waits for it, shuts the default executor down, and closes the loop.
    ///
    /// # Errors
    ///
    /// [`LoopError`]: a loop is running, or the run ended on the way.
    pub fn close(mut self) -> Result<(), LoopError> {
        self.clean_up()
    }

    fn clean_up(&mut self) -> Result<(), LoopError> {
        if std::mem::replace(&mut self.closed, true) {
            return Ok(());
        }
        let result = self.finish_tasks().and_then(|()| self.finish_executor());
        let closed = self.event_loop.close();
        result.and(closed)
    }

    /// asyncio's `_cancel_all_tasks`.
    fn finish_tasks(&self) -> Result<(), LoopError> {
        // A verdict stands: nothing runs any more, and the tasks are dropped with the run.
        self.event_loop.check_runnable()?;
        let left = left_over(&self.event_loop);
        if left.is_empty() {
            return Ok(());
        }
        for task in &left {
            task.cancel();
        }
        self.event_loop.run_until_done(gather(left.iter().map(|task| task.ending())))?;
        for task in left.into_iter().filter(|task| task.is_failed()) {
            report_incident(self.event_loop.id(), &Incident::new(IncidentKind::FailedAtShutdown, task));
        }
        Ok(())
    }

    /// asyncio's `shutdown_asyncgens` and `shutdown_default_executor`, each in a task that nobody sees.
    fn finish_executor(&self) -> Result<(), LoopError> {
        let id = self.event_loop.id();
        let location = Location::caller();
        let (generators, executor) = context::with("run", |kernel| kernel.end_formally(id, location));
        if !generators {
            self.run_hidden(async {})?;
        }
        if executor || context::with("run", |kernel| kernel.end_executor_formally(id, location)) {
            return Ok(());
        }
        self.run_hidden(async { shutdown_default_executor(Some(EXECUTOR_PATIENCE)).await })
    }

    fn run_hidden(&self, future: impl Future<Output = ()> + 'static) -> Result<(), LoopError> {
        self.event_loop.check_runnable()?;
        let task = self.event_loop.task_builder().hidden().spawn(future)?;
        context::with("run", |kernel| kernel.hidden_run = true);
        let result = self.event_loop.run_until_done(task);
        context::with("run", |kernel| kernel.hidden_run = false);
        result
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if !self.closed && context::is_inside() && !std::thread::panicking() {
            // Nobody is left to be told; the report of the run has the verdict.
            let _ended = self.clean_up();
        }
    }
}

/// The unfinished tasks of a loop, which are noted as left over.
fn left_over(event_loop: &EventLoop) -> Vec<TaskRef> {
    let id = event_loop.id();
    let left = crate::task::tasks_of(id);
    if left.is_empty() {
        return left;
    }
    context::with("run", |kernel| {
        let count = u32::try_from(left.len()).unwrap_or(u32::MAX);
        kernel.emit(Event::TasksShutDown { count });
        for task in &left {
            let path = kernel.names.path(task.id());
            kernel.leftovers.push(path);
        }
    });
    left
}
