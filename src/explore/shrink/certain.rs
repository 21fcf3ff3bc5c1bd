//! Making sure of a failure: its departures, replayed strictly, must bring the same run back, event by event.

use std::fmt;

use crate::choice::{Mismatch, ReplayMode};
use crate::explore::caught::run_caught;
use crate::explore::program::Program;
use crate::sim::{Report, Sim};
use crate::trace::{Difference, first_difference};

/// How many events are shown around the first that differs.
const CONTEXT: usize = 3;

/// The program did not do the same twice: something decides its course that seedbed does not control.
///
/// Its `Display` names the first event that differs, and the usual suspects.
///
/// # Examples
///
/// ```
/// use seedbed::explore::{ShrinkLimits, shrink};
/// use seedbed::{Report, Sim, note};
/// use std::{cell::Cell, ops::ControlFlow};
///
/// let runs = Cell::new(0);
/// let program = |sim: Sim| -> Report<()> {
///     let run = runs.replace(runs.get() + 1);
///     sim.run(async move {
///         note!("run {run}");
///         panic!("it fails each time");
///     })
/// };
/// let failing = program(Sim::new(1).record(true));
/// let error = shrink(&program, &failing, &ShrinkLimits::default(), &mut |_| ControlFlow::Continue(())).unwrap_err();
/// assert!(error.to_string().contains("run 1"), "{error}");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Nondeterminism {
    /// The same departures led to two different runs.
    Differs {
        /// Where they first differ.
        difference: Difference,
        /// The departures that did not fit the second run.
        mismatches: Vec<Mismatch>,
    },
    /// A replay did not end with a report, as the run did: the program panicked outside of it.
    Panicked {
        /// What the panic said.
        message: String,
    },
}

impl fmt::Display for Nondeterminism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "not deterministic: the same choices led to different runs")?;
        match self {
            Nondeterminism::Differs { difference, mismatches } => {
                writeln!(f, "{difference}")?;
                mismatches.iter().try_for_each(|mismatch| writeln!(f, "did not fit: {mismatch}"))?;
            }
            Nondeterminism::Panicked { message } => {
                writeln!(
                    f,
                    "the first run ended with a report; when replayed, the program panicked outside of the run: {message}"
                )?;
            }
        }
        f.write_str(
            "usual suspects: the order of a HashMap or HashSet, std's Instant or SystemTime, a static or thread-local that keeps its value \
             from run to run, a thread of the operating system, tokio::select! or tokio's watch",
        )
    }
}

impl std::error::Error for Nondeterminism {}

/// Replays the departures of a run strictly, twice. Returns the second replay's report, with its trace.
pub(super) fn replay_twice(program: &dyn Program, run: &Report<()>) -> Result<Report<()>, Nondeterminism> {
    let replay = || replay_strictly(program, run);
    let (first, second) = (replay()?, replay()?);
    // The two replays first: both have their events, while of the run itself perhaps only the digest is known.
    compare(&first, &second)?;
    compare(run, &first)?;
    Ok(second)
}

fn replay_strictly(program: &dyn Program, run: &Report<()>) -> Result<Report<()>, Nondeterminism> {
    let sim = Sim::new(run.seed).replay(run.departures.clone(), ReplayMode::Strict).record(true);
    // One that goes on for longer is another run already, and might never end.
    run_caught(program, sim.steps_cap(run.steps)).map_err(|message| Nondeterminism::Panicked { message })
}

/// The digest counts every event and every name, kept or not.
fn compare(first: &Report<()>, second: &Report<()>) -> Result<(), Nondeterminism> {
    if first.digest == second.digest {
        return Ok(());
    }
    let difference = first_difference(&first.trace, &second.trace, CONTEXT)
        .expect("seedbed bug: two traces are equal and their digests are not, please report");
    Err(Nondeterminism::Differs { difference, mismatches: second.mismatches.clone() })
}
