//! The one allocation of a task: its coroutine, later its output; and the cell of a promise's value.

use std::any::Any;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::context;
use crate::kernel::{Address, Outcome, Owner, RunTask};

/// Reads the value of a settled future by moving it out, if it is there.
#[inline]
pub(crate) fn take_from<T: 'static>(owner: &dyn Owner) -> Option<T> {
    let mut value = None;
    owner.take(&mut value);
    value
}

/// Shows a value where it is; None if it is not there (or in use at this moment).
pub(crate) fn peek_at<T: 'static, R>(owner: &dyn Owner, reader: impl FnOnce(&T) -> R) -> Option<R> {
    let mut reader = Some(reader);
    let mut seen = None;
    owner.read(&mut |value| {
        let value = value.downcast_ref().unwrap_or_else(|| wrong_type());
        seen = reader.take().map(|reader| reader(value));
    });
    seen
}

/// Stores a value; gives it back where values come from a coroutine.
pub(super) fn put_into<T: 'static>(owner: &dyn Owner, value: T) -> Result<(), T> {
    let mut value = Some(value);
    owner.put(&mut value);
    value.map_or(Ok(()), Err)
}

/// The place that a value is moved to or from.
#[inline]
fn place<T: 'static>(place: &mut dyn Any) -> &mut Option<T> {
    place.downcast_mut().unwrap_or_else(|| wrong_type())
}

#[cold]
fn wrong_type() -> ! {
    unreachable!("seedbed bug: a handle with the type of another future, please report")
}

enum Stage<F: Future> {
    Running(F),
    Done(F::Output),
    /// The output was moved out, or the coroutine was dropped.
    Gone,
}

/// A coroutine and what became of it; `fails` tells whether an output counts as a failure.
pub(crate) struct TaskCell<F: Future, P> {
    address: Address,
    fails: P,
    /// How many use the stage: readers are counted upwards, `WRITTEN` is one who may change it. With a `RefCell`, whose count
    /// has eight bytes, a task that sleeps would mostly need 16 bytes more.
    users: Cell<i32>,
    /// Invariant: a `Running` coroutine is never moved, only overwritten where it is; see `poll`.
    stage: UnsafeCell<Stage<F>>,
}

impl<F: Future, P> TaskCell<F, P> {
    #[inline]
    pub(crate) fn new(address: Address, coroutine: F, fails: P) -> Self {
        Self { address, fails, users: Cell::new(0), stage: UnsafeCell::new(Stage::Running(coroutine)) }
    }

    /// Hands the stage out, to be changed where it stands; None, with nothing done, while somebody uses it.
    #[inline]
    fn write<R>(&self, change: impl FnOnce(&mut Stage<F>) -> R) -> Option<R> {
        if self.users.get() != 0 {
            return None;
        }
        self.users.set(WRITTEN);
        let _using = Using { users: &self.users };
        // SAFETY: nobody else uses the stage now, and `users` keeps it so until `_using` is dropped, also by a panic.
        Some(change(unsafe { &mut *self.stage.get() }))
    }

    /// Shows the stage; None while somebody changes it.
    fn look<R>(&self, reader: impl FnOnce(&Stage<F>) -> R) -> Option<R> {
        let before = self.users.get();
        if before == WRITTEN {
            return None;
        }
        self.users.set(before.checked_add(1)?);
        let _using = Using { users: &self.users };
        // SAFETY: whoever uses the stage now only reads it, and `users` keeps it so until `_using` is dropped.
        Some(reader(unsafe { &*self.stage.get() }))
    }
}

const WRITTEN: i32 = -1;

/// While it lives, somebody uses a stage. Readers may end in any order: a job that reads may block meanwhile.
struct Using<'a> {
    users: &'a Cell<i32>,
}

impl Drop for Using<'_> {
    #[inline]
    fn drop(&mut self) {
        let users = self.users.get();
        self.users.set(if users == WRITTEN { 0 } else { users - 1 });
    }
}

impl<F: Future, P> Owner for TaskCell<F, P>
where
    F::Output: 'static,
{
    #[inline]
    fn address(&self) -> Address {
        self.address
    }

    fn take(&self, into: &mut dyn Any) {
        // A destructor inside the task may get here while the stage is being overwritten.
        self.write(|stage| {
            if matches!(stage, Stage::Done(_))
                && let Stage::Done(output) = std::mem::replace(stage, Stage::Gone)
            {
                *place(into) = Some(output);
            }
        });
    }

    fn read(&self, reader: &mut dyn FnMut(&dyn Any)) {
        self.look(|stage| {
            if let Stage::Done(output) = stage {
                reader(output);
            }
        });
    }

    fn put(&self, _from: &mut dyn Any) {}
}

