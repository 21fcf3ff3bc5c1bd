//! `Target`: the future that a sweep strikes at its await points.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::frame::Frame;
use crate::choice::Strike;
use crate::context;
use crate::ident::TaskId;
use crate::kernel::{Kernel, Key, panic_after};

/// Says which future a [`CancelSweep`](crate::CancelSweep) cancels, or a [`PanicSweep`](crate::PanicSweep) makes panic.
///
/// Several futures may be run through it, one after the other or at once: their await points are counted together. Outside of a sweep it
/// does nothing.
///
/// ```
/// use seedbed::{CancelSweep, sleep};
/// use std::{cell::Cell, time::Duration};
///
/// let sweep = CancelSweep::new(|target| async move {
///     let steps = Cell::new(0);
///     let ended = target.run(async {
///         steps.set(1);
///         sleep(Duration::from_secs(1)).await;
///         steps.set(2);
///     });
///     // It was done, or it was cancelled between the two.
///     assert!(matches!((ended.await, steps.get()), (Some(()), 2) | (None, 1)));
/// });
/// sweep.run().check();
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Target {}

impl Target {
    /// A target for whoever runs the sweep.
    pub(crate) fn new() -> Self {
        Self {}
    }

    /// Runs a future that may be struck: the value is `None` if it was cancelled, or panicked because the sweep made it.
    ///
    /// A panic of its own goes on, and so does a cancellation that the program sends.
    ///
    /// # Panics
    ///
    /// When awaited by a job, which nothing cancels.
    pub fn run<F: Future>(&self, future: F) -> RunTarget<F> {
        RunTarget { inner: Struck::new(future, true) }
    }

    /// Runs a future that may be struck, and lets a panic that the sweep injects go on to whoever awaits it: for code that catches panics by
    /// itself, such as `FutureExt::catch_unwind`.
    ///
    /// # Panics
    ///
    /// In a [`PanicSweep`](crate::PanicSweep), where it is asked to; in a [`CancelSweep`](crate::CancelSweep), which would have no value to go
    /// on with; and when awaited by a job.
    pub async fn through<F: Future>(&self, future: F) -> F::Output {
        let ended = Struck::new(future, false).await;
        ended.expect("`Target::through` lets panics through, not cancellations: in a `CancelSweep` use `Target::run`")
    }
}

pin_project! {
    /// The future of [`Target::run`].
    #[derive(Debug)]
    #[must_use = "a target does nothing unless awaited"]
    pub struct RunTarget<F> {
        #[pin]
        inner: Struck<F>,
    }
}

impl<F: Future> Future for RunTarget<F> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().inner.poll(cx)
    }
}

/// The task in which the target runs, and its frame there.
#[derive(Clone, Copy, Debug)]
struct Aim {
    task: TaskId,
    future: Key,
    frame: u32,
    /// Requests for cancellation that the task had when the target began.
    requests: u32,
}

pin_project! {
    #[derive(Debug)]
    struct Struck<F> {
        // Dropped before the frame, so that what unwinds is still inside it.
        #[pin]
        future: Option<F>,
        frame: Frame,
        aim: Option<Aim>,
        // What strikes it when it is about to go on, and at which await point.
        due: Option<(Strike, u32)>,
        // A cancellation was asked for here.
        requested: bool,
        // A cancellation that is not ours was passed on.
        passed_on: bool,
        catches: bool,
    }
}

impl<F> Struck<F> {
    fn new(future: F, catches: bool) -> Self {
        let (aim, due) = (None, None);
        let (requested, passed_on) = (false, false);
        Self { future: Some(future), frame: Frame::new(true), aim, due, requested, passed_on, catches }
    }
}

impl<F: Future> Struck<F> {
    /// Ends the frame: true if a cancellation that was met there was asked for here.
    fn leave(self: Pin<&mut Self>) -> bool {
        let this = self.project();
        let mut future = this.future;
        future.set(None);
        let (aim, requested) = (*this.aim, *this.requested);
        let ours = this.frame.leave_with(|kernel, _, _| {
            let aim = aim.filter(|_| requested)?;
            Some(kernel.uncancel(aim.future) <= aim.requests)
        });
        ours.flatten().unwrap_or(false)
    }

