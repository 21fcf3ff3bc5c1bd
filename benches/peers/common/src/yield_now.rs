//! A yield for the peers that have none of their own.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// For peers without a yield of their own: wake yourself, return `Pending` once.
pub struct YieldNow(pub bool);

impl Future for YieldNow {
    type Output = ();
    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            Poll::Ready(())
        } else {
            self.0 = true;
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    }
}

pub fn yield_now() -> YieldNow {
    YieldNow(false)
}
