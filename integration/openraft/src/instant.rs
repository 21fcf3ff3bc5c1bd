//! `SimInstant`: a moment of virtual time, with the arithmetic that openraft asks for.

use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::time::Duration;

use openraft_rt::Instant;

/// A moment on the virtual clock of a run, or before its start.
///
/// openraft subtracts leases from the present, also when the present is young: [`std::time::Instant`] allows that on Linux, where the clock
/// of a machine that has just been started goes below its beginning, and so does this.
///
/// ```
/// use openraft_rt::Instant;
/// use seedbed::Sim;
/// use seedbed_openraft::SimInstant;
/// use std::time::Duration;
///
/// let report = Sim::new(0).run(async { SimInstant::now() - (SimInstant::now() - Duration::from_secs(1)) });
/// assert_eq!(report.unwrap(), Duration::from_secs(1));
/// ```
///
/// # Panics
///
/// Arithmetic panics some centuries off, and in the difference of a moment and a later one; `saturating_duration_since` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimInstant {
    /// Nanoseconds since the start of the run.
    nanos: i128,
}

/// What `Duration` holds fits twice over.
fn nanos_of(duration: Duration) -> i128 {
    i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX / 4)
}

impl SimInstant {
    /// The moment for a timer: the start of the run for one that lies before it.
    pub(crate) fn to_virtual(self) -> seedbed::Instant {
        let nanos = u64::try_from(self.nanos.max(0)).unwrap_or(u64::MAX);
        seedbed::Instant::from_nanos(nanos)
    }
}

impl Instant for SimInstant {
    fn now() -> Self {
        Self { nanos: i128::from(seedbed::now().as_nanos()) }
    }
}

impl Add<Duration> for SimInstant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self { nanos: self.nanos.checked_add(nanos_of(duration)).expect("a moment is too far in the future") }
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
        Self { nanos: self.nanos.checked_sub(nanos_of(duration)).expect("a moment is too far in the past") }
    }
}

impl Sub<Self> for SimInstant {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        let nanos = u64::try_from(self.nanos - earlier.nanos);
        Duration::from_nanos(nanos.expect("the difference of a moment and a later one"))
    }
}

impl SubAssign<Duration> for SimInstant {
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}
