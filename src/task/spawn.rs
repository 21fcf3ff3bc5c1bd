//! Spawning: a coroutine becomes a task of the current loop.

use std::future::Future;
use std::panic::Location;
use std::rc::Rc;

use super::cell::TaskCell;
use super::future_ref::LoopClosed;
use super::handle::Task;
use crate::context;
use crate::ident::LoopId;
use crate::kernel::{HIDDEN, Owner, RunTask};

/// Runs a coroutine as a task of its own. Its first step comes in the next pass of the loop, behind everything that is
/// ready already.
///
/// The task is named by its place among the children of the task that spawns it: `main/1`, `main/1/2`, …
///
/// # Panics
///
/// Outside a run, and when the current loop is closed.
///
/// ```
/// use seedbed::{Sim, spawn};
/// let report = Sim::new(0).run(async {
///     let task = spawn(async { "done" });
///     (task.name(), task.await.unwrap())
/// });
/// assert_eq!(report.unwrap(), ("main/1".to_owned(), "done"));
/// ```
#[doc(alias = "asyncio.create_task")]
#[doc(alias = "asyncio.ensure_future")]
#[doc(alias = "tokio::spawn")]
#[doc(alias = "spawn_local")]
#[track_caller]
pub fn spawn<F>(future: F) -> Task<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    match Builder::new().spawn(future) {
        Ok(task) => task,
        // Not in a closure: the panic belongs to the caller's line.
        Err(error) => panic!("spawn: {error}"),
    }
}

/// As [`spawn`], for a coroutine whose `Err` counts as a failure: asyncio's exception of a task.
///
/// It is what [`wait`](crate::wait) with `FirstException` and the trace look at.
///
/// # Panics
///
/// As [`spawn`].
///
/// ```
/// use seedbed::{Sim, spawn_fallible, yield_now};
/// let report = Sim::new(0).run(async {
///     let task = spawn_fallible(async { Err::<(), _>("disk full") });
///     yield_now().await;
///     (task.is_failed(), task.await)
/// });
/// assert_eq!(report.unwrap(), (true, Ok(Err("disk full"))));
/// ```
#[track_caller]
pub fn spawn_fallible<F, V, E>(future: F) -> Task<Result<V, E>>
where
    F: Future<Output = Result<V, E>> + 'static,
    V: 'static,
    E: 'static,
{
    match Builder::new().spawn_fallible(future) {
        Ok(task) => task,
        Err(error) => panic!("spawn_fallible: {error}"),
    }
}

/// Spawns a task with a name, or on another loop than the current one.
///
/// ```
/// use seedbed::{Sim, task};
/// let report = Sim::new(0).run(async {
///     let ticker = task::Builder::new().name("ticker").spawn(async {}).unwrap();
///     ticker.name()
/// });
/// assert_eq!(report.unwrap(), "main/ticker");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Builder<'a> {
    name: Option<&'a str>,
    loop_id: Option<LoopId>,
    hidden: bool,
    root: bool,
    location: Option<&'static Location<'static>>,
}

impl<'a> Builder<'a> {
    /// A task without a name, on the current loop.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the task: the last part of its path. A second child of that name becomes `name#2`, and so on.
    #[must_use]
    pub fn name(mut self, name: &'a str) -> Self {
        self.name = Some(name);
        self
    }

    pub(crate) fn on(mut self, loop_id: LoopId) -> Self {
        self.loop_id = Some(loop_id);
        self
    }

    pub(crate) fn at(mut self, location: &'static Location<'static>) -> Self {
        self.location = Some(location);
        self
    }

    /// A task of the loop's own, which `all_tasks` and reports leave out.
    pub(crate) fn hidden(mut self) -> Self {
        self.hidden = true;
        self.name = Some(HIDDEN);
        self
    }

    /// A task without a parent, whoever spawns it.
    pub(crate) fn root(mut self) -> Self {
        self.root = true;
        self
    }

    /// Spawns the task.
    ///
    /// # Errors
    ///
    /// [`LoopClosed`]; the coroutine is dropped.
    ///
    /// # Panics
    ///
    /// Outside a run.
    #[track_caller]
    pub fn spawn<F>(self, future: F) -> Result<Task<F::Output>, LoopClosed>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.spawn_with(future, |_| false)
    }

    /// Spawns a task whose `Err` counts as a failure.
    ///
    /// # Errors
    ///
    /// [`LoopClosed`]; the coroutine is dropped.
    ///
    /// # Panics
    ///
    /// Outside a run.
    #[track_caller]
    pub fn spawn_fallible<F, V, E>(self, future: F) -> Result<Task<Result<V, E>>, LoopClosed>
    where
        F: Future<Output = Result<V, E>> + 'static,
        V: 'static,
        E: 'static,
    {
        self.spawn_with(future, Result::is_err)
    }

    #[track_caller]
    fn spawn_with<F>(
        self,
        future: F,
        fails: impl Fn(&F::Output) -> bool + 'static,
    ) -> Result<Task<F::Output>, LoopClosed>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        // Not `unwrap_or_else(Location::caller)`: as a value, the function is called from the standard library.
        let location = match self.location {
            Some(location) => location,
            None => Location::caller(),
        };
        // The coroutine is moved, never run or dropped, while the kernel is borrowed.
        let mut made_of = Some((future, fails));
        let (made, over) = context::with("spawn", |kernel| {
            let loop_id = self.loop_id.unwrap_or_else(|| kernel.loop_for_calls());
            if kernel.event_loop(loop_id).closed {
                return (None, false);
            }
            let mut made = None;
            kernel.spawn(loop_id, self.name, self.hidden, self.root, location, |address| {
                let (future, fails) = made_of.take().expect("seedbed bug: a task was made twice, please report");
                let cell = Rc::new(TaskCell::new(address, future, fails));
                made = Some((Rc::clone(&cell) as Rc<dyn Owner>, address));
                cell as Rc<dyn RunTask>
            });
            (made, kernel.stop.is_some() && kernel.running_loop.is_some())
        });
        if over {
            // Code that spawns without end would never come back to the loop.
            context::unwind_over();
        }
        made.map(|(owner, address)| Task::new(owner, address)).ok_or(LoopClosed)
    }
}
