//! Who does something in a run, and what a task is called among its siblings.

use crate::ident::{JobId, TaskId};

/// Who does something in a run.
///
/// ```
/// use seedbed::TaskId;
/// use seedbed::trace::{Actor, Names};
/// let names = Names::new();
/// assert_eq!(names.actor(Actor::Callback), "(callback)");
/// assert_eq!(Actor::from(None::<TaskId>), Actor::Outside);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Actor {
    /// Plain code outside every loop, or the run itself; shown as `-`.
    Outside,
    /// A callback of a loop; shown as `(callback)`.
    Callback,
    /// A task; shown by its path.
    Task(TaskId),
    /// A job of an executor; shown by its label.
    Job(JobId),
}

impl From<TaskId> for Actor {
    #[inline]
    fn from(task: TaskId) -> Self {
        Self::Task(task)
    }
}

impl From<Option<TaskId>> for Actor {
    #[inline]
    fn from(task: Option<TaskId>) -> Self {
        task.map_or(Self::Outside, Self::Task)
    }
}

impl From<JobId> for Actor {
    #[inline]
    fn from(job: JobId) -> Self {
        Self::Job(job)
    }
}

/// The last part of a task's path.
///
/// Whoever makes tasks keeps siblings apart: no two children of one parent may have the same label.
///
/// ```
/// use std::panic::Location;
/// use seedbed::trace::{Label, Names};
/// let mut names = Names::new();
/// let main = names.add_task(None, Label::Text("main"), Location::caller());
/// let child = names.add_task(Some(main), Label::Number(2), Location::caller());
/// assert_eq!(names.path(child), "main/2");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Label<'a> {
    /// The task has no name of its own: the how-manieth such child of its parent it is.
    Number(u32),
    /// A name, without a slash.
    Text(&'a str),
}
