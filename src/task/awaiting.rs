//! The leaf of every await: waits for one future object of the kernel's.

use std::task::{Context, Poll};

use super::error::TaskError;
use crate::context;
use crate::kernel::{Address, Found, State, Waiting};

/// One await of one future object. Dropping it withdraws the wait.
#[derive(Debug)]
pub(crate) struct Awaiting {
    address: Address,
    waiting: Waiting,
    /// The await is an error that the task is told one pass later, as asyncio does.
    fault: Option<Found>,
}

impl Awaiting {
    pub(crate) fn new(address: Address) -> Self {
        Self { address, waiting: Waiting::Not, fault: None }
    }

    pub(crate) fn address(&self) -> Address {
        self.address
    }

    /// Polls until the future has settled.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<State, TaskError>> {
        match self.fault {
            Some(Found::Itself) => return Poll::Ready(Err(TaskError::AwaitsItself)),
            Some(_) => return Poll::Ready(Err(TaskError::OtherLoop)),
            None => {}
        }
        let Address { run, key, .. } = self.address;
        let (found, in_task) = context::of(run, |kernel| {
            if kernel.running_loop.is_none() && kernel.outside.current.is_none() {
                return (None, false);
            }
            let own = kernel.current.is_some_and(|task| context::is_own(cx.waker(), run, task));
            (Some(kernel.poll_future(key, &mut self.waiting, own, cx.waker())), kernel.current.is_some())
        });
        let found = found.expect(
            "a seedbed future was polled while no loop runs, and would wait for ever: \
             run it with `EventLoop::run_until_complete`",
        );
        match found {
            Found::Settled(state) => Poll::Ready(Ok(state)),
            Found::Pending => Poll::Pending,
            fault if in_task => {
                self.fault = Some(fault);
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Found::Itself => Poll::Ready(Err(TaskError::AwaitsItself)),
            Found::OtherLoop => Poll::Ready(Err(TaskError::OtherLoop)),
        }
    }
}

impl Clone for Awaiting {
    /// Another await of the same future, not begun.
    fn clone(&self) -> Self {
        Self::new(self.address)
    }
}

impl Awaiting {
    /// Stops waiting.
    pub(crate) fn withdraw(&mut self) {
        if self.waiting != Waiting::Not {
            let Address { run, key, .. } = self.address;
            let waiting = &mut self.waiting;
            context::try_of(run, |kernel| kernel.end_wait(key, waiting));
        }
    }
}

impl Drop for Awaiting {
    fn drop(&mut self) {
        self.withdraw();
    }
}

/// What a settled future holds besides its value; reading it consumes what only the first reader gets.
pub(crate) fn read_error(address: Address) -> Result<(), TaskError> {
    let Address { run, key, .. } = address;
    context::of(run, |kernel| {
        let future = kernel.future_mut(key);
        if let Some(cancelled) = future.read_cancelled() {
            return Err(TaskError::Cancelled(cancelled));
        }
        if let Some(report) = future.extra.as_ref().and_then(|extra| extra.panic.clone()) {
            kernel.observe_panic(&report);
            return Err(TaskError::Panicked(report));
        }
        Ok(())
    })
}
