//! `Shrunk`: what shrinking came to.

use crate::choice::{Departures, Replay};
use crate::explore::signature::Signature;
use crate::sim::{Failure, Report};

/// The simplest failing run that shrinking found.
///
/// # Examples
///
/// ```
/// use seedbed::explore::{ShrinkLimits, shrink};
/// use seedbed::{Report, Sim, policy::Random, spawn, yield_now};
/// use std::{cell::Cell, ops::ControlFlow, rc::Rc};
///
/// // Two tasks add to a total; the second one yields between reading and writing it.
/// async fn add(total: Rc<Cell<u32>>, yields: bool) {
///     let read = total.get();
///     if yields {
///         yield_now().await;
///     }
///     total.set(read + 1);
/// }
///
/// let program = |sim: Sim| -> Report<()> {
///     sim.run(async {
///         let total = Rc::new(Cell::new(0));
///         let (quick, slow) = (spawn(add(total.clone(), false)), spawn(add(total.clone(), true)));
///         quick.await.unwrap();
///         slow.await.unwrap();
///         assert_eq!(total.get(), 2, "an addition was lost");
///     })
/// };
/// let run = |seed: u64| program(Sim::new(seed).policy(Random::new(seed.into())).record(true));
/// let failing = (0..100).map(run).find(|report| report.result.is_err()).ok_or("no order lost an addition")?;
///
/// let shrunk = shrink(&program, &failing, &ShrinkLimits::default(), &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!(shrunk.departures().to_string(), "main/1 overtaken 0 = 1");
/// assert!(shrunk.is_minimal);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Shrunk {
    /// The report of the simplest run, replayed strictly, with its departures and its trace.
    pub report: Report<()>,
    /// How many departures there were before.
    pub before: usize,
    /// How often the program was run.
    pub runs: u64,
    /// How often a simpler failing run was taken.
    pub accepted: u64,
    /// How often a run could be spared, because its outcome was known.
    pub spared: u64,
    /// Why shrinking ended.
    pub stop: ShrinkStop,
    /// True if it was checked that the run fails in this way no longer when any one of its departures is left out, or has a lower value:
    /// all lower ones up to 32, else the powers of two and the next lower one. (The value of an [`rng`](crate::choice::Kind::Rng) departure names a
    /// stream of numbers and is neither low nor high.)
    pub is_minimal: bool,
    /// Failures of other kinds or places that were met on the way, the first sixteen.
    pub others: Vec<OtherFailure>,
}

impl Shrunk {
    /// The departures that are left.
    #[must_use]
    pub fn departures(&self) -> &Departures {
        &self.report.departures
    }

    /// What brings the run back.
    #[must_use]
    pub fn replay(&self) -> Replay {
        Replay::Departures(self.report.departures.clone())
    }

    /// True if time went differently in this run than it plainly does: timers expired while tasks were ready, or late, or something took longer.
    #[must_use]
    pub fn needs_perturbed_time(&self) -> bool {
        self.departures().iter().any(|(address, _)| address.kind().is_of_time())
    }
}

/// Why shrinking ended; all but the first leave departures that may not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShrinkStop {
    /// A whole round of all passes changed nothing.
    Finished,
    /// So many runs as the limit allows.
    Runs,
    /// So many simpler runs as the limit allows.
    Accepted,
    /// Too many runs in a row that brought nothing.
    Stalled,
    /// It took too long.
    Wall,
    /// It was told to stop.
    Interrupted,
    /// A run did not end with a report: the program, or seedbed, panicked outside of it.
    Panicked {
        /// What the panic said.
        message: String,
    },
}

/// A failure that is not the one to be shrunk.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OtherFailure {
    /// What tells it from others.
    pub signature: Signature,
    /// The simplest departures that were seen to bring it about.
    pub departures: Departures,
    /// The failure in that run.
    pub failure: Failure,
}

/// Where shrinking stands, for whoever waits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShrinkProgress {
    /// How many departures there were before.
    pub before: usize,
    /// How many there are now.
    pub departures: usize,
    /// How often the program was run.
    pub runs: u64,
    /// How often a simpler failing run was taken.
    pub accepted: u64,
    /// What is being tried, in a word or two.
    pub pass: &'static str,
}
