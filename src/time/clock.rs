//! Reading the virtual clock.

use crate::context;
use crate::instant::Instant;

/// The virtual time: nanoseconds since the start of the run.
///
/// # Panics
///
/// Outside a run.
///
/// ```
/// use seedbed::{Sim, now, sleep};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     let start = now();
///     sleep(Duration::from_secs(3600)).await;
///     now() - start
/// });
/// assert_eq!(report.unwrap(), Duration::from_secs(3600));
/// ```
#[doc(alias = "asyncio.loop.time")]
#[doc(alias = "Instant::now")]
#[must_use]
#[track_caller]
pub fn now() -> Instant {
    Instant::from_nanos(context::with("now", |kernel| kernel.now))
}
