//! A promise: asyncio's `Future`, settled by hand or by whatever made it.

use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use super::awaiting::{Awaiting, read_error};
use super::cell::{MappedCell, PromiseCell, peek_at, put_into, take_from};
use super::error::{InvalidState, TaskError};
use super::future_ref::FutureRef;
use super::join::{Join, result_of};
use crate::context;
use crate::ident::LoopId;
use crate::kernel::{Address, Cancelled, Kernel, Kind, Owner, State};

/// A value that will be set later, once. Handles are cheap to clone and all mean the same promise.
///
/// Awaiting it moves the value out; when several tasks wait for it, each awaits [`join`](Self::join).
///
/// ```
/// use seedbed::{Promise, Sim, spawn};
/// let report = Sim::new(0).run(async {
///     let promise = Promise::<u32>::new();
///     let readers = [spawn(promise.join()), spawn(promise.join())];
///     assert!(!promise.is_done());
///     promise.set_result(7).unwrap();
///     let mut sum = 0;
///     for reader in readers {
///         sum += reader.await.unwrap().unwrap();
///     }
///     sum
/// });
/// assert_eq!(report.unwrap(), 14);
/// ```
#[doc(alias = "asyncio.Future")]
#[doc(alias = "oneshot")]
pub struct Promise<T> {
    future: FutureRef,
    awaiting: Awaiting,
    value: PhantomData<fn(T) -> T>,
}

