//! Whether a departure is needed: the run without it, and where the two part.

use super::explanation::{Needed, Parting, Without};
use super::trials::{Halt, Trials, Verdict};
use crate::choice::{Address, Departures};
use crate::trace::{Entry, Level, Trace};

/// Runs without a departure. None if the run fails in the same way all the same.
pub(super) fn needed(
    trials: &mut Trials<'_>,
    failing: &Trace,
    departures: &Departures,
    address: &Address,
) -> Result<Option<Needed>, Halt> {
    let mut rest = departures.clone();
    rest.remove(address);
    let twin = trials.replay(rest, true)?;
    let without = match trials.judge(&twin) {
        Verdict::Same => return Ok(None),
        Verdict::Passed => Without::Passes,
        Verdict::Otherwise(signature) => Without::FailsOtherwise(signature),
        Verdict::CutShort => Without::GoesOn,
    };
    Ok(Some(Needed { without, parting: parting(failing, &twin.trace) }))
}

/// The first thing that two runs do differently. Polls, wakes and choices differ as soon as the order does, and say nothing.
fn parting(failing: &Trace, twin: &Trace) -> Option<Parting> {
    let mut one = failing.events().filter(is_told);
    let mut other = twin.events().filter(is_told);
    loop {
        let (failing_entry, twin_entry) = (one.next(), other.next());
        let lines = [failing_entry, twin_entry].map(|entry| entry.map(|entry| entry.to_string()));
        if lines[0] != lines[1] {
            let [line, without] = lines;
            let event = failing_entry.map_or(failing.total(), |entry| entry.index());
            return Some(Parting { event, failing: line, without });
        }
        failing_entry?;
    }
}

fn is_told(entry: &Entry<'_>) -> bool {
    entry.event().kind().level() == Level::Summary
}
