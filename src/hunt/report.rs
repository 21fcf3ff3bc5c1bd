//! What a hunt came to, as values.

use super::settings::{Detail, SettingError};
use crate::choice::{Departures, Mismatch, Replay};
use crate::explore::Signature;
use crate::seed::Seed;
use crate::sim::Failure;
use crate::trace::Trace;

/// What a hunt came to. Its `Display` is what a person reads.
///
/// # Examples
///
/// ```
/// use seedbed::hunt::{Hunt, Verdict};
/// let report = Hunt::new("calm").runs(10).run(|| async {});
/// assert_eq!(report.verdict, Verdict::Passed);
/// assert_eq!((report.runs, report.schedules), (10, 1));
/// assert_eq!(report.to_string(), "seedbed: calm passed 10 runs (1 schedule)");
/// ```
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
#[must_use = "a report that nobody looks at hides failures: call `check`, or look at `verdict`"]
pub struct HuntReport {
    /// The name of the hunt.
    pub name: String,
    /// The seed from which the seeds of all runs derive.
    pub seed: Seed,
    /// The policy that was asked for, such as `portfolio`.
    pub policy: String,
    /// How many runs were to be made.
    pub runs_wanted: u64,
    /// How many were made, the plain one included; the check that it runs the same way twice is not counted.
    pub runs: u64,
    /// How many different ones there were among them.
    pub schedules: u64,
    /// What it came to.
    pub verdict: Verdict,
    /// How much of a trace the text shows.
    pub(super) detail: Option<Detail>,
}

/// What a hunt came to.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// No run failed.
    Passed,
    /// `SEEDBED_HUNT` names another hunt.
    PassedOver,
    /// A run failed.
    Failed(Box<Finding>),
    /// The same run was not the same twice.
    NotDeterministic(Box<Divergence>),
    /// A replay line was given and that run passes.
    ReplayPassed(Box<Trace>),
    /// A replay line was given that does not fit this code, and the run passes.
    ReplayMisfit(Vec<Mismatch>),
    /// A setting cannot be read, so that nothing was run.
    Misconfigured(SettingError),
}

/// A failure that a hunt found.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// The number of the run; `None` for a replay.
    pub run: Option<u64>,
    /// The seed of that run; `None` where a line of departures was replayed.
    pub seed: Option<Seed>,
    /// The policy of that run.
    pub policy: String,
    /// What went wrong.
    pub failure: Failure,
    /// What stays the same of it from one schedule to the next.
    pub signature: Signature,
    /// The choices that departed from FIFO order in the run as it was found.
    pub recorded: Departures,
    /// Where a replay line did not fit.
    pub mismatches: Vec<Mismatch>,
    /// What happened.
    pub trace: Trace,
    /// What brings it back.
    pub replay: Replay,
    /// The shell's words for that.
    pub command: String,
}

/// Which two runs should have been the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Between {
    /// The plain run, made twice in a row.
    PlainRuns,
    /// A run that failed, and the same run made again.
    FailingRuns,
    /// A run in this process, and its replay in a fresh one.
    Processes,
    /// Nothing was compared: a thread that the run does not control woke one of its tasks.
    Threads,
}

/// A program that is not deterministic.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Divergence {
    /// Which two runs should have been the same.
    pub between: Between,
    /// The first event that differs, with what stands around it.
    pub difference: String,
    /// What the run had come to that could not be repeated, if it failed.
    pub failure: Option<Failure>,
}

impl HuntReport {
    /// True if there is nothing that a person must look at.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        matches!(self.verdict, Verdict::Passed | Verdict::PassedOver | Verdict::ReplayPassed(_))
    }

    /// Ends a test with this report.
    ///
    /// # Panics
    ///
    /// If the hunt failed: with the text of the report.
    ///
    /// ```should_panic
    /// seedbed::Hunt::new("late").run(|| async { assert_eq!(1 + 1, 3) }).check();
    /// ```
    #[track_caller]
    pub fn check(self) {
        assert!(self.is_ok(), "{self}");
    }
}
