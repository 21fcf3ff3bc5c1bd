//! What a policy is: the one extension point.

use crate::choice::{Kind, Turn};
use crate::ident::TaskId;

/// The tasks that may run next, the longest ready first. Never empty.
#[derive(Debug)]
pub struct Ready<'a> {
    tasks: &'a [TaskId],
    may_expire: bool,
}

impl<'a> Ready<'a> {
    pub(crate) fn new(tasks: &'a [TaskId], may_expire: bool) -> Self {
        debug_assert!(!tasks.is_empty(), "seedbed bug: a policy was asked about nobody, please report");
        Self { tasks, may_expire }
    }

    /// How many there are; at least one.
    #[must_use]
    pub fn len(&self) -> u32 {
        u32::try_from(self.tasks.len()).unwrap_or(u32::MAX)
    }

    /// Never: somebody is ready when a policy is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// The tasks, in the order in which they became ready.
    #[must_use]
    pub fn tasks(&self) -> &[TaskId] {
        self.tasks
    }

    /// True if [`Turn::Clock`] may be proposed: there is a timer that could expire first.
    #[must_use]
    pub fn may_expire(&self) -> bool {
        self.may_expire
    }
}

/// A rule that proposes the next step. What it proposes, a plan may override; so a policy is never asked to replay.
///
/// Its answers may depend on its own state (a seeded generator) and on what it is shown, on nothing else.
///
/// ```
/// use seedbed::choice::Turn;
/// use seedbed::policy::{Policy, Ready};
/// use seedbed::{Sim, spawn};
///
/// /// The last to become ready runs first.
/// #[derive(Debug)]
/// struct Lifo;
///
/// impl Policy for Lifo {
///     fn name(&self) -> String {
///         "lifo".to_owned()
///     }
///     fn next(&mut self, ready: &Ready<'_>) -> Turn {
///         Turn::Task(ready.len() - 1)
///     }
/// }
///
/// let report = Sim::new(0).policy(Lifo).run(async {
///     let tasks = ["a", "b", "c"].map(|name| spawn(async move { seedbed::note!("{name}") }));
///     for task in tasks {
///         task.await.unwrap();
///     }
/// });
/// let summary = report.trace.summary();
/// let place = |note: &str| summary.lines().position(|line| line.ends_with(note)).unwrap();
/// assert!(place("note    c") < place("note    b"));
/// ```
pub trait Policy: std::fmt::Debug {
    /// The name by which it is chosen and reported: `random`, `pct:3`.
    fn name(&self) -> String;

    /// Proposes who runs next.
    fn next(&mut self, ready: &Ready<'_>) -> Turn;

    /// Proposes the answer to another question, `0..bound`, 0 being the plain one.
    fn answer(&mut self, kind: Kind, bound: u32) -> u32 {
        let (_, _) = (kind, bound);
        0
    }

    /// True if all its answers are plain, so that it need not be asked.
    fn is_plain(&self) -> bool {
        false
    }
}

impl<P: Policy + ?Sized> Policy for Box<P> {
    fn name(&self) -> String {
        (**self).name()
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        (**self).next(ready)
    }

    fn answer(&mut self, kind: Kind, bound: u32) -> u32 {
        (**self).answer(kind, bound)
    }

    fn is_plain(&self) -> bool {
        (**self).is_plain()
    }
}
