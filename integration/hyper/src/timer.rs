//! The timer: virtual time, in the words of `std::time::Instant`.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Sleeps in virtual time, and reads the virtual clock.
///
/// hyper compares instants of the standard library. Those that this gives are as far apart as virtual time says, from an origin that
/// means nothing.
#[derive(Clone, Copy, Debug)]
pub struct Timer {
    origin: Instant,
}

impl Timer {
    /// A timer. Instants of different timers are not to be compared.
    #[must_use]
    pub fn new() -> Self {
        Self { origin: Instant::now() }
    }
}

impl Default for Timer {
    fn default() -> Self {
        Self::new()
    }
}

impl hyper::rt::Timer for Timer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn hyper::rt::Sleep>> {
        Box::pin(Sleep(seedbed::sleep(duration)))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn hyper::rt::Sleep>> {
        self.sleep(deadline.saturating_duration_since(self.now()))
    }

    fn now(&self) -> Instant {
        self.origin + Duration::from_nanos(seedbed::now().as_nanos())
    }
}

/// A sleep of hyper's.
#[derive(Debug)]
pub struct Sleep(seedbed::time::Sleep);

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx)
    }
}

impl hyper::rt::Sleep for Sleep {}
