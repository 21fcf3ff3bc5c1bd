//! `Timeout`: a future and a deadline, whichever comes first.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use agnostic_lite::time::{AsyncLocalSleepExt, AsyncLocalTimeout, AsyncTimeout, Elapsed};
use pin_project_lite::pin_project;

use crate::instant::SimInstant;
use crate::sleep::Sleep;

pin_project! {
    /// Gives what a future gives, or [`Elapsed`] once its deadline has passed.
    ///
    /// The future is asked first: one that is ready in time, or is ready when the deadline is looked at, wins. It is no frame of a
    /// cancellation, as [`seedbed::timeout`] is: the future is dropped together with this, as the crates expect that run on tokio.
    #[derive(Debug)]
    #[must_use = "a timeout does nothing unless awaited"]
    pub struct Timeout<F> {
        #[pin]
        future: F,
        limit: Sleep,
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Poll::Ready(output) = this.future.poll(cx) {
            return Poll::Ready(Ok(output));
        }
        Pin::new(this.limit).poll(cx).map(|_| Err(Elapsed))
    }
}

impl<F: Future> AsyncLocalTimeout<F> for Timeout<F> {
    type Instant = SimInstant;

    fn timeout_local(timeout: Duration, future: F) -> Self {
        Self { future, limit: Sleep::sleep_local(timeout) }
    }

    fn timeout_local_at(deadline: SimInstant, future: F) -> Self {
        Self { future, limit: Sleep::sleep_local_until(deadline) }
    }
}

impl<F: Future + Send> AsyncTimeout<F> for Timeout<F> {
    type Instant = SimInstant;

    fn timeout(timeout: Duration, future: F) -> Self {
        Self::timeout_local(timeout, future)
    }

    fn timeout_at(deadline: SimInstant, future: F) -> Self {
        Self::timeout_local_at(deadline, future)
    }
}
