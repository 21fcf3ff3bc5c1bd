//! Handles of tasks: to name, cancel and await them.

use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use super::awaiting::{Awaiting, read_error};
use super::cell::{peek_at, take_from};
use super::error::TaskError;
use super::future_ref::FutureRef;
use super::join::{Join, result_of};
use super::promise::Promise;
use crate::context;
use crate::ident::TaskId;
use crate::kernel::{Address, Owner};

/// A reference to a task without the type of its output.
///
/// ```
/// use seedbed::{Sim, current_task};
/// let report = Sim::new(0).run(async { current_task().map(|task| task.name()) });
/// assert_eq!(report.unwrap().as_deref(), Some("main"));
/// ```
#[doc(alias = "AbortHandle")]
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TaskRef {
    future: FutureRef,
    id: TaskId,
}

impl TaskRef {
    pub(crate) fn new(future: FutureRef) -> Self {
        let id = future.task_id().expect("seedbed bug: a task reference to a promise, please report");
        Self { future, id }
    }

    /// The task's number in its run.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.id
    }

    /// The task's path: its place in the tree of tasks (`main/ticker`, `main/2/1`), the same under every schedule.
    #[doc(alias = "asyncio.Task.get_name")]
    #[must_use]
    pub fn name(&self) -> String {
        context::of(self.future.address().run, |kernel| kernel.names.path(self.id))
    }

    /// The last part of the path: the name it was given, or its number among its parent's children.
    #[must_use]
    pub fn label(&self) -> String {
        context::of(self.future.address().run, |kernel| kernel.names.label(self.id))
    }

    /// How many requests for cancellation it has had, less those taken back.
    #[doc(alias = "asyncio.Task.cancelling")]
    #[must_use]
    pub fn cancelling(&self) -> u32 {
        let address = self.future.address();
        context::of(address.run, |kernel| kernel.requests(address.key))
    }

    /// Takes one request back and returns how many are left; at zero, one that was not delivered yet is withdrawn.
    #[doc(alias = "asyncio.Task.uncancel")]
    #[allow(clippy::must_use_candidate, reason = "taking back is the point")]
    pub fn uncancel(&self) -> u32 {
        let address = self.future.address();
        context::of(address.run, |kernel| kernel.uncancel(address.key))
    }
}

impl Deref for TaskRef {
    type Target = FutureRef;

    fn deref(&self) -> &FutureRef {
        &self.future
    }
}

/// A spawned task. Awaiting it moves its output out; dropping it lets the task run on.
///
/// ```
/// use seedbed::{Sim, spawn};
/// let report = Sim::new(0).run(async { spawn(async { 6 * 7 }).await });
/// assert_eq!(report.unwrap(), Ok(42));
/// ```
#[doc(alias = "asyncio.Task")]
#[doc(alias = "JoinHandle")]
#[must_use = "a task runs on without its handle: drop it explicitly if that is meant"]
pub struct Task<T> {
    task: TaskRef,
    awaiting: Awaiting,
    output: PhantomData<fn(T) -> T>,
}

const _: () = assert!(size_of::<Task<()>>() == 48, "a handle is moved often");

impl<T: 'static> Task<T> {
    /// A handle of a task whose output is a `T`.
    #[inline]
    pub(crate) fn new(owner: Rc<dyn Owner>, address: Address) -> Self {
        let id = address.key.task().expect("seedbed bug: a handle of a task that is none, please report");
        Self {
            task: TaskRef { future: FutureRef::new(owner), id },
            awaiting: Awaiting::new(address),
            output: PhantomData,
        }
    }

    /// Where the output is read.
    pub(crate) fn owner(&self) -> &Rc<dyn Owner> {
        self.task.future.owner()
    }

    /// The same future object as a promise handle, of which there may be many.
    #[must_use]
    pub fn promise(&self) -> Promise<T> {
        Promise::of(Rc::clone(self.owner()))
    }

    /// Another handle of the same task. One of them can move the output out.
    pub(crate) fn another(&self) -> Self {
        Self::new(Rc::clone(self.owner()), self.awaiting.address())
    }

    /// An untyped reference to the task.
    #[must_use]
    pub fn task_ref(&self) -> TaskRef {
        self.task.clone()
    }

    /// Waits without moving the output out: any number of tasks may do so.
    pub fn join(&self) -> Join<T>
    where
        T: Clone,
    {
        Join::new(Rc::clone(self.owner()))
    }

    /// The output, without waiting.
    ///
    /// # Errors
    ///
    /// [`TaskError::NotDone`] while it runs; else as awaiting it.
    #[doc(alias = "asyncio.Task.result")]
    pub fn result(&self) -> Result<T, TaskError>
    where
        T: Clone,
    {
        result_of(&**self.owner())
    }

    /// Shows the output, if it is there; counts as no reading.
    pub fn peek<R>(&self, reader: impl FnOnce(&T) -> R) -> Option<R> {
        peek_at(&**self.owner(), reader)
    }
}

impl<T> Deref for Task<T> {
    type Target = TaskRef;

    fn deref(&self) -> &TaskRef {
        &self.task
    }
}

impl<T> std::fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Task").field(&self.task.id).finish()
    }
}

impl<T: 'static> Future for Task<T> {
    type Output = Result<T, TaskError>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.awaiting.is_plainly_finished() {
            return Poll::Ready(take_from(&**self.owner()).ok_or(TaskError::Taken));
        }
        self.get_mut().poll_waiting(cx)
    }
}

impl<T: 'static> Task<T> {
    #[inline(never)]
    fn poll_waiting(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, TaskError>> {
        let settled = ready!(self.awaiting.poll_then(cx, |kernel, key, _| read_error(kernel, key)));
        Poll::Ready(settled.and_then(|()| take_from(&**self.owner()).ok_or(TaskError::Taken)))
    }
}