    /// Strikes in the place of going on. `None` if it goes on.
    fn strike_woken(mut self: Pin<&mut Self>, cx: &Context<'_>) -> Option<Poll<Option<F::Output>>> {
        let (strike, nth) = self.as_mut().project().due.take()?;
        match strike {
            Strike::CancelledWoken => {
                self.cancel();
                // What it waited for has come, and will not wake it again.
                cx.waker().wake_by_ref();
                Some(Poll::Pending)
            }
            Strike::Panicked => {
                let catches = self.catches;
                let panicked = catch_unwind(AssertUnwindSafe(|| {
                    let _unwound = Unwound(self.as_mut().project().future);
                    panic_after(nth)
                }));
                let panic = panicked.unwrap_or_else(|panic: Box<dyn std::any::Any + Send>| panic);
                self.leave();
                if catches { Some(Poll::Ready(None)) } else { std::panic::resume_unwind(panic) }
            }
            _ => {
                self.leave();
                Some(Poll::Ready(None))
            }
        }
    }

    /// Asks for the cancellation of what is inside.
    fn cancel(self: Pin<&mut Self>) {
        let this = self.project();
        *this.requested = true;
        if let Some(aim) = *this.aim {
            context::with("a target", |kernel| {
                // Nobody in the program asked.
                let current = kernel.current.take();
                kernel.cancel_task(aim.task, Some(aim.frame), &None);
                kernel.current = current;
            });
        }
    }

    /// It returned `Pending`.
    fn strike_waiting(mut self: Pin<&mut Self>) -> Poll<Option<F::Output>> {
        let aim = self.aim.filter(|_| !self.requested);
        let strike = aim.and_then(|aim| context::with("a target", |kernel| kernel.strike_target(aim.task, aim.frame)));
        match strike {
            None => return Poll::Pending,
            Some((Strike::Cancelled, _)) => self.cancel(),
            Some((Strike::Dropped, _)) => {
                self.leave();
                return Poll::Ready(None);
            }
            later => *self.as_mut().project().due = later,
        }
        Poll::Pending
    }
}

impl<F: Future> Future for Struck<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.passed_on {
            return Poll::Pending;
        }
        if let Some(struck) = self.as_mut().strike_woken(cx) {
            return struck;
        }
        let mut this = self.as_mut().project();
        let aim = &mut *this.aim;
        let entered = this.frame.enter_with(cx, |kernel, task, frame| *aim = begin(kernel, task, frame));
        let result = match entered {
            Err(cancelled) => Err(cancelled),
            Ok(entered) => {
                assert!(entered.is_in_task(), "a target works inside a task only: a job cannot be cancelled");
                let future = this.future.as_mut().as_pin_mut().expect("a target was polled after it completed");
                let polled = match probe(cx, *this.aim) {
                    Some(waker) => future.poll(&mut Context::from_waker(&waker)),
                    None => future.poll(cx),
                };
                match (polled, this.frame.exit(entered)) {
                    (Poll::Ready(output), _) => Ok(output),
                    (Poll::Pending, Some(cancelled)) => Err(cancelled),
                    (Poll::Pending, None) => return self.strike_waiting(),
                }
            }
        };
        match (result, self.as_mut().leave()) {
            (Ok(output), _) => Poll::Ready(Some(output)),
            (Err(_), true) => Poll::Ready(None),
            (Err(cancelled), false) => {
                *self.project().passed_on = true;
                context::with("a target", |kernel| kernel.raise(cancelled));
                Poll::Pending
            }
        }
    }
}

fn begin(kernel: &mut Kernel, task: TaskId, frame: u32) -> Option<Aim> {
    let future = kernel.tasks.key(task)?;
    Some(Aim { task, future, frame, requests: kernel.requests(future) })
}

/// A waker that shows where it is kept, if somebody wants to know and it would be the task's own.
fn probe(cx: &Context<'_>, aim: Option<Aim>) -> Option<std::mem::ManuallyDrop<std::task::Waker>> {
    let task = aim?.task;
    context::with("a target", |kernel| {
        let probes = kernel.strikes.watches_target() && context::is_own(cx.waker(), kernel.run, task);
        probes.then(|| context::probe_waker(kernel.run, task))
    })
}

/// Drops the future while a panic unwinds.
struct Unwound<'a, F>(Pin<&'a mut Option<F>>);

impl<F> Drop for Unwound<'_, F> {
    fn drop(&mut self) {
        self.0.set(None);
    }
}
