//! A future of the loop's own that one await waits for: asyncio's `loop.create_future()` inside a primitive.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::awaiting::Awaiting;
use super::error::TaskError;
use crate::context;
use crate::kernel::{Address, Kind, State};

/// Made by whoever waits, settled by whoever lets it go on. Dropping it forgets the future.
///
/// It is cancelled only together with the code that awaits it, which is then unwound (dropped) instead of polled: clean
/// up in a guard's `Drop`.
#[derive(Debug)]
pub(crate) struct Waiter {
    awaiting: Awaiting,
}

impl Waiter {
    /// A pending future on the running loop. `what` names the caller in the message of a call outside a run.
    #[track_caller]
    pub(crate) fn new(what: &str, kind: Kind) -> Self {
        let address = context::with(what, |kernel| {
            let loop_id = kernel.loop_for_calls();
            kernel.new_future(loop_id, kind)
        });
        Self { awaiting: Awaiting::new(address) }
    }

    /// The name by which it is settled: plain data, to be kept in a queue of waiters.
    pub(crate) fn address(&self) -> Address {
        self.awaiting.address()
    }

    /// Stops waiting; what the future came to can still be asked.
    pub(crate) fn withdraw(&mut self) {
        self.awaiting.withdraw();
    }

    /// Settles a waiter if it is pending; says whether it was.
    pub(crate) fn set(address: Address) -> bool {
        context::of(address.run, |kernel| kernel.settle_pending(address.key, State::Finished))
    }
}

impl Future for Waiter {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match ready!(self.awaiting.poll(cx)) {
            Ok(_) => Poll::Ready(()),
            Err(TaskError::OtherLoop) => panic!(
                "a wait that was begun on one event loop was continued on another: await it where it was first polled"
            ),
            Err(other) => unreachable!("seedbed bug: a waiter ended with {other:?}, please report"),
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        // The wait is withdrawn first, then the entry given back.
        let address = self.awaiting.address();
        self.awaiting.withdraw();
        context::release(address);
    }
}
