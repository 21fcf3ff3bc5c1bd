//! Who runs, and who is left: `current_task`, `all_tasks`.

use std::rc::Rc;

use super::future_ref::FutureRef;
use super::handle::TaskRef;
use crate::context;
use crate::ident::LoopId;
use crate::kernel::{Owner, RunTask};

fn reference(runner: Rc<dyn RunTask>) -> TaskRef {
    TaskRef::new(FutureRef::new(runner as Rc<dyn Owner>))
}

/// The task whose step runs now; none in callbacks, jobs and drivers.
///
/// # Panics
///
/// Outside a run.
///
/// ```
/// use seedbed::{Sim, current_task, spawn};
/// let report = Sim::new(0).run(async {
///     spawn(async { current_task().unwrap().name() }).await.unwrap()
/// });
/// assert_eq!(report.unwrap(), "main/1");
/// ```
#[doc(alias = "asyncio.current_task")]
#[must_use]
#[track_caller]
pub fn current_task() -> Option<TaskRef> {
    context::with("current_task", |kernel| Some(kernel.tasks.get(kernel.current?)?.runner())).map(reference)
}

/// The unfinished tasks of the running loop (or the current one), in the order of their creation.
///
/// # Panics
///
/// Outside a run.
///
/// ```
/// use seedbed::{Sim, all_tasks, spawn, yield_now};
/// let report = Sim::new(0).run(async {
///     let done = spawn(async {});
///     let waiting = spawn(std::future::pending::<()>());
///     yield_now().await;
///     drop((done, waiting));
///     all_tasks().iter().map(|task| task.name()).collect::<Vec<_>>()
/// });
/// assert_eq!(report.unwrap(), ["main", "main/2"]);
/// ```
#[doc(alias = "asyncio.all_tasks")]
#[must_use]
#[track_caller]
pub fn all_tasks() -> Vec<TaskRef> {
    let loop_id = context::with("all_tasks", |kernel| kernel.running_loop.or(kernel.current_loop));
    loop_id.map(tasks_of).unwrap_or_default()
}

/// The unfinished tasks of one loop, in the order of their creation.
pub(crate) fn tasks_of(loop_id: LoopId) -> Vec<TaskRef> {
    let runners = context::with("all_tasks", |kernel| kernel.runners_of(loop_id));
    runners.into_iter().map(reference).collect()
}
