//! `Sleep`: a deadline that can be moved while somebody waits for it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use agnostic_lite::time::{AsyncLocalSleep, AsyncLocalSleepExt, Instant};
use send_wrapper::SendWrapper;

use crate::instant::SimInstant;

/// Waits until its deadline, and gives it.
///
/// It counts from when it was made, not from its first poll. One that is due is ready at once, and stays ready. Whoever has polled it is
/// woken at the new deadline after a reset, as with tokio's and async-io's.
#[derive(Debug)]
#[must_use = "a sleep does nothing unless awaited"]
pub struct Sleep {
    deadline: SimInstant,
    /// Made with the first poll, and anew with each reset.
    timer: Option<SendWrapper<seedbed::time::Sleep>>,
    waker: Option<Waker>,
}

impl Sleep {
    /// When it ends.
    #[must_use]
    pub fn deadline(&self) -> SimInstant {
        self.deadline
    }

    /// Moves the deadline.
    pub(crate) fn move_to(&mut self, deadline: SimInstant) {
        self.deadline = deadline;
        self.timer = None;
        // The timer has to run for whoever waits, who need not be polled before it rings.
        let Some(waker) = self.waker.take() else { return };
        if Pin::new(&mut *self).poll(&mut Context::from_waker(&waker)).is_ready() {
            waker.wake();
        }
    }
}

impl Future for Sleep {
    type Output = SimInstant;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<SimInstant> {
        let deadline = self.deadline;
        // What is due needs no pass of the loop; seedbed's own sleep would take one.
        if SimInstant::now() >= deadline {
            self.timer = None;
            return Poll::Ready(deadline);
        }
        if !self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            self.waker = Some(cx.waker().clone());
        }
        let timer = self.timer.get_or_insert_with(|| SendWrapper::new(seedbed::sleep_until(deadline.on_the_clock())));
        Pin::new(&mut **timer).poll(cx).map(|()| deadline)
    }
}

impl AsyncLocalSleep for Sleep {
    type Instant = SimInstant;

    fn reset(self: Pin<&mut Self>, deadline: SimInstant) {
        self.get_mut().move_to(deadline);
    }
}

impl AsyncLocalSleepExt for Sleep {
    fn sleep_local(after: Duration) -> Self {
        Self::sleep_local_until(SimInstant::now() + after)
    }

    fn sleep_local_until(deadline: SimInstant) -> Self {
        Self { deadline, timer: None, waker: None }
    }
}
