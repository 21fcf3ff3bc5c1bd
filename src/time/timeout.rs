//! Timeouts: a deadline that cancels what it encloses, and turns its own cancellation into `Elapsed`.

use std::cell::{OnceCell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::deadline::{Deadline, Leaving, RescheduleError};
use crate::context;
use crate::instant::Instant;
use crate::kernel::Cancelled;
use crate::task::Frame;

/// Runs `future`, and cancels it when `limit` of virtual time has passed since the first poll.
///
/// It cancels as [`Task::cancel`](crate::task::FutureRef::cancel) does, but only what is inside: frames that catch
/// inside the timeout may clean up; the timeout itself then completes with [`Elapsed`], unless the task was cancelled
/// from outside meanwhile, in which case that cancellation goes on. A deadline that has passed already cancels in the
/// next pass of the loop, so the future gets one step.
///
/// ```
/// use seedbed::{Sim, sleep, timeout};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     timeout(Duration::from_secs(1), sleep(Duration::from_secs(60))).await
/// });
/// assert_eq!(report.end.to_string(), "1.000");
/// assert!(report.unwrap().is_err());
/// ```
#[doc(alias = "asyncio.timeout")]
#[doc(alias = "tokio::time::timeout")]
pub fn timeout<F: Future>(limit: Duration, future: F) -> Timeout<F> {
    Timeout::new(future, Start::After(limit))
}

/// As [`timeout`], with the instant of the deadline.
///
/// ```
/// use seedbed::{Instant, Sim, timeout_at};
/// let report = Sim::new(0).run(timeout_at(Instant::from_nanos(5), std::future::pending::<()>()));
/// assert!(report.unwrap().is_err());
/// ```
#[doc(alias = "asyncio.timeout_at")]
#[doc(alias = "tokio::time::timeout_at")]
pub fn timeout_at<F: Future>(deadline: Instant, future: F) -> Timeout<F> {
    Timeout::new(future, Start::At(deadline))
}

/// The deadline passed first.
#[doc(alias = "asyncio.TimeoutError")]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Elapsed;

impl std::fmt::Display for Elapsed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("deadline has elapsed")
    }
}

impl std::error::Error for Elapsed {}

#[derive(Debug, Clone, Copy)]
pub(super) enum Start {
    Never,
    After(Duration),
    At(Instant),
}

pin_project! {
    /// The future of [`timeout`], [`timeout_at`] and [`Timeout::never`].
    #[derive(Debug)]
    #[must_use = "a timeout does nothing unless awaited"]
    pub struct Timeout<F> {
        // Dropped before the frame, so that what unwinds is still inside it.
        #[pin]
        future: Option<F>,
        frame: Frame,
        start: Start,
        deadline: Kept,
        // A cancellation that is not ours was passed on.
        passed_on: bool,
    }

    impl<F> PinnedDrop for Timeout<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let mut future = this.future;
            future.set(None);
            // Whether it is unwound from outside or forgotten, it leaves.
            let deadline = this.deadline.cell();
            let _left = this.frame.leave_with(|kernel, task, frame| deadline.borrow_mut().leave(kernel, task, frame));
        }
    }
}

/// A deadline, in its timeout until somebody asks for a handle.
#[derive(Debug)]
struct Kept {
    own: RefCell<Deadline>,
    /// In place of `own`, once there is a handle.
    shared: OnceCell<Rc<RefCell<Deadline>>>,
}

impl Kept {
    #[inline]
    fn cell(&self) -> &RefCell<Deadline> {
        self.shared.get().map_or(&self.own, |shared| shared)
    }

    fn share(&self) -> Rc<RefCell<Deadline>> {
        Rc::clone(self.shared.get_or_init(|| Rc::new(RefCell::new(*self.own.borrow()))))
    }
}

impl<F: Future> Timeout<F> {
    fn new(future: F, start: Start) -> Self {
        let when = match start {
            Start::At(at) => Some(at),
            Start::Never | Start::After(_) => None,
        };
        let deadline = Kept { own: RefCell::new(Deadline::new(when)), shared: OnceCell::new() };
        Self { future: Some(future), frame: Frame::new(true), start, deadline, passed_on: false }
    }

