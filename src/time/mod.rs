//! Virtual time: the clock, sleeps, intervals, timeouts, time driven by hand, and the wall clock, which shows the time of day.

mod clock;
mod sleep;
mod interval;
mod deadline;
mod timeout;
mod by_hand;
mod wall_time;
mod wall_clock;

pub use by_hand::{AtRest, advance, run_until_idle, wait_all_blocked};
pub use clock::now;
pub use deadline::RescheduleError;
pub use interval::{Interval, interval};
pub use sleep::{Sleep, sleep, sleep_until};
pub use timeout::{Elapsed, Timeout, TimeoutHandle, timeout, timeout_at};
pub use wall_clock::{drift_wall, jump_wall, jump_wall_back, set_wall, wall_now};
pub use wall_time::{ParseWallTimeError, WallTime, WentBack};

pub(crate) use wall_clock::wall_change;

pub use crate::instant::Instant;
