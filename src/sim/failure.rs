//! What went wrong in a run, as data, and as the text a person reads.

use std::sync::Arc;

use crate::instant::Instant;
use crate::kernel::{BlockedTask, LimitKind, PanicReport, Stop};
use crate::trace::{Level, Trace};

/// How many events a failure shows.
const LAST_EVENTS: usize = 12;

/// What tokio's tasks, timers and sockets say where its runtime does not run.
const NO_TOKIO: &str = "must be called from the context of a Tokio 1.x runtime";

const INSTEAD_OF_TOKIO: &str = "
    tokio's runtime does not run here, only its channels and locks: use `spawn`, `sleep`, `timeout` and the like of seedbed";

/// What sort of failure ended a run, with its particulars.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum FailureKind {
    /// A task panicked and nobody awaited it, or a callback, destructor or driver did.
    Panic(Arc<PanicReport>),
    /// Nothing can ever happen again, but tasks remain.
    Deadlock {
        /// The tasks that wait, in the order of their creation.
        blocked: Vec<BlockedTask>,
        /// Paths of tasks of which each waits for the next, the last for the first; empty if there is no such cycle.
        cycle: Vec<String>,
        /// There are timers, but the clock is driven by hand and nobody moves it.
        clock_held: bool,
    },
    /// A limit of the run was passed.
    Limit {
        /// Which.
        limit: LimitKind,
        /// Its value.
        bound: String,
        /// The task that would have passed it, if one can be named.
        task: Option<String>,
        /// What it was about to do.
        detail: String,
    },
    /// A thread that the run does not control woke one of its tasks: the run is not deterministic.
    ForeignWake {
        /// Paths of the tasks that were woken.
        tasks: Vec<String>,
    },
    /// The main task ended cancelled.
    MainCancelled {
        /// The message of the cancellation, if it had one.
        message: Option<String>,
    },
    /// The main task of a test returned an error.
    Returned {
        /// The `Debug` form of the error.
        error: String,
    },
}

/// Why a run failed: what, and when in virtual time.
///
/// Its `Display` is the report; the last lines of the trace are with it if the trace was recorded.
///
/// ```
/// use seedbed::{FailureKind, Sim, sync::Lock};
/// let report = Sim::new(0).run(async {
///     let lock = Lock::new().named("accounts");
///     let _held = lock.lock().await;
///     let _again = lock.lock().await;
/// });
/// let failure = report.result.unwrap_err();
/// assert!(matches!(&failure.kind, FailureKind::Deadlock { blocked, .. } if blocked[0].held_by == ["main"]));
/// assert!(failure.to_string().contains("main waits for lock accounts"));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Failure {
    /// What went wrong.
    pub kind: FailureKind,
    /// When.
    pub at: Instant,
    /// The last events before it, rendered; empty if the trace was not recorded.
    pub last_events: String,
    /// How many events there were in all.
    pub events: u64,
    /// The inputs that the test had drawn, each as `name = value`; empty where it has none.
    pub inputs: Vec<String>,
}

impl Failure {
    pub(super) fn new(kind: FailureKind, at: Instant, trace: &Trace) -> Self {
        let last_events = if trace.is_recorded() {
            trace.filter().level(Level::Summary).last(LAST_EVENTS).summary()
        } else {
            String::new()
        };
        Self { kind, at, last_events, events: trace.total(), inputs: Vec::new() }
    }
}

impl From<Stop> for FailureKind {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Deadlock { blocked, cycle, clock_held } => Self::Deadlock { blocked, cycle, clock_held },
            Stop::Limit { limit, bound, task, detail } => Self::Limit { limit, bound, task, detail },
            Stop::Panic(report) => Self::Panic(report),
            Stop::ForeignWake { tasks } => Self::ForeignWake { tasks },
        }
    }
}

impl std::fmt::Display for FailureKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Panic(report) => {
                f.write_str("panicked")?;
                report.location.iter().try_for_each(|location| write!(f, " at {location}"))?;
                // Before the message, which may have several lines.
                write!(f, " in {}: {}", report.task, report.message)?;
                let wants_tokio = report.message.contains(NO_TOKIO);
                if wants_tokio { f.write_str(INSTEAD_OF_TOKIO) } else { Ok(()) }
            }
            Self::Deadlock { blocked, cycle, clock_held } => deadlock(f, blocked, cycle, *clock_held),
            Self::Limit { limit, bound, task, detail } => {
                write!(f, "limit `{}` passed", limit.name())?;
                task.iter().try_for_each(|task| write!(f, " in {task}"))?;
                write!(f, ": more than {bound}")?;
                write!(f, "\n    {detail}")?;
                match limit {
                    // No setting moves this one.
                    LimitKind::Teardown => Ok(()),
                    _ => write!(
                        f,
                        "; if that is meant, raise it with `Sim::{0}`, or `{0}` in the attribute",
                        limit.name()
                    ),
                }
            }
            Self::ForeignWake { tasks } => write!(
                f,
                "not deterministic: a thread outside the run woke {}\n    use seedbed's executors, or channels fed by \
                 tasks, instead of threads of the operating system",
                tasks.join(", ")
            ),
            Self::MainCancelled { message } => {
                f.write_str("the main task was cancelled")?;
                message.iter().try_for_each(|message| write!(f, ": {message}"))
            }
            Self::Returned { error } => write!(f, "the test returned an error: {error}"),
        }
    }
}

fn deadlock(
    f: &mut std::fmt::Formatter<'_>,
    blocked: &[BlockedTask],
    cycle: &[String],
    clock_held: bool,
) -> std::fmt::Result {
    let count = blocked.iter().filter(|blocked| !blocked.is_job).count();
    let (tasks, them) = if count == 1 { ("task waits", "it") } else { ("tasks wait", "them") };
    match blocked {
        // A loop that waits for a promise, or runs for ever, with no task left that could end it.
        [] => f.write_str("deadlock: the loop has nothing left to run, and nothing can stop it")?,
        _ => write!(f, "deadlock: {count} {tasks} and nothing can wake {them}")?,
    }
    for task in blocked {
        write!(f, "\n    {} waits for {} since {}s", task.task, task.waits_for, task.since)?;
        if !task.held_by.is_empty() {
            write!(f, ", which is up to {}", task.held_by.join(", "))?;
        }
        if !task.spawned_at.is_empty() {
            write!(f, " ({} at {})", if task.is_job { "submitted" } else { "spawned" }, task.spawned_at)?;
        }
    }
    if let [first, ..] = cycle {
        write!(f, "\n    cycle: {} -> {first}", cycle.join(" -> "))?;
    }
    if clock_held {
        f.write_str("\n    timers are set, but time is driven by hand: `advance` the clock")?;
    }
    Ok(())
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "seedbed: the run failed at {}s", self.at)?;
        for line in self.kind.to_string().lines() {
            writeln!(f, "  {line}")?;
        }
        for line in self.inputs.iter().flat_map(|input| input.lines()) {
            writeln!(f, "  {line}")?;
        }
        if !self.last_events.is_empty() {
            let shown = self.last_events.lines().count();
            writeln!(f, "  trace (last {shown} of {} events):", self.events)?;
            for line in self.last_events.lines() {
                writeln!(f, "    {line}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