    /// Runs `future` without a deadline, until one is set through the [`handle`](Self::handle).
    pub fn never(future: F) -> Self {
        Self::new(future, Start::Never)
    }

    /// A handle to move the deadline, or to ask for it.
    pub fn handle(&self) -> TimeoutHandle {
        TimeoutHandle { deadline: self.deadline.share() }
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if *this.passed_on {
            return Poll::Pending;
        }
        let (start, deadline) = (*this.start, this.deadline.cell());
        let entered = this.frame.enter_with(cx, |kernel, task, frame| {
            let when = match start {
                Start::Never => None,
                Start::At(at) => Some(at),
                Start::After(limit) => Some(Instant::from_nanos(kernel.deadline_after(limit.as_nanos()))),
            };
            deadline.borrow_mut().start(kernel, task, frame, when);
        });
        let result = match entered {
            Err(cancelled) => Err(cancelled),
            Ok(entered) => {
                assert!(entered.is_in_task(), "a timeout works inside a task only: a job cannot be cancelled");
                let future = this.future.as_mut().as_pin_mut().expect("`timeout` was polled after it completed");
                let polled = future.poll(cx);
                match (polled, this.frame.exit(entered)) {
                    (Poll::Ready(output), _) => Ok(output),
                    (Poll::Pending, Some(cancelled)) => Err(cancelled),
                    (Poll::Pending, None) => return Poll::Pending,
                }
            }
        };
        this.future.set(None);
        let left = this.frame.leave_with(|kernel, task, frame| deadline.borrow_mut().leave(kernel, task, frame));
        let leaving = left.unwrap_or(Leaving::Other);
        match (result, leaving) {
            (Ok(output), _) => Poll::Ready(Ok(output)),
            (Err(_), Leaving::Elapsed) => Poll::Ready(Err(Elapsed)),
            (Err(cancelled), Leaving::Other) => {
                *this.passed_on = true;
                pass_on(cancelled);
                Poll::Pending
            }
        }
    }
}

/// Lets a cancellation go on outwards from the frame that was just left.
fn pass_on(cancelled: Cancelled) {
    context::with("timeout", |kernel| kernel.raise(cancelled));
}

/// Moves the deadline of a [`Timeout`], from inside or outside.
///
/// ```
/// use seedbed::{Sim, Timeout, now, sleep};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     let timeout = Timeout::never(sleep(Duration::from_secs(60)));
///     let handle = timeout.handle();
///     let task = seedbed::spawn(timeout);
///     seedbed::yield_now().await;
///     handle.reschedule(Some(now() + Duration::from_secs(2))).unwrap();
///     let elapsed = task.await.unwrap().is_err();
///     (elapsed, handle.expired())
/// });
/// assert_eq!(report.end.to_string(), "2.000");
/// assert_eq!(report.unwrap(), (true, true));
/// ```
#[doc(alias = "asyncio.Timeout")]
#[derive(Clone, Debug)]
pub struct TimeoutHandle {
    deadline: Rc<RefCell<Deadline>>,
}

impl TimeoutHandle {
    /// Sets another deadline, or none. One that is not in the future cancels in the next pass of the loop.
    ///
    /// # Errors
    ///
    /// [`RescheduleError`]: the timeout has not begun, or has expired or finished.
    #[doc(alias = "asyncio.Timeout.reschedule")]
    pub fn reschedule(&self, when: Option<Instant>) -> Result<(), RescheduleError> {
        self.deadline.borrow_mut().reschedule(when)
    }

    /// The deadline, if it has one. One that is counted from the first poll is known from then on.
    #[doc(alias = "asyncio.Timeout.when")]
    #[must_use]
    pub fn when(&self) -> Option<Instant> {
        self.deadline.borrow().when()
    }

    /// True once the deadline has passed while the future was running.
    #[doc(alias = "asyncio.Timeout.expired")]
    #[must_use]
    pub fn expired(&self) -> bool {
        self.deadline.borrow().expired()
    }
}