impl<T: 'static> Promise<T> {
    /// A pending promise on the running loop, or on the current one if none runs.
    ///
    /// # Panics
    ///
    /// Outside a run.
    #[doc(alias = "asyncio.loop.create_future")]
    #[must_use]
    #[track_caller]
    pub fn new() -> Self {
        Self::of_kind(None, Kind::Promise)
    }

    /// As [`new`](Self::new), with a name for the report of a deadlock.
    ///
    /// # Panics
    ///
    /// Outside a run.
    #[must_use]
    #[track_caller]
    pub fn named(name: &str) -> Self {
        let promise = Self::new();
        let Address { run, key } = promise.future.address();
        context::of(run, |kernel| kernel.future_mut(key).extra().name = Some(name.into()));
        promise
    }

    pub(crate) fn on(loop_id: LoopId) -> Self {
        Self::of_kind(Some(loop_id), Kind::Promise)
    }

    #[track_caller]
    pub(crate) fn of_kind(loop_id: Option<LoopId>, kind: Kind) -> Self {
        let address = context::with("Promise::new", |kernel| {
            let loop_id = loop_id.unwrap_or_else(|| kernel.loop_for_calls());
            kernel.new_future(loop_id, kind)
        });
        Self::of(Rc::new(PromiseCell::<T>::new(address)))
    }

    /// A handle of a future whose value is a `T`.
    pub(crate) fn of(owner: Rc<dyn Owner>) -> Self {
        let future = FutureRef::new(owner);
        let awaiting = Awaiting::new(future.address());
        Self { future, awaiting, value: PhantomData }
    }

    /// Where the value is read.
    pub(crate) fn owner(&self) -> &Rc<dyn Owner> {
        self.future.owner()
    }

    /// Sets the value and wakes those who wait, in the order in which they came.
    ///
    /// # Errors
    ///
    /// [`InvalidState`]: it is done already, it is a task, or its loop is closed.
    pub fn set_result(&self, value: T) -> Result<(), InvalidState> {
        self.settle_with(value, State::Finished)
    }

    pub(crate) fn settle_with(&self, value: T, state: State) -> Result<(), InvalidState> {
        if self.future.task_id().is_some() {
            return Err(InvalidState::NotForTasks);
        }
        if self.future.is_done() {
            return Err(InvalidState::Done);
        }
        // The value stands before anybody can be told of it.
        put_into(&**self.owner(), value).map_err(|_| InvalidState::Done)?;
        self.settle(|kernel, key| kernel.settle(key, state))
    }

    fn settle(&self, settle: impl FnOnce(&mut Kernel, crate::kernel::Key)) -> Result<(), InvalidState> {
        let Address { run, key } = self.future.address();
        context::of(run, |kernel| {
            kernel.hit_closed_loop = false;
            settle(kernel, key);
            if std::mem::take(&mut kernel.hit_closed_loop) { Err(InvalidState::LoopClosed) } else { Ok(()) }
        })
    }

    /// Fails it with a cancellation as its error: readers are cancelled, but the promise counts as failed.
    ///
    /// # Errors
    ///
    /// [`InvalidState`], as [`set_result`](Self::set_result).
    pub fn set_cancelled_error(&self, cancelled: Cancelled) -> Result<(), InvalidState> {
        if self.future.task_id().is_some() {
            return Err(InvalidState::NotForTasks);
        }
        if self.future.is_done() {
            return Err(InvalidState::Done);
        }
        self.settle(|kernel, key| {
            kernel.future_mut(key).extra().failed_with = Some(cancelled);
            kernel.settle(key, State::Failed);
        })
    }

    /// The same future read as another type: nothing is made, nothing is waited for twice, and it counts as failed or
    /// cancelled where this one does. Futures of several types can so be given to one [`gather`](crate::gather).
    ///
    /// The value stays where it is. A view may be settled in place of the promise it was made from; what is set there is
    /// seen through that view alone, and whoever reads the promise itself finds the value taken.
    ///
    /// ```
    /// use seedbed::{Sim, gather, spawn};
    /// let report = Sim::new(0).run(async {
    ///     let (number, text) = (spawn(async { 7 }), spawn(async { "seven" }));
    ///     gather([number.promise().map(u32::to_string), text.promise().map(|text| (*text).to_owned())]).await.unwrap()
    /// });
    /// assert_eq!(report.unwrap(), [Ok("7".to_owned()), Ok("seven".to_owned())]);
    /// ```
    pub fn map<U: 'static>(&self, view: impl Fn(&T) -> U + 'static) -> Promise<U> {
        Promise::of(Rc::new(MappedCell::<T, U, _>::new(Rc::clone(self.owner()), view)))
    }

    /// Waits without moving the value out: any number of tasks may do so.
    pub fn join(&self) -> Join<T>
    where
        T: Clone,
    {
        Join::new(Rc::clone(self.owner()))
    }

    /// The value, without waiting.
    ///
    /// # Errors
    ///
    /// [`TaskError::NotDone`] while it is pending; else as awaiting it.
    #[doc(alias = "asyncio.Future.result")]
    pub fn result(&self) -> Result<T, TaskError>
    where
        T: Clone,
    {
        result_of(&**self.owner())
    }

    /// Shows the value, if it is there; counts as no reading.
    pub fn peek<R>(&self, reader: impl FnOnce(&T) -> R) -> Option<R> {
        peek_at(&**self.owner(), reader)
    }
}

impl<V: 'static, E: 'static> Promise<Result<V, E>> {
    /// Sets an error: the promise counts as failed, which `wait` and `gather` can tell.
    ///
    /// # Errors
    ///
    /// [`InvalidState`], as [`set_result`](Promise::set_result).
    #[doc(alias = "asyncio.Future.set_exception")]
    pub fn set_exception(&self, error: E) -> Result<(), InvalidState> {
        self.settle_with(Err(error), State::Failed)
    }
}

impl<T: 'static> Default for Promise<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Promise<T> {
    fn clone(&self) -> Self {
        Self { future: self.future.clone(), awaiting: self.awaiting.clone(), value: PhantomData }
    }
}

impl<T> Deref for Promise<T> {
    type Target = FutureRef;

    fn deref(&self) -> &FutureRef {
        &self.future
    }
}

impl<T> std::fmt::Debug for Promise<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Promise").field(&self.future).finish()
    }
}

impl<T: 'static> Future for Promise<T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let settled = ready!(self.awaiting.poll_then(cx, |kernel, key, _| read_error(kernel, key)));
        Poll::Ready(settled.and_then(|()| take_from(&**self.owner()).ok_or(TaskError::Taken)))
    }
}
