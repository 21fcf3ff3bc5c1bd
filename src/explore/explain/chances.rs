//! What samples tell: whether the departures are enough, and from when on the failure was inevitable.

use super::explanation::{Inevitable, Rate};
use super::trials::{Halt, Trials};
use crate::choice::Departures;
use crate::sim::Report;
use crate::trace::{Entry, Level, first_difference};

/// Runs for each point of the run that is tried.
const POINT: u32 = 30;

/// How many runs fail with these departures and everything else drawn afresh.
pub(super) fn sufficient(trials: &mut Trials<'_>, departures: &Departures) -> Result<Rate, Halt> {
    trials.rate(trials.samples(), |trials, nth| trials.draw(departures, "rest", nth))
}

/// How many runs fail with everything drawn.
pub(super) fn base(trials: &mut Trials<'_>) -> Result<Rate, Halt> {
    let nothing = Departures::new();
    trials.rate(trials.samples(), |trials, nth| trials.draw(&nothing, "all", nth))
}

/// Finds how many choices of the run must be kept for every sampled run to fail: by bisection, for the more is kept the likelier it is.
pub(super) fn inevitable(trials: &mut Trials<'_>, failing: &Report<()>) -> Result<Option<Inevitable>, Halt> {
    let departures = &failing.departures;
    let of = failing.choices;
    let point = |trials: &mut Trials<'_>, choices: u64| {
        trials.rate(POINT, |trials, nth| trials.draw_after(departures, choices, nth, false))
    };
    let is_certain = |rate: Rate| rate.failed == rate.of;
    let (mut enough, mut with) = (of, point(trials, of)?);
    if !is_certain(with) {
        // Then not all is decided by choices, and nothing can be said of when it was.
        return Ok(None);
    }
    // As a bound that is not included: with fewer choices than `low` kept, some runs do not fail.
    let (mut low, mut with_one_less) = (0, None);
    while low < enough {
        let middle = low + (enough - low) / 2;
        let rate = point(trials, middle)?;
        if is_certain(rate) {
            (enough, with) = (middle, rate);
        } else {
            (low, with_one_less) = (middle + 1, Some(rate));
        }
    }
    let event = match enough.checked_sub(1) {
        Some(less) => parting(trials, failing, less)?,
        None => None,
    };
    let told = |entry: &Entry<'_>| entry.event().kind().level() == Level::Summary;
    let line = event.and_then(|event| failing.trace.events().filter(told).find(|entry| entry.index() >= event));
    let line = line.map(|entry| entry.to_string());
    Ok(Some(Inevitable { choices: enough, of, event, line, with, with_one_less }))
}

/// The first event of the run that is another one in some run which keeps its first choices only: what the next choice decided.
fn parting(trials: &mut Trials<'_>, failing: &Report<()>, choices: u64) -> Result<Option<u64>, Halt> {
    let mut first: Option<u64> = None;
    for nth in 0..POINT {
        let sample = trials.draw_after(&failing.departures, choices, nth, true)?;
        let parting = first_difference(&failing.trace, &sample.trace, 0).map(|difference| difference.index());
        first = [first, parting].into_iter().flatten().min();
    }
    Ok(first.filter(|event| *event < failing.trace.total()))
}
