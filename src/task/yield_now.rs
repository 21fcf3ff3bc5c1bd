//! Giving others a turn: asyncio's `sleep(0)`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Lets everything that is ready run once before the caller goes on: one bare pass of the loop, no time.
///
/// ```
/// use seedbed::{Sim, spawn, yield_now};
/// let report = Sim::new(0).run(async {
///     let task = spawn(async {});
///     let before = task.is_done();
///     yield_now().await;
///     (before, task.is_done())
/// });
/// assert_eq!(report.unwrap(), (false, true));
/// ```
#[doc(alias = "asyncio.sleep(0)")]
#[doc(alias = "tokio::task::yield_now")]
pub fn yield_now() -> YieldNow {
    YieldNow { yielded: false }
}

/// The future of [`yield_now`].
#[derive(Debug)]
#[must_use = "a yield does nothing unless awaited"]
pub struct YieldNow {
    yielded: bool,
}

impl Future for YieldNow {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.yielded {
            return Poll::Ready(());
        }
        self.yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
