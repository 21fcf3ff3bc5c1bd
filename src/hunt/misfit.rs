//! `Misfit`: where a replay line does not fit the code, and at which event of the run.

use std::fmt;
use std::num::NonZeroU64;

use crate::choice::Mismatch;
use crate::instant::Instant;
use crate::sim::Report;
use crate::trace::Event;

/// A departure of a replay line that does not fit the code.
///
/// ```
/// use seedbed::Sim;
/// use seedbed::choice::{Departures, ReplayMode};
/// use seedbed::hunt::Misfit;
///
/// let plan = Departures::from_iter([("main overtaken 0".parse().unwrap(), 3.try_into().unwrap())]);
/// let report = Sim::new(0).replay(plan, ReplayMode::Strict).run(async {});
/// assert_eq!(
///     Misfit::all_of(&report)[0].to_string(),
///     "main overtaken 0 = 3: out of bounds, the largest possible answer was 0 (event 4, 0.000s)"
/// );
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Misfit {
    /// Which, and how it does not fit.
    pub mismatch: Mismatch,
    /// The event at which the question was asked, or the last one of its sort; counted from 1, as differences of traces count. `None` where
    /// nothing of the sort was asked, or no trace kept.
    pub event: Option<u64>,
    /// The virtual time of that.
    pub at: Option<Instant>,
}

impl Misfit {
    /// Every misfit of a strict replay, in the order in which they were noticed.
    #[must_use]
    pub fn all_of<T>(report: &Report<T>) -> Vec<Self> {
        report.mismatches.iter().map(|mismatch| Self::of(mismatch, report)).collect()
    }

    fn of<T>(mismatch: &Mismatch, report: &Report<T>) -> Self {
        let asked = match mismatch {
            Mismatch::OutOfBounds { address, .. } => Some((address, address.n())),
            Mismatch::NeverAsked { address, asked, .. } => asked.checked_sub(1).map(|last| (address, last)),
        };
        // The n-th question about a task's turn is asked for its n-th step; of other questions it was noted when they were asked.
        let asked = asked.filter(|(address, _)| address.kind().is_of_turns());
        let found = asked.and_then(|(address, n)| {
            let names = report.trace.names();
            let mut steps = report.trace.events().filter(|entry| match entry.event() {
                Event::Polled { task } => names.path(task) == address.subject(),
                _ => false,
            });
            // The middle of a very long trace is left out; then the count would be wrong.
            if report.trace.left_out().is_empty() { steps.nth(usize::try_from(n).ok()?) } else { None }
        });
        let noted = mismatch.event().map(NonZeroU64::get);
        let found = noted.map_or(found, |event| report.trace.get(event - 1));
        let event = noted.or(found.map(|entry| entry.index() + 1));
        let at = found.map(|entry| entry.time());
        Self { mismatch: mismatch.clone(), event, at }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.mismatch)?;
        match (self.event, self.at) {
            (Some(event), Some(at)) => write!(f, " (event {event}, {at}s)"),
            (Some(event), None) => write!(f, " (event {event})"),
            _ => Ok(()),
        }
    }
}
