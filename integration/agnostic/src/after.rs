//! `After`: a task that begins later, and whose time can be changed until then.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use agnostic_lite::time::{AsyncLocalSleepExt, Instant};
use agnostic_lite::{AfterHandle, AfterHandleError, AsyncAfterSpawner};
use pin_project_lite::pin_project;
use send_wrapper::SendWrapper;

use crate::error::JoinError;
use crate::instant::SimInstant;
use crate::sleep::Sleep;
use crate::spawner::{JoinHandle, SimSpawner};

/// Why a delayed task has no output: it was cancelled through its handle, or it was aborted or panicked.
pub type AfterError = AfterHandleError<JoinError>;

/// What a handle and its task share.
#[derive(Debug)]
struct Shared {
    made: SimInstant,
    deadline: Cell<SimInstant>,
    cancelled: Cell<bool>,
    expired: Cell<bool>,
    finished: Cell<bool>,
    /// Who waits for the deadline, and has to look again when that changes.
    waiting: RefCell<Option<Waker>>,
}

impl Shared {
    fn look_again(&self) {
        let waiting = self.waiting.borrow_mut().take();
        if let Some(waker) = waiting {
            waker.wake();
        }
    }
}

/// The handle of a delayed task: awaiting it gives its output. The task waits and runs on without it.
///
/// `reset` says how long after its spawning the task begins, as agnostic-lite's tests have it: with a time that has passed it begins
/// at once. (Its handles for tokio and smol begin at once whatever the time is.) Once it has begun, it is not reset.
///
/// ```
/// use agnostic_lite::{AfterHandle, RuntimeLite, time::Instant};
/// use seedbed::Sim;
/// use seedbed_agnostic::SeedbedRuntime as Rt;
/// use std::time::Duration;
///
/// let report = Sim::new(0).run(async {
///     let start = Rt::now();
///     let lease = Rt::spawn_after(Duration::from_secs(10), async move { start.elapsed() });
///     Rt::sleep(Duration::from_secs(9)).await;
///     lease.reset(Duration::from_secs(19));
///     lease.await
/// });
/// assert_eq!(report.unwrap().unwrap(), Duration::from_secs(19));
/// ```
#[derive(Debug)]
pub struct After<T> {
    task: JoinHandle<Result<T, Cancelled>>,
    shared: SendWrapper<Rc<Shared>>,
}

/// The task was cancelled through its handle.
#[derive(Clone, Copy, Debug)]
struct Cancelled;

pin_project! {
    /// What the task does: waits, then runs.
    struct Delayed<F> {
        shared: Rc<Shared>,
        sleep: Sleep,
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Delayed<F> {
    type Output = Result<F::Output, Cancelled>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let shared = &**this.shared;
        if shared.cancelled.get() {
            return Poll::Ready(Err(Cancelled));
        }
        shared.waiting.replace(Some(cx.waker().clone()));
        if !shared.expired.get() {
            let deadline = shared.deadline.get();
            if this.sleep.deadline() != deadline {
                *this.sleep = Sleep::sleep_local_until(deadline);
            }
            ready!(Pin::new(this.sleep).poll(cx));
            shared.expired.set(true);
        }
        let output = ready!(this.future.poll(cx));
        shared.finished.set(true);
        Poll::Ready(Ok(output))
    }
}

impl<T: 'static> After<T> {
    #[track_caller]
    fn spawn(deadline: SimInstant, future: impl Future<Output = T> + 'static) -> Self {
        let shared = Rc::new(Shared {
            made: SimInstant::now(),
            deadline: Cell::new(deadline),
            cancelled: Cell::new(false),
            expired: Cell::new(false),
            finished: Cell::new(false),
            waiting: RefCell::default(),
        });
        let sleep = Sleep::sleep_local_until(deadline);
        let task = JoinHandle::of(Delayed { shared: Rc::clone(&shared), sleep, future });
        Self { task, shared: SendWrapper::new(shared) }
    }
}

impl<T: 'static> Future for After<T> {
    type Output = Result<T, AfterError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let joined = ready!(Pin::new(&mut self.task).poll(cx));
        Poll::Ready(match joined {
            Ok(output) => output.map_err(|Cancelled| AfterHandleError::Canceled),
            Err(error) => Err(AfterHandleError::Join(error)),
        })
    }
}

impl<T: Send + 'static> AfterHandle<T> for After<T> {
    type JoinError = AfterError;

    /// `None` where the task has not ended: then it is dropped, begun or not.
    async fn cancel(self) -> Option<Result<T, AfterError>> {
        if self.shared.finished.get() {
            return Some(self.await);
        }
        self.shared.cancelled.set(true);
        self.shared.look_again();
        None
    }

    fn reset(&self, duration: Duration) {
        if self.shared.expired.get() {
            return;
        }
        self.shared.deadline.set(self.shared.made + duration);
        self.shared.look_again();
    }

    fn abort(self) {
        agnostic_lite::JoinHandle::abort(self.task);
    }

    fn is_expired(&self) -> bool {
        self.shared.expired.get()
    }

    fn is_finished(&self) -> bool {
        self.shared.finished.get()
    }
}

impl AsyncAfterSpawner for SimSpawner {
    type Instant = SimInstant;
    type JoinHandle<T>
        = After<T>
    where
        T: Send + 'static;

    #[track_caller]
    fn spawn_after<F>(duration: Duration, future: F) -> After<F::Output>
    where
        F::Output: Send + 'static,
        F: Future + Send + 'static,
    {
        After::spawn(SimInstant::now() + duration, future)
    }

    #[track_caller]
    fn spawn_after_at<F>(instant: SimInstant, future: F) -> After<F::Output>
    where
        F::Output: Send + 'static,
        F: Future + Send + 'static,
    {
        After::spawn(instant, future)
    }
}
