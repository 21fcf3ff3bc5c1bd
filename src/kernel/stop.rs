//! Why a run ended before its main task did, as data.

use std::sync::Arc;

use super::cut_short::PanicReport;
use super::limits::LimitKind;

/// A verdict that ends the whole run at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Stop {
    /// Nothing is ready, no timer is set and no job is under way, but tasks remain.
    Deadlock {
        blocked: Vec<BlockedTask>,
        /// Paths of tasks of which each waits for the next, the last for the first.
        cycle: Vec<String>,
        /// Timers remain, but the clock is driven by hand and nobody moves it.
        clock_held: bool,
    },
    Limit {
        limit: LimitKind,
        bound: String,
        task: Option<String>,
        detail: String,
    },
    /// A callback, a destructor or a job that nobody can await panicked.
    Panic(Arc<PanicReport>),
    /// A thread that the run does not control woke one of its tasks.
    ForeignWake {
        tasks: Vec<String>,
    },
}

/// What a panic says that only unwinds code which still runs when the verdict stands: code that blocks its loop, or a
/// driver, cannot be left in any other way.
pub(crate) const RUN_IS_OVER: &str = "the run is over: a verdict stands";

/// A task (or a job of an executor) that can never run again, and what it waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct BlockedTask {
    /// Path of the task; of a job, `job` and its label.
    pub task: String,
    /// What it waits for, in words: `lock accounts`, `task main/1`, `a future of another library`.
    pub waits_for: String,
    /// Virtual time since which it waits.
    pub since: crate::instant::Instant,
    /// The tasks that could end the wait: who holds the lock, which task is awaited.
    pub held_by: Vec<String>,
    /// `file:line:column` where the task was spawned, or the job submitted.
    pub spawned_at: String,
    /// True of a job.
    pub is_job: bool,
}
