//! Virtual time: the clock, sleeps, intervals, timeouts, and time driven by hand.

mod clock;
mod sleep;
mod interval;
mod deadline;
mod timeout;
mod by_hand;

pub use by_hand::{AtRest, advance, run_until_idle, wait_all_blocked};
pub use clock::now;
pub use deadline::RescheduleError;
pub use interval::{Interval, interval};
pub use sleep::{Sleep, sleep, sleep_until};
pub use timeout::{Elapsed, Timeout, TimeoutHandle, timeout, timeout_at};

pub use crate::instant::Instant;
