//! What a hunt came to, as values.

use std::path::PathBuf;

use super::detail::Detail;
use super::misfit::Misfit;
use super::points::PointTally;
use super::proof::Proof;
use super::regressions::{Saved, SavedLineError};
use super::settings::SettingError;
use crate::choice::{Replay, Strike};
use crate::explore::{Explanation, Shrunk, Signature, Struck};
use crate::seed::Seed;
use crate::sim::{AwaitPoint, Failure};
use crate::trace::Trace;

/// What a hunt came to. Its `Display` is what a person reads.
///
/// # Examples
///
/// ```
/// use seedbed::hunt::{Hunt, Verdict};
/// let report = Hunt::new("calm").runs(10).run(|| async {});
/// assert!(matches!(report.verdict, Verdict::Passed));
/// assert_eq!((report.runs, report.schedules), (10, 1));
/// assert_eq!(report.to_string(), "seedbed: calm passed 10 runs (1 schedule)");
/// ```
#[derive(Clone, Debug)]
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
    /// How many different orders there were among them: [`Report::schedule`](crate::Report). Of more than 65,536 it is an
    /// [estimate](crate::explore::Distinct), here and in the next.
    pub schedules: u64,
    /// How many different traces there were among them: in how many ways the program went.
    pub traces: u64,
    /// How many runs a limit ended, of those that count as passed all the same: see [`Hunt::cut_off`](super::Hunt::cut_off).
    pub cut_off: u64,
    /// The [points](mod@crate::fault) of the program that were reached, and those that should have been; empty unless all runs were made.
    pub points: Vec<PointTally>,
    /// What came of striking at await points, for each task or future that was to be struck, as far as it went.
    pub struck: Vec<Struck>,
    /// What it came to.
    pub verdict: Verdict,
    /// What else is to be said.
    pub remarks: Vec<Remark>,
    /// How much of a trace the text shows.
    pub(super) detail: Option<Detail>,
    /// True if a failure is what the test expects.
    pub(super) should_fail: bool,
}

/// What a hunt came to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// No run failed.
    Passed,
    /// No run failed, but these points of the program were not met, for which the test answers: see [`Hunt::points`](super::Hunt::points).
    Unexplored(Vec<PointTally>),
    /// `SEEDBED_HUNT` names another hunt, so no run was made.
    PassedOver,
    /// It was told to stop, and no run had failed.
    Interrupted,
    /// A tool asked through `SEEDBED_TOOL`, and what it wanted to know is in its records.
    Answered,
    /// A run failed.
    Failed(Box<Finding>),
    /// The same run was not the same twice.
    NotDeterministic(Box<Divergence>),
    /// A replay line was given and that run passes.
    ReplayPassed(Box<Trace>),
    /// A replay line was given that does not fit this code, and the run passes.
    ReplayMisfit(Vec<Misfit>),
    /// A task or future was to be struck at its await points, and has none.
    NothingStruck {
        /// Its path, or `(target)`.
        subject: String,
        /// Paths of tasks that there are, the first few.
        tasks: Vec<String>,
    },
    /// A task or future was to be struck at its await points, and has too many.
    TooManyPoints {
        /// Its path, or `(target)`.
        subject: String,
        /// How many it has.
        points: u64,
        /// How many may be struck.
        max: u64,
    },
    /// A setting cannot be read, so that nothing was run.
    Misconfigured(SettingError),
}

/// A failure that a hunt found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// Which run it was.
    pub found: Found,
    /// What went wrong, in the simplest run that was found.
    pub failure: Failure,
    /// What stays the same of it from one schedule to the next.
    pub signature: Signature,
    /// What happened in that run.
    pub trace: Trace,
    /// How it was shrunk; `None` where it was not: a replay, or a failure that is expected.
    pub shrunk: Option<Shrunk>,
    /// What is known of its departures; `None` where it was not shrunk.
    pub explanation: Option<Explanation>,
    /// Where a replay line did not fit.
    pub mismatches: Vec<Misfit>,
    /// What brings the run back.
    pub replay: Replay,
    /// The shell's words for that.
    pub command: String,
    /// Whether a fresh process met the same failure.
    pub proof: Proof,
    /// Where the line is kept.
    pub saved: Saved,
    /// Failures of other kinds or places that shrinking met on the way.
    pub others: Vec<OtherFinding>,
}

/// Which run of a hunt failed.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Found {
    /// One of the runs that it made.
    Run {
        /// Its number; 0 is the plain one.
        number: u64,
        /// Its seed.
        seed: Seed,
        /// Its policy.
        policy: String,
    },
    /// One in which a task or future was struck at one of its await points.
    Struck {
        /// Its path, or `(target)`.
        subject: String,
        /// How it was struck.
        strike: Strike,
        /// Where.
        point: AwaitPoint,
        /// How many await points it has.
        of: u64,
    },
    /// One that was kept in the file of regressions.
    Saved {
        /// The file.
        path: PathBuf,
        /// The number of the line.
        line: usize,
    },
    /// The one that was asked for with `SEEDBED_REPLAY`.
    Asked,
    /// One whose line a tool gave, to have it made small or explained.
    Given,
}

/// A failure that was met while another one was shrunk.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OtherFinding {
    /// What went wrong.
    pub failure: Failure,
    /// What brings it back.
    pub replay: Replay,
    /// The shell's words for that.
    pub command: String,
    /// Whether a fresh process met the same failure.
    pub proof: Proof,
    /// Where the line is kept.
    pub saved: Saved,
}

/// Something that a hunt has to say beside its verdict.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Remark {
    /// A saved line cannot be read; the others were replayed.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The number of the line.
        line: usize,
        /// What is wrong with it.
        error: SavedLineError,
    },
    /// The file of saved lines cannot be read.
    Unopened {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: String,
    },
    /// A saved line passes.
    PassesNow {
        /// The file.
        path: PathBuf,
        /// The number of the line.
        line: usize,
    },
    /// A saved line passes, and does not fit the code.
    FitsNoMore {
        /// The file.
        path: PathBuf,
        /// The number of the line.
        line: usize,
        /// Where it does not.
        mismatches: Vec<Misfit>,
    },
    /// A saved line fails, as one before it does; the report is about that one.
    FailsToo {
        /// The file.
        path: PathBuf,
        /// The number of the line.
        line: usize,
    },
    /// A saved line names a policy that is not there.
    UnknownPolicy {
        /// The file.
        path: PathBuf,
        /// The number of the line.
        line: usize,
        /// What is wrong with the name.
        error: SettingError,
    },
    /// The base seed was asked of the machine.
    FreshSeed {
        /// What it said.
        seed: Seed,
    },
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
    /// Of a hunt that has not begun.
    pub(super) fn new(name: &str, seed: Seed, policy: &str, runs_wanted: u64) -> Self {
        Self {
            name: name.to_owned(),
            seed,
            policy: policy.to_owned(),
            runs_wanted,
            runs: 0,
            schedules: 0,
            traces: 0,
            cut_off: 0,
            points: Vec::new(),
            struck: Vec::new(),
            verdict: Verdict::Passed,
            remarks: Vec::new(),
            detail: None,
            should_fail: false,
        }
    }

    /// True if there is nothing that a person must look at.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        matches!(self.verdict, Verdict::Passed | Verdict::PassedOver | Verdict::ReplayPassed(_) | Verdict::Answered)
    }

    /// True if a failure is what the test expects.
    pub(super) fn is_expected(&self) -> bool {
        self.should_fail
    }
}
