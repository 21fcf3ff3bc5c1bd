//! What the combinators take: handles of tasks and promises, read by moving or by cloning the value.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::context;
use crate::kernel::{Address, Callback, Closure, Key};
use crate::task::{Awaiting, FutureRef, Join, Promise, Task, TaskError, TaskRef, clone_value, take_value};

mod sealed {
    #[expect(unnameable_types, reason = "what cannot be named cannot be implemented")]
    pub trait Sealed {}
}

/// A handle of a task or promise that a combinator can wait for and then read.
///
/// [`Task`] and [`Promise`] are read by moving the value out; [`Join`], made by their `join()`, by cloning it, so that
/// others can read it too. The trait is sealed.
pub trait Awaitable: sealed::Sealed + Future<Output = Result<Self::Value, TaskError>> + 'static {
    /// What it holds once it is done.
    type Value: 'static;

    /// The untyped future object.
    fn future(&self) -> FutureRef;

    /// Reads it, which must be done.
    ///
    /// # Errors
    ///
    /// As awaiting it.
    fn read(&self) -> Result<Self::Value, TaskError>;

    /// The same future object as a promise handle.
    fn into_promise(self) -> Promise<Self::Value>
    where
        Self: Sized;
}

impl<T: 'static> sealed::Sealed for Task<T> {}
impl<T: 'static> sealed::Sealed for Promise<T> {}
impl<T: 'static> sealed::Sealed for Join<T> {}

impl<T: 'static> Awaitable for Task<T> {
    type Value = T;

    fn future(&self) -> FutureRef {
        FutureRef::clone(self)
    }

    fn read(&self) -> Result<T, TaskError> {
        take_value(&**self.owner())
    }

    fn into_promise(self) -> Promise<T> {
        self.promise()
    }
}

impl<T: 'static> Awaitable for Promise<T> {
    type Value = T;

    fn future(&self) -> FutureRef {
        FutureRef::clone(self)
    }

    fn read(&self) -> Result<T, TaskError> {
        take_value(&**self.owner())
    }

    fn into_promise(self) -> Promise<T> {
        self
    }
}

impl<T: Clone + 'static> Awaitable for Join<T> {
    type Value = T;

    fn future(&self) -> FutureRef {
        FutureRef::new(Rc::clone(self.owner()))
    }

    fn read(&self) -> Result<T, TaskError> {
        clone_value(&**self.owner())
    }

    fn into_promise(self) -> Promise<T> {
        Promise::of(Rc::clone(self.owner()))
    }
}

/// Waits for the end of a task whatever its output, and reads only whether it was cancelled or panicked. Made by
/// [`TaskRef::ending`].
#[derive(Clone, Debug)]
#[must_use = "an ending does nothing unless awaited"]
pub struct Ending {
    task: TaskRef,
    awaiting: Awaiting,
}

impl TaskRef {
    /// Waits until the task has ended, without its output.
    ///
    /// ```
    /// use seedbed::{Sim, all_tasks, spawn};
    /// let report = Sim::new(0).run(async {
    ///     let task = spawn(async { "output" });
    ///     task.task_ref().ending().await
    /// });
    /// assert_eq!(report.unwrap(), Ok(()));
    /// ```
    pub fn ending(&self) -> Ending {
        Ending { task: self.clone(), awaiting: Awaiting::new(self.address()) }
    }
}

impl sealed::Sealed for Ending {}

impl Awaitable for Ending {
    type Value = ();

    fn future(&self) -> FutureRef {
        FutureRef::clone(&self.task)
    }

    fn read(&self) -> Result<(), TaskError> {
        ending_of(&self.task)
    }

    fn into_promise(self) -> Promise<()> {
        let promise = Promise::new();
        let outer = promise.clone();
        on_done(&self.task, move || {
            // Only this callback settles it.
            let _settled = outer.set_result(());
        });
        promise
    }
}

impl Future for Ending {
    type Output = Result<(), TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let settled = std::task::ready!(self.awaiting.poll(cx));
        Poll::Ready(settled.and_then(|_| ending_of(&self.task)))
    }
}

/// How a task ended. A panic read here has not been told to anybody who could handle it.
fn ending_of(task: &TaskRef) -> Result<(), TaskError> {
    let Address { run, key } = task.address();
    context::of(run, |kernel| {
        let future = kernel.future_mut(key);
        match future.extra.as_ref().and_then(|extra| extra.panic.clone()) {
            Some(report) => Err(TaskError::Panicked(report)),
            None if !future.is_done() => Err(TaskError::NotDone),
            None => future.read_cancelled().map_or(Ok(()), |cancelled| Err(TaskError::Cancelled(cancelled))),
        }
    })
}

/// Registers a callback and returns its key, for [`withdraw`].
pub(super) fn on_done(future: &FutureRef, callback: impl FnOnce() + 'static) -> Key {
    let address = future.address();
    let closure: Closure = Box::new(callback);
    context::of(address.run, |kernel| {
        let key = kernel.closures.insert(closure.into());
        kernel.add_done_callback(address.key, Callback::Call(key));
        key
    })
}

/// Withdraws a callback that has not been scheduled, and drops it. Quiet when the run is over.
pub(super) fn withdraw(future: &FutureRef, key: Key) {
    let address = future.address();
    let closure = context::try_of(address.run, |kernel| {
        if kernel.remove_done_callback(address.key, key) { kernel.closures.remove(key) } else { None }
    });
    drop(closure);
}
