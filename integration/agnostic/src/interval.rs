//! `Interval`: ticks at equal distances, which catch up when they were missed.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use agnostic_lite::time::{AsyncLocalInterval, AsyncLocalIntervalExt, AsyncLocalSleepExt, Instant};
use futures::Stream;

use crate::instant::SimInstant;
use crate::sleep::Sleep;

/// Ticks for ever: each tick is the moment for which it was due.
///
/// Ticks that were missed come at once, one after the other. After a reset the next tick comes when that says; the period stays.
#[derive(Debug)]
pub struct Interval {
    period: Duration,
    next: Sleep,
}

impl AsyncLocalInterval for Interval {
    type Instant = SimInstant;

    fn reset(&mut self, interval: Duration) {
        self.next.move_to(SimInstant::now() + interval);
    }

    fn reset_at(&mut self, instant: SimInstant) {
        self.next.move_to(instant);
    }

    fn poll_tick(&mut self, cx: &mut Context<'_>) -> Poll<SimInstant> {
        let due = ready!(Pin::new(&mut self.next).poll(cx));
        self.next = Sleep::sleep_local_until(due + self.period);
        Poll::Ready(due)
    }
}

impl Stream for Interval {
    type Item = SimInstant;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<SimInstant>> {
        AsyncLocalInterval::poll_tick(&mut *self, cx).map(Some)
    }
}

impl AsyncLocalIntervalExt for Interval {
    /// # Panics
    ///
    /// If `period` is zero: it would never let anybody else run.
    fn interval_local(period: Duration) -> Self {
        Self::interval_local_at(SimInstant::now() + period, period)
    }

    /// # Panics
    ///
    /// If `period` is zero.
    fn interval_local_at(start: SimInstant, period: Duration) -> Self {
        assert!(!period.is_zero(), "an interval needs a period greater than zero");
        Self { period, next: Sleep::sleep_local_until(start) }
    }
}
