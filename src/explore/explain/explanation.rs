//! `Explanation`: what is known of a failing run, as data.

use std::num::NonZeroU32;

use crate::choice::{Address, Kind};
use crate::explore::signature::Signature;
use crate::instant::Instant;

/// What is known of a failing run: its `Display` is the text that a report shows.
///
/// # Examples
///
/// ```
/// use seedbed::explore::{ExplainLimits, ShrinkLimits, explain, shrink};
/// use seedbed::{Report, Sim, policy::Random, spawn};
/// use std::{cell::Cell, ops::ControlFlow, rc::Rc};
///
/// let program = |sim: Sim| -> Report<()> {
///     sim.run(async {
///         let last = Rc::new(Cell::new(0));
///         let [first, second] = [1, 2].map(|number| {
///             let last = Rc::clone(&last);
///             spawn(async move { last.set(number) })
///         });
///         first.await.unwrap();
///         second.await.unwrap();
///         assert_eq!(last.get(), 2, "the second task was not the last");
///     })
/// };
/// let run = |seed: u64| program(Sim::new(seed).policy(Random::new(seed.into())).record(true));
/// let failing = (0..100).map(run).find(|report| report.result.is_err()).ok_or("all orders pass")?;
/// let shrunk = shrink(&program, &failing, &ShrinkLimits::default(), &mut |_| ControlFlow::Continue(()))?;
///
/// let explanation = explain(&program, &shrunk, &ExplainLimits::default(), &mut |_| ControlFlow::Continue(()));
/// assert_eq!(explanation.sufficient.map(|rate| rate.to_string()), Some("100 of 100".to_owned()));
/// let text = explanation.to_string();
/// assert!(text.contains("ran main/2 before main/1, which was ready since 0.000s"), "{text}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The departures, in the order in which they happened.
    pub departures: Vec<Explained>,
    /// How many runs failed in this way with these departures and everything else drawn afresh.
    pub sufficient: Option<Rate>,
    /// How many runs failed in this way with everything drawn.
    pub base: Option<Rate>,
    /// From when on the failure could not be avoided.
    pub inevitable: Option<Inevitable>,
    /// How often the program was run for all this.
    pub runs: u64,
    /// Why no more is known.
    pub stop: ExplainStop,
}

/// What is known of one departure.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explained {
    /// Its address.
    pub address: Address,
    /// Its value.
    pub answer: NonZeroU32,
    /// When it began to matter, if the trace shows it.
    pub at: Option<Instant>,
    /// The position of its event in the trace of the shrunk run, if it is there.
    pub event: Option<u64>,
    /// What it did.
    pub deed: Deed,
    /// What happens without it.
    pub needed: Option<Needed>,
    /// Which other values do.
    pub values: Option<Values>,
}

/// What a departure did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deed {
    /// A task that was ready had to wait, while others that became ready later ran.
    Overtaken {
        /// The task that waited.
        task: String,
        /// Since when it was ready.
        ready_since: Instant,
        /// `file:line` where it was spawned.
        spawned_at: Option<String>,
        /// Who ran before it, in the order in which they first did.
        by: Vec<Overtaker>,
        /// False if it still waited when the run ended.
        ran: bool,
    },
    /// The clock moved and timers expired while tasks were ready.
    Clock {
        /// When it moved to.
        to: Instant,
        /// The tasks whose timers expired, each named once.
        expired: Vec<String>,
        /// The tasks that were ready, each named once.
        waiting: Vec<String>,
    },
    /// A `select!` polled another branch first.
    Branch {
        /// Who selected.
        who: String,
    },
    /// A generator of random numbers followed another stream.
    Drew {
        /// Who drew.
        who: String,
    },
    /// A timer expired late.
    Late {
        /// Whose timer it was, or who set it.
        who: String,
        /// By how many nanoseconds.
        nanos: u64,
    },
    /// A fault point of user code struck.
    Point {
        /// Whom.
        who: String,
        /// The name of the point.
        name: String,
    },
    /// Another fault struck.
    Fault {
        /// Of this kind.
        kind: Kind,
        /// Whom it struck.
        who: String,
        /// The answer: for faults that last, virtual nanoseconds.
        value: u32,
    },
    /// A task was cancelled or dropped at an await point, or made to panic there.
    Struck {
        /// Who.
        who: String,
        /// How, and what it waited for.
        how: String,
    },
    /// The trace does not show it.
    Untold,
}

/// A task that ran before another one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overtaker {
    /// Its path.
    pub task: String,
    /// How many of its steps.
    pub steps: u32,
}

/// What happens without a departure.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Needed {
    /// What comes of it.
    pub without: Without,
    /// Where the two runs part.
    pub parting: Option<Parting>,
}

/// What a run without a departure comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Without {
    /// It passes.
    Passes,
    /// It fails in another way.
    FailsOtherwise(Signature),
    /// It does not end within four times the steps of the failing run.
    GoesOn,
}

/// The first thing that two runs do differently, polls, wakes and choices aside.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parting {
    /// The position in the trace of the failing run.
    pub event: u64,
    /// The line of the failing run; none if it had ended.
    pub failing: Option<String>,
    /// The line of the run without the departure; none if it had ended.
    pub without: Option<String>,
}

/// The values of a departure with which the run fails in the same way, and with which it does not, among those that were tried and possible.
///
/// Lower values than the departure's own were tried when it was shrunk.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Values {
    /// With these it fails in the same way, the departure's own among them, in growing order.
    pub failing: Vec<u32>,
    /// With these it does not, in growing order.
    pub passing: Vec<u32>,
    /// True if every higher value that is possible was tried.
    pub complete: bool,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rate {
    /// How many failed in the same way.
    pub failed: u32,
    /// How many were run.
    pub of: u32,
}

/// From when on a failure could not be avoided, as far as samples tell.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inevitable {
    /// How many choices at the beginning of the run have to be kept; the last of them is the one that decides.
    pub choices: u64,
    /// How many choices the run has.
    pub of: u64,
    /// The position in the trace of what the deciding choice brought about; none if nothing has to be kept.
    pub event: Option<u64>,
    /// The first line of the trace from there on that is no poll, wake or choice.
    pub line: Option<String>,
    /// The runs with these choices kept and everything after them drawn afresh.
    pub with: Rate,
    /// The runs with one choice less kept; none if nothing has to be kept.
    pub with_one_less: Option<Rate>,
}

/// Why an explanation knows no more.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExplainStop {
    /// It knows all it can.
    Finished,
    /// Shrinking was stopped, so that departures may be left that do not matter; nothing was claimed of them.
    NotMinimal,
    /// So many runs as the limit allows.
    Runs,
    /// It was told to stop.
    Interrupted,
    /// The program, or seedbed, panicked outside of a run.
    Panicked {
        /// What the panic said.
        message: String,
    },
}

/// Where an explanation stands, for whoever waits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExplainProgress {
    /// How often the program was run.
    pub runs: u64,
    /// What is being asked, in a word or two.
    pub question: &'static str,
}
