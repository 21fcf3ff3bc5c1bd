//! First in, first out: asyncio's own order.

use super::propose::{Policy, Ready};
use crate::choice::Turn;

/// The plain policy: whoever has been ready for the longest time runs. It departs from nothing.
///
/// ```
/// use seedbed::{Sim, policy::Fifo, spawn};
/// let report = Sim::new(1).policy(Fifo).run(async {
///     let (a, b) = (spawn(async { seedbed::note!("a") }), spawn(async { seedbed::note!("b") }));
///     b.await.unwrap();
///     a.await.unwrap();
/// });
/// assert!(report.departures.is_empty());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Fifo;

impl Policy for Fifo {
    fn name(&self) -> String {
        "fifo".to_owned()
    }

    fn next(&mut self, _: &Ready<'_>) -> Turn {
        Turn::PLAIN
    }

    fn is_plain(&self) -> bool {
        true
    }
}
