//! Catching a cancellation, and letting it go on.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::frame::Frame;
use crate::context;
use crate::kernel::Cancelled;

/// Runs `future`; a cancellation that reaches it drops it and is returned, so that the code after it can clean up,
/// swallow it, or [`resume`](Cancelled::resume) it.
///
/// It is Rust's `try: … except CancelledError`. The innermost frame on the way catches. In a task that waits for several
/// things at once (`join!`, `select!`) a cancellation of the task reaches the innermost frame of every branch; one that
/// a [`timeout`](crate::timeout) sends reaches only frames inside that timeout.
///
/// ```
/// use seedbed::{Sim, catch_cancel, sleep, spawn, yield_now};
/// use std::time::Duration;
///
/// let report = Sim::new(0).run(async {
///     let task = spawn(async {
///         match catch_cancel(sleep(Duration::from_secs(60))).await {
///             Ok(()) => "slept",
///             Err(_cancelled) => "woken early, and cleaned up",
///         }
///     });
///     yield_now().await;
///     task.cancel();
///     task.await.unwrap()
/// });
/// assert_eq!(report.unwrap(), "woken early, and cleaned up");
/// ```
#[doc(alias = "asyncio.CancelledError")]
#[doc(alias = "except")]
pub fn catch_cancel<F: Future>(future: F) -> CatchCancel<F> {
    CatchCancel { frame: Frame::new(true), future: Some(future) }
}

pin_project! {
    /// The future of [`catch_cancel`].
    #[derive(Debug)]
    #[must_use = "catching does nothing unless awaited"]
    pub struct CatchCancel<F> {
        // Dropped before the frame, so that what unwinds is still inside it.
        #[pin]
        future: Option<F>,
        frame: Frame,
    }
}

impl<F: Future> Future for CatchCancel<F> {
    type Output = Result<F::Output, Cancelled>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let result = match this.frame.enter(cx) {
            Err(cancelled) => Err(cancelled),
            Ok(entered) => {
                let future = this.future.as_mut().as_pin_mut().expect("`catch_cancel` was polled after it completed");
                let polled = future.poll(cx);
                match (polled, this.frame.exit(entered)) {
                    (Poll::Ready(output), _) => Ok(output),
                    (Poll::Pending, Some(cancelled)) => Err(cancelled),
                    (Poll::Pending, None) => return Poll::Pending,
                }
            }
        };
        this.future.set(None);
        this.frame.leave();
        Poll::Ready(result)
    }
}

impl Cancelled {
    /// Raises this cancellation from here on: the code awaiting it is unwound to the next frame outwards that catches,
    /// or the task ends cancelled.
    ///
    /// ```
    /// use seedbed::{Sim, catch_cancel, spawn, task::Cancelled};
    /// let report = Sim::new(0).run(async {
    ///     let task = spawn(async { Cancelled::new(Some("enough")).resume().await });
    ///     task.await.unwrap_err()
    /// });
    /// assert_eq!(report.unwrap().to_string(), "cancelled: enough");
    /// ```
    ///
    /// # Panics
    ///
    /// When polled outside a task: there is nothing to unwind.
    pub fn resume(self) -> Resume {
        Resume { cancelled: Some(self) }
    }
}

/// The future of [`Cancelled::resume`]; it never completes.
#[derive(Debug)]
#[must_use = "a cancellation goes on only when this is awaited"]
pub struct Resume {
    cancelled: Option<Cancelled>,
}

impl Future for Resume {
    type Output = Infallible;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Infallible> {
        if let Some(cancelled) = self.cancelled.take() {
            let in_task = context::with("Cancelled::resume", |kernel| kernel.raise(cancelled));
            assert!(in_task, "`Cancelled::resume` was awaited outside a task: there is nothing to cancel");
        }
        Poll::Pending
    }
}