impl<F: Future, P: Fn(&F::Output) -> bool> RunTask for TaskCell<F, P>
where
    F::Output: 'static,
{
    fn poll(&self, cx: &mut Context<'_>) -> Poll<Outcome> {
        let polled = self.write(|stage| {
            let Stage::Running(future) = stage else {
                unreachable!("seedbed bug: a task was polled after its end, please report")
            };
            // SAFETY: the cell is only ever made inside an `Rc` (`spawn`), so it does not move; `stage` is private, and
            // every access either reads it in place or overwrites it (which drops the coroutine where it stands);
            // `take` moves out of `Done` only. So the coroutine is pinned from its first poll to its drop.
            let future = unsafe { Pin::new_unchecked(future) };
            let output = std::task::ready!(future.poll(cx));
            let outcome = if (self.fails)(&output) { Outcome::Failed } else { Outcome::Finished };
            *stage = Stage::Done(output);
            Poll::Ready(outcome)
        });
        polled.unwrap_or_else(|| in_use())
    }

    fn drop_contents(&self) {
        self.write(|stage| *stage = Stage::Gone).unwrap_or_else(|| in_use());
    }
}

#[cold]
fn in_use() -> ! {
    unreachable!("seedbed bug: a task was to run while it runs, please report")
}

impl<F: Future, P> Drop for TaskCell<F, P> {
    #[inline]
    fn drop(&mut self) {
        context::release(self.address);
    }
}

/// The value of a promise.
pub(crate) struct PromiseCell<T> {
    address: Address,
    value: RefCell<Option<T>>,
}

impl<T> PromiseCell<T> {
    pub(crate) fn new(address: Address) -> Self {
        Self { address, value: RefCell::new(None) }
    }
}

impl<T: 'static> Owner for PromiseCell<T> {
    fn address(&self) -> Address {
        self.address
    }

    fn take(&self, into: &mut dyn Any) {
        if let Ok(mut value) = self.value.try_borrow_mut() {
            *place(into) = value.take();
        }
    }

    fn read(&self, reader: &mut dyn FnMut(&dyn Any)) {
        if let Ok(Some(value)) = self.value.try_borrow().as_deref() {
            reader(value);
        }
    }

    fn put(&self, from: &mut dyn Any) {
        if let Ok(mut value) = self.value.try_borrow_mut() {
            *value = place(from).take();
        }
    }
}

impl<T> Drop for PromiseCell<T> {
    fn drop(&mut self) {
        context::release(self.address);
    }
}

/// Another value seen through a function: the same future, read as another type.
pub(crate) struct MappedCell<T, U, F> {
    inner: Rc<dyn Owner>,
    view: F,
    /// A value that was set through this view: there is no way back to a `T`, so it stands here.
    own: RefCell<Option<U>>,
    of: PhantomData<fn(&T)>,
}

impl<T, U, F> MappedCell<T, U, F> {
    pub(crate) fn new(inner: Rc<dyn Owner>, view: F) -> Self {
        Self { inner, view, own: RefCell::new(None), of: PhantomData }
    }
}

impl<T: 'static, U: 'static, F: Fn(&T) -> U> Owner for MappedCell<T, U, F> {
    fn address(&self) -> Address {
        self.inner.address()
    }

    fn take(&self, into: &mut dyn Any) {
        let Ok(mut own) = self.own.try_borrow_mut() else { return };
        let own = own.take();
        *place(into) = own.or_else(|| peek_at(&*self.inner, &self.view));
    }

    fn read(&self, reader: &mut dyn FnMut(&dyn Any)) {
        match self.own.try_borrow().as_deref() {
            Ok(Some(value)) => reader(value),
            Ok(None) => {
                let _seen = peek_at(&*self.inner, |value| reader(&(self.view)(value)));
            }
            Err(_) => {}
        }
    }

    fn put(&self, from: &mut dyn Any) {
        if let Ok(mut own) = self.own.try_borrow_mut() {
            *own = place(from).take();
        }
    }
}
