//! `explain`: all questions, in the order of what a reader wants to know first.

use std::ops::ControlFlow;

use super::chances::{base, inevitable, sufficient};
use super::deeds::Deeds;
use super::explanation::{ExplainProgress, ExplainStop, Explained, Explanation};
use super::limits::ExplainLimits;
use super::needed::needed;
use super::trials::{Halt, Trials};
use super::values::values;
use crate::choice::StreamKey;
use crate::explore::program::Program;
use crate::explore::shrink::Shrunk;
use crate::sim::Report;

/// Explains a shrunk run: what its departures did, why they are needed, and how certain the failure is.
///
/// After every run `progress` is told where things stand, and may end it; what is known by then is returned, as it is when the limit
/// is reached.
///
/// See the example at [`Explanation`].
///
/// # Panics
///
/// If the run did not fail; one that [`shrink`](crate::explore::shrink()) returned did.
pub fn explain(
    program: &dyn Program,
    shrunk: &Shrunk,
    limits: &ExplainLimits,
    progress: &mut dyn FnMut(&ExplainProgress) -> ControlFlow<()>,
) -> Explanation {
    explain_run(program, &shrunk.report, shrunk.is_minimal, limits, progress)
}

/// Explains a failing run, with its trace. Where nobody knows whether all of its departures are needed, only what they did is told.
pub(crate) fn explain_run(
    program: &dyn Program,
    failing: &Report<()>,
    is_minimal: bool,
    limits: &ExplainLimits,
    progress: &mut dyn FnMut(&ExplainProgress) -> ControlFlow<()>,
) -> Explanation {
    let Err(failure) = &failing.result else {
        panic!("there is nothing to explain: the run with seed {} did not fail", failing.seed)
    };
    let mut explanation = Explanation {
        departures: tell(failing),
        sufficient: None,
        base: None,
        inevitable: None,
        runs: 0,
        stop: ExplainStop::NotMinimal,
    };
    if is_minimal {
        let mut trials = Trials::new(program, failing, failure, limits, progress);
        let answered = answer(&mut trials, failing, &mut explanation);
        explanation.stop = answered.map_or_else(|Halt(stop)| stop, |()| ExplainStop::Finished);
        explanation.runs = trials.runs;
    }
    explanation
}

/// What the trace tells of each departure, in the order in which they happened. It takes no run.
pub(crate) fn tell(failing: &Report<()>) -> Vec<Explained> {
    let deeds = Deeds::read(&failing.trace);
    let (mut stream, mut before): (Option<StreamKey>, usize) = (None, 0);
    let mut told: Vec<Explained> = Vec::new();
    for (address, answer) in &failing.departures {
        before = if stream == Some(address.stream()) { before + 1 } else { 0 };
        stream = Some(address.stream());
        let what = deeds.tell(address, before);
        told.push(Explained {
            address: address.clone(),
            answer,
            at: what.at,
            event: what.event,
            deed: what.deed,
            needed: None,
            values: None,
        });
    }
    told.sort_by_key(|explained| explained.event.unwrap_or(u64::MAX));
    told
}

fn answer(trials: &mut Trials<'_>, failing: &Report<()>, explanation: &mut Explanation) -> Result<(), Halt> {
    trials.begin("what is needed");
    for explained in &mut explanation.departures {
        explained.needed = needed(trials, &failing.trace, &failing.departures, &explained.address)?;
    }
    trials.begin("what is enough");
    explanation.sufficient = Some(sufficient(trials, &failing.departures)?);
    explanation.base = Some(base(trials)?);
    trials.begin("which values do");
    for explained in &mut explanation.departures {
        explained.values = values(trials, &failing.departures, &explained.address)?;
    }
    trials.begin("when it became inevitable");
    explanation.inevitable = inevitable(trials, failing)?;
    Ok(())
}
