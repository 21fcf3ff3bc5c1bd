//! `SimInstant`: a moment of virtual time, with the arithmetic that openraft asks for.

use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::time::Duration;

use openraft_rt::Instant;

/// A moment on the virtual clock of a run.
///
/// # Panics
///
/// Arithmetic panics past the ends of virtual time, and in the difference of a moment and a later one, as that of
/// [`seedbed::Instant`] does; `saturating_duration_since` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimInstant(pub(crate) seedbed::Instant);

impl Instant for SimInstant {
    fn now() -> Self {
        Self(seedbed::now())
    }
}

impl Add<Duration> for SimInstant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0 + duration)
    }
}

impl AddAssign<Duration> for SimInstant {
    fn add_assign(&mut self, duration: Duration) {
        self.0 += duration;
    }
}

impl Sub<Duration> for SimInstant {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0 - duration)
    }
}

impl Sub<Self> for SimInstant {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.0 - earlier.0
    }
}

impl SubAssign<Duration> for SimInstant {
    fn sub_assign(&mut self, duration: Duration) {
        self.0 -= duration;
    }
}
