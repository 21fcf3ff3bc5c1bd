//! A future of the loop's own that one await waits for: asyncio's `loop.create_future()` inside a primitive.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::awaiting::Awaiting;
use super::error::TaskError;
use crate::context;
use crate::kernel::{Address, Found, Kernel, Kind, State};

/// Made by whoever waits, settled by whoever lets it go on. Dropping it forgets the future.
///
/// It is cancelled only together with the code that awaits it, which is then unwound (dropped) instead of polled: clean
/// up in a guard's `Drop`.
#[derive(Debug)]
pub(crate) struct Waiter {
    awaiting: Awaiting,
    /// The wait is over, and the entry in the kernel given back.
    over: bool,
}

impl Waiter {
    /// A pending future on the running loop. `what` names the caller in the message of a call outside a run.
    #[track_caller]
    pub(crate) fn new(what: &str, kind: Kind) -> Self {
        let address = context::with(what, |kernel| {
            let loop_id = kernel.loop_for_calls();
            kernel.new_future(loop_id, kind)
        });
        Self::at(address)
    }

    /// A pending future that was made for this wait.
    pub(crate) fn at(address: Address) -> Self {
        Self { awaiting: Awaiting::new(address), over: false }
    }

    /// Looks for the first time, by code that has the kernel borrowed already; true if it waits from here on.
    #[inline]
    pub(crate) fn begins(&mut self, kernel: &mut Kernel, cx: &Context<'_>) -> bool {
        self.awaiting.look(kernel, cx) == Found::Pending
    }

    /// True if it was settled, whether or not that has been heard.
    pub(crate) fn was_set(&self) -> bool {
        let Address { run, key } = self.awaiting.address();
        self.over || context::try_of(run, |kernel| kernel.state(key) == State::Finished).unwrap_or_default()
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

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let give_back = |kernel: &mut Kernel, key, _| {
            if !kernel.release_plainly(key) {
                kernel.release_future(key);
            }
            Ok(())
        };
        match ready!(self.awaiting.poll_then(cx, give_back)) {
            Ok(()) => {
                self.over = true;
                Poll::Ready(())
            }
            Err(error) => refused(&error),
        }
    }
}

#[cold]
fn refused(error: &TaskError) -> ! {
    match error {
        TaskError::OtherLoop => panic!(
            "a wait that was begun on one event loop was continued on another: await it where it was first polled"
        ),
        other => unreachable!("seedbed bug: a waiter ended with {other:?}, please report"),
    }
}

impl Drop for Waiter {
    #[inline]
    fn drop(&mut self) {
        if self.over {
            return;
        }
        // The wait is withdrawn first, then the entry given back.
        let address = self.awaiting.address();
        self.awaiting.withdraw();
        context::release(address);
    }
}
