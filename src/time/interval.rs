//! A tick at equal distances.

use std::time::Duration;

use super::clock::now;
use super::sleep::sleep_until;
use crate::context;
use crate::instant::Instant;

/// Ticks at once and then every `period` of virtual time.
///
/// A tick that comes late (the loop was blocked, or the caller was busy) does not shift those after it: ticks missed
/// come one after the other, without waiting, until the interval has caught up.
///
/// # Panics
///
/// If `period` is zero; outside a run.
///
/// ```
/// use seedbed::{Sim, interval, now};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     let mut ticks = interval(Duration::from_secs(1));
///     for _ in 0..3 {
///         ticks.tick().await;
///     }
///     now().to_string()
/// });
/// assert_eq!(report.unwrap(), "2.000");
/// ```
#[doc(alias = "tokio::time::interval")]
#[must_use]
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    assert!(!period.is_zero(), "an interval needs a period greater than zero");
    let start = context::with("interval", |kernel| Instant::from_nanos(kernel.now));
    Interval { period, next: Some(start) }
}

/// The last instant of the clock.
const END: Instant = Instant::from_nanos(u64::MAX);

/// Made by [`interval`].
#[derive(Debug)]
pub struct Interval {
    period: Duration,
    /// None once the clock is at its end.
    next: Option<Instant>,
}

impl Interval {
    /// Waits for the next tick and returns the instant for which it was due.
    ///
    /// Dropping the future before it completes loses no tick.
    pub async fn tick(&mut self) -> Instant {
        let Some(due) = self.next else { return std::future::pending().await };
        if due > now() {
            sleep_until(due).await;
        }
        // A tick past the end of the clock is waited for at its end, so that the limit on virtual time names it.
        self.next = due.checked_add(self.period).or((due < END).then_some(END));
        due
    }

    /// The distance between two ticks.
    #[must_use]
    pub fn period(&self) -> Duration {
        self.period
    }
}
