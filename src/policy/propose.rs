//! What a policy is: the one extension point.

use super::lineup::Lineup;
use crate::choice::{FaultSet, Kind, SubjectKey, Turn};
use crate::ident::TaskId;

/// The tasks that may run next, the longest ready first. Never empty.
///
/// A place is asked for by its number; no question costs more than the logarithm of how many there are, [`tasks`](Self::tasks) apart.
#[derive(Debug)]
pub struct Ready<'a> {
    lineup: &'a Lineup,
    may_expire: bool,
}

impl<'a> Ready<'a> {
    pub(crate) fn new(lineup: &'a Lineup, may_expire: bool) -> Self {
        debug_assert!(lineup.len() > 0, "seedbed bug: a policy was asked about nobody, please report");
        Self { lineup, may_expire }
    }

    /// How many there are; at least one.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.lineup.len()
    }

    /// Never: somebody is ready when a policy is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lineup.len() == 0
    }

    /// The task at a place, 0 being the longest ready; `None` from [`len`](Self::len) on.
    #[must_use]
    pub fn task(&self, place: u32) -> Option<TaskId> {
        self.lineup.at(place)
    }

    /// The place of a task; `None` if it is not ready on the loop that runs.
    #[must_use]
    pub fn place_of(&self, task: TaskId) -> Option<u32> {
        self.lineup.place_of(task)
    }

    /// All of them, in the order in which they became ready.
    pub fn tasks(&self) -> impl Iterator<Item = TaskId> {
        self.lineup.iter()
    }

    /// True if [`Turn::Clock`] may be proposed: there is a timer or a job that could come first, and nobody has waited too long for it
    /// ([`Sim::stall`](crate::Sim::stall)).
    #[must_use]
    pub fn may_expire(&self) -> bool {
        self.may_expire
    }
}

/// What happened since a policy was last asked; told in the order in which it happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Observation {
    /// A task was made.
    Spawned {
        /// The new task.
        task: TaskId,
        /// The task that spawned it; none if code outside all tasks did.
        parent: Option<TaskId>,
        /// The hash of its path, by which it is found again in a [`Profile`](super::Profile) of another run.
        subject: SubjectKey,
    },
    /// A task became ready, and stands behind all that are.
    Ready {
        /// That task.
        task: TaskId,
    },
    /// A task has its turn. It is not always the one that was proposed: a plan may have said otherwise.
    Ran {
        /// That task.
        task: TaskId,
    },
    /// The clock was moved while tasks were ready.
    Expired,
    /// A task has ended, and never becomes ready again.
    Ended {
        /// That task.
        task: TaskId,
    },
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

    /// Learns what happened.
    fn observe(&mut self, event: Observation) {
        let _ = event;
    }

    /// The kinds of faults about which it wants to be asked, the same throughout a run. About others it is asked only where a plan has them.
    fn faults(&self) -> FaultSet {
        FaultSet::NONE
    }

    /// Proposes the answer to another question, `0..bound`, 0 being the plain one.
    fn answer(&mut self, kind: Kind, bound: u32) -> u32 {
        let (_, _) = (kind, bound);
        0
    }

    /// True if all its answers are plain, so that it need not be asked.
    fn is_plain(&self) -> bool {
        false
    }

    /// True if it learns nothing from what it [`observe`](Self::observe)s and never proposes the clock. Then it is told of nothing, nobody looks
    /// whether the clock may move, and a run takes half as long.
    fn only_picks(&self) -> bool {
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

    fn observe(&mut self, event: Observation) {
        (**self).observe(event);
    }

    fn answer(&mut self, kind: Kind, bound: u32) -> u32 {
        (**self).answer(kind, bound)
    }

    fn faults(&self) -> FaultSet {
        (**self).faults()
    }

    fn is_plain(&self) -> bool {
        (**self).is_plain()
    }

    fn only_picks(&self) -> bool {
        (**self).only_picks()
    }
}
