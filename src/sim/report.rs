//! What a run came to, as a value.

use super::await_point::AwaitPoint;
use super::failure::Failure;
use crate::choice::{Departures, Mismatch};
use crate::fault::PointCount;
use crate::instant::Instant;
use crate::kernel::{Counts, LimitKind};
use crate::policy::Profile;
use crate::seed::Seed;
use crate::trace::{Digest, Trace};

/// The outcome of one run: its value or its failure, what it cost, and what happened.
///
/// ```
/// let report = seedbed::Sim::new(7).run(async { "value" });
/// assert_eq!(report.result.as_ref().unwrap(), &"value");
/// assert_eq!(report.end.as_nanos(), 0);
/// assert_eq!(report.tasks.finished, 1);
/// assert_eq!(report.digest, report.trace.digest());
/// ```
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
#[must_use = "a report that nobody looks at hides failures: call `unwrap`, or look at `result`"]
pub struct Report<T> {
    /// The value of the main task (or driver), or why there is none.
    pub result: Result<T, Failure>,
    /// The seed of the run.
    pub seed: Seed,
    /// The name of its policy.
    pub policy: String,
    /// The virtual time at its end.
    pub end: Instant,
    /// Steps of tasks, timers and callbacks.
    pub steps: u64,
    /// How its tasks ended.
    pub tasks: Counts,
    /// Paths of the tasks that were unfinished when a main task ended, and were cancelled then, in creation order.
    pub leftovers: Vec<String>,
    /// Paths of the tasks that were dropped at the very end, in creation order; then the jobs of pools that nobody shut
    /// down, as `job pool/1`.
    pub leaked: Vec<String>,
    /// What the run was like, if that was asked for.
    pub profile: Profile,
    /// Where a task waited, if that was asked for ([`Sim::await_points`](crate::Sim::await_points)).
    pub await_points: Vec<AwaitPoint>,
    /// The choices that departed from plain FIFO order, if they were recorded or replayed.
    pub departures: Departures,
    /// Where a strict replay did not fit the program.
    pub mismatches: Vec<Mismatch>,
    /// How many choices there were, departing or not, if they were recorded or replayed.
    pub choices: u64,
    /// The limit that ended it, if one did.
    pub limit: Option<LimitKind>,
    /// The points of the program that the run was at, in the order of their [catalogue](crate::fault::points).
    pub points: Vec<PointCount>,
    /// The fingerprint of its order: of every choice that departed from FIFO, but for those of [`rng`](crate::rng). Runs of the same order
    /// have the same one; they may still differ in what they drew.
    pub schedule: Digest,
    /// The fingerprint of all events. Equal runs have equal digests.
    pub digest: Digest,
    /// What happened.
    pub trace: Trace,
}

impl<T> Report<T> {
    /// The value.
    ///
    /// # Panics
    ///
    /// If the run failed: with the failure's report.
    #[track_caller]
    pub fn unwrap(self) -> T {
        match self.result {
            Ok(value) => value,
            Err(failure) => panic!("{failure}"),
        }
    }

    /// The same report with another value, or with a failure that only the value shows.
    pub(super) fn and_then<U>(self, judge: impl FnOnce(T, Instant, &Trace) -> Result<U, Failure>) -> Report<U> {
        Report {
            result: self.result.and_then(|value| judge(value, self.end, &self.trace)),
            seed: self.seed,
            policy: self.policy,
            end: self.end,
            steps: self.steps,
            tasks: self.tasks,
            leftovers: self.leftovers,
            leaked: self.leaked,
            await_points: self.await_points,
            departures: self.departures,
            mismatches: self.mismatches,
            profile: self.profile,
            choices: self.choices,
            limit: self.limit,
            points: self.points,
            schedule: self.schedule,
            digest: self.digest,
            trace: self.trace,
        }
    }

    /// The same report without the value.
    pub(super) fn without_value(&self) -> Report<()> {
        Report {
            result: self.result.as_ref().map(|_| ()).map_err(Clone::clone),
            seed: self.seed,
            policy: self.policy.clone(),
            end: self.end,
            steps: self.steps,
            tasks: self.tasks,
            leftovers: self.leftovers.clone(),
            leaked: self.leaked.clone(),
            await_points: self.await_points.clone(),
            departures: self.departures.clone(),
            mismatches: self.mismatches.clone(),
            profile: self.profile.clone(),
            choices: self.choices,
            limit: self.limit,
            points: self.points.clone(),
            schedule: self.schedule,
            digest: self.digest,
            trace: self.trace.clone(),
        }
    }

    /// True if the run has a value.
    pub fn is_ok(&self) -> bool {
        self.result.is_ok()
    }
}
