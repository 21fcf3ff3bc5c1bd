//! `SimInstant`: a moment of virtual time, with the arithmetic and the conversions that agnostic-lite asks for.

use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::sync::OnceLock;
use std::time::Duration;

use agnostic_lite::time;

/// What instants of the standard library are counted from. Only distances between them mean anything.
#[allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "the trait converts to it; virtual time says how far two are apart"
)]
fn origin() -> std::time::Instant {
    /// So far it is from the beginning of the machine's clock, so that there is room before it.
    const ROOM: Duration = Duration::from_secs(3_600);
    static ORIGIN: OnceLock<std::time::Instant> = OnceLock::new();
    *ORIGIN.get_or_init(|| std::time::Instant::now() + ROOM)
}

/// A moment on the virtual clock of a run, in nanoseconds: may be before the start of the run, as an instant of a machine may be before now.
///
/// As a [`std::time::Instant`] it is as far from that of another moment as the two are apart, in every run of a process.
///
/// ```
/// use agnostic_lite::time::Instant;
/// use seedbed::Sim;
/// use seedbed_agnostic::SimInstant;
/// use std::time::Duration;
///
/// let report = Sim::new(0).run(async {
///     let start = SimInstant::now();
///     seedbed::sleep(Duration::from_nanos(7)).await;
///     let (before, after): (std::time::Instant, std::time::Instant) = (start.into(), SimInstant::now().into());
///     assert_eq!(after - before, Duration::from_nanos(7));
///     assert_eq!(SimInstant::from(before), start);
///     start.elapsed()
/// });
/// assert_eq!(report.unwrap(), Duration::from_nanos(7));
/// ```
///
/// # Panics
///
/// `now` and `elapsed` outside a run; conversion to the standard library's type where that has no such moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimInstant {
    /// Since the start of the run. A `Duration` of any length may be added a few times.
    nanos: i128,
}

fn nanos(duration: Duration) -> i128 {
    i128::try_from(duration.as_nanos())
        .unwrap_or_else(|_| unreachable!("2^64 seconds are fewer than 2^127 nanoseconds"))
}

impl SimInstant {
    /// When a timer for this moment rings: at the start of the run, if it lies before, and at the end of the clock, if it lies behind.
    pub(crate) fn on_the_clock(self) -> seedbed::Instant {
        seedbed::Instant::from_nanos(u64::try_from(self.nanos.max(0)).unwrap_or(u64::MAX))
    }

    fn since(self, earlier: Self) -> Option<Duration> {
        let nanos = u128::try_from(self.nanos.checked_sub(earlier.nanos)?).ok()?;
        let seconds = u64::try_from(nanos / 1_000_000_000).ok()?;
        Some(Duration::new(seconds, u32::try_from(nanos % 1_000_000_000).ok()?))
    }
}

impl From<seedbed::Instant> for SimInstant {
    fn from(instant: seedbed::Instant) -> Self {
        Self { nanos: i128::from(instant.as_nanos()) }
    }
}

impl time::Instant for SimInstant {
    fn now() -> Self {
        seedbed::now().into()
    }

    fn elapsed(&self) -> Duration {
        self.duration_until_now()
    }

    fn checked_add(&self, duration: Duration) -> Option<Self> {
        Some(Self { nanos: self.nanos.checked_add(nanos(duration))? })
    }

    fn checked_sub(&self, duration: Duration) -> Option<Self> {
        Some(Self { nanos: self.nanos.checked_sub(nanos(duration))? })
    }

    fn checked_duration_since(&self, earlier: Self) -> Option<Duration> {
        self.since(earlier)
    }
}

impl SimInstant {
    fn duration_until_now(self) -> Duration {
        Self::from(seedbed::now()).since(self).unwrap_or_default()
    }
}

impl Add<Duration> for SimInstant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self { nanos: self.nanos + nanos(duration) }
    }
}

impl AddAssign<Duration> for SimInstant {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl Sub<Duration> for SimInstant {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self { nanos: self.nanos - nanos(duration) }
    }
}

impl SubAssign<Duration> for SimInstant {
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

impl Sub<Self> for SimInstant {
    type Output = Duration;

    /// Zero where `earlier` is later, as in the standard library.
    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier).unwrap_or_default()
    }
}

#[allow(clippy::disallowed_types, reason = "the trait converts from it; virtual time says how far two are apart")]
impl From<std::time::Instant> for SimInstant {
    fn from(instant: std::time::Instant) -> Self {
        let origin = origin();
        match instant.checked_duration_since(origin) {
            Some(after) => Self { nanos: nanos(after) },
            None => Self { nanos: -nanos(origin - instant) },
        }
    }
}

#[allow(clippy::disallowed_types, reason = "the trait converts to it; virtual time says how far two are apart")]
impl From<SimInstant> for std::time::Instant {
    fn from(instant: SimInstant) -> Self {
        let start = SimInstant { nanos: 0 };
        let there = match instant.since(start) {
            Some(after) => origin().checked_add(after),
            None => start.since(instant).and_then(|before| origin().checked_sub(before)),
        };
        there.unwrap_or_else(|| {
            panic!("std::time::Instant has no moment {} ns from the start of the run", instant.nanos)
        })
    }
}
