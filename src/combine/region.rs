//! A frame that catches nothing: the region of code that a request for cancellation may be aimed at.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::task::Frame;

pin_project! {
    /// The future of [`region`].
    pub(super) struct Region<F> {
        // Dropped before the frame, so that what unwinds is still inside it.
        #[pin]
        future: F,
        frame: Frame,
    }
}

/// Runs a future inside a region of its own.
pub(super) fn region<F: Future>(future: F) -> Region<F> {
    Region { future, frame: Frame::new(false) }
}

impl<F: Future> Future for Region<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Ok(_inside) = this.frame.enter(cx) else {
            unreachable!("seedbed bug: a region was thrown at, please report")
        };
        this.future.poll(cx)
    }
}
