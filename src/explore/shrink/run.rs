//! `shrink`: all passes, in turn, until nothing changes.

use std::ops::ControlFlow;

use super::certain::{Nondeterminism, replay_twice};
use super::elsewhere::{draw_afresh, merge};
use super::fewer::fewer;
use super::instead::time_instead;
use super::limits::ShrinkLimits;
use super::search::{Halt, Search};
use super::shrunk::{ShrinkProgress, ShrinkStop, Shrunk};
use super::smaller::{earlier, is_minimal, lower};
use crate::explore::program::Program;
use crate::sim::Report;

/// Finds a simple failing run: few departures that make the program fail in the same way as a given run.
///
/// The run must have been recorded ([`Sim::record`](crate::Sim::record)); its trace is not needed. After every run, `progress` is told
/// where things stand, and may end the search; the best that was found is returned then, as it is when a limit is reached.
///
/// See the example at [`Shrunk`].
///
/// # Errors
///
/// [`Nondeterminism`] where the departures, replayed, do not bring the same run back, before or after shrinking.
///
/// # Panics
///
/// If the run did not fail.
pub fn shrink(
    program: &dyn Program,
    failing: &Report<()>,
    limits: &ShrinkLimits,
    progress: &mut dyn FnMut(&ShrinkProgress) -> ControlFlow<()>,
) -> Result<Shrunk, Nondeterminism> {
    let Err(failure) = &failing.result else {
        panic!("there is nothing to shrink: the run with seed {} did not fail", failing.seed)
    };
    let replayed = replay_twice(program, failing)?;
    let mut search = Search::new(program, &replayed, failure, limits, progress);
    let (stop, is_minimal) = match passes(&mut search) {
        Ok(()) => (ShrinkStop::Finished, true),
        Err(Halt(stop)) => (stop, false),
    };
    let mut shrunk = Shrunk {
        before: search.before,
        runs: search.runs,
        accepted: search.accepted,
        spared: search.spared,
        stop,
        is_minimal,
        others: std::mem::take(&mut search.others),
        report: search.into_best(),
    };
    shrunk.report = replay_twice(program, &shrunk.report)?;
    Ok(shrunk)
}

/// Rounds of all passes, until one changes nothing and the check agrees.
fn passes(search: &mut Search<'_>) -> Result<(), Halt> {
    for round in 0.. {
        let before = search.accepted;
        fewer(search, round)?;
        lower(search)?;
        merge(search)?;
        earlier(search)?;
        if search.accepted == before {
            draw_afresh(search, round)?;
        }
        if search.accepted == before {
            time_instead(search)?;
        }
        if search.accepted == before && is_minimal(search)? {
            break;
        }
    }
    Ok(())
}

/// Tells of a failing run whether no departure can be left out and no value lowered, as of one that was shrunk: false too where it could
/// not be found out. Returns its strict replay, with the trace.
pub(crate) fn check_minimal(
    program: &dyn Program,
    failing: &Report<()>,
    limits: &ShrinkLimits,
    progress: &mut dyn FnMut(&ShrinkProgress) -> ControlFlow<()>,
) -> Result<(Report<()>, bool), Nondeterminism> {
    let replayed = replay_twice(program, failing)?;
    let Err(failure) = &replayed.result else {
        unreachable!("seedbed bug: a strict replay of a failing run is the same run and passes, please report")
    };
    let is_minimal = is_minimal(&mut Search::new(program, &replayed, failure, limits, progress)).unwrap_or(false);
    Ok((replayed, is_minimal))
}
