//! The one allocation of a task: its coroutine, later its output; and the cell of a promise's value.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::context;
use crate::ident::TaskId;
use crate::kernel::{Address, Key, Outcome, Owner, RunTask};

/// A place from which a settled future's value is read.
pub(crate) trait Slot<T>: Owner {
    /// Moves the value out, if it is there.
    fn take(&self) -> Option<T>;
    /// Shows the value where it is; false if it is not there (or in use at this moment).
    fn read(&self, reader: &mut dyn FnMut(&T)) -> bool;
    /// Stores the value; gives it back where values come from a coroutine.
    fn put(&self, value: T) -> Result<(), T>;
}

enum Stage<F: Future> {
    Running(F),
    Done(F::Output),
    /// The output was moved out, or the coroutine was dropped.
    Gone,
}

/// A coroutine and what became of it; `fails` tells whether an output counts as a failure.
pub(crate) struct TaskCell<F: Future, P> {
    run: u32,
    future: Key,
    task: TaskId,
    fails: P,
    /// Invariant: a `Running` coroutine is never moved, only overwritten where it is; see `poll`.
    stage: RefCell<Stage<F>>,
}

impl<F: Future, P> TaskCell<F, P> {
    #[inline]
    pub(crate) fn new(run: u32, future: Key, task: TaskId, coroutine: F, fails: P) -> Self {
        Self { run, future, task, fails, stage: RefCell::new(Stage::Running(coroutine)) }
    }
}

impl<F: Future, P> Owner for TaskCell<F, P> {
    #[inline]
    fn address(&self) -> Address {
        Address { run: self.run, key: self.future, task: Some(self.task) }
    }
}

impl<F: Future, P: Fn(&F::Output) -> bool> RunTask for TaskCell<F, P> {
    fn poll(&self, cx: &mut Context<'_>) -> Poll<Outcome> {
        let mut stage = self.stage.borrow_mut();
        let Stage::Running(future) = &mut *stage else {
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
    }

    fn drop_contents(&self) {
        *self.stage.borrow_mut() = Stage::Gone;
    }
}

impl<F: Future, P> Slot<F::Output> for TaskCell<F, P> {
    fn take(&self) -> Option<F::Output> {
        // A destructor inside the task may get here while the stage is being overwritten.
        let mut stage = self.stage.try_borrow_mut().ok()?;
        if !matches!(*stage, Stage::Done(_)) {
            return None;
        }
        match std::mem::replace(&mut *stage, Stage::Gone) {
            Stage::Done(output) => Some(output),
            Stage::Running(_) | Stage::Gone => None,
        }
    }

    fn read(&self, reader: &mut dyn FnMut(&F::Output)) -> bool {
        match self.stage.try_borrow().as_deref() {
            Ok(Stage::Done(output)) => {
                reader(output);
                true
            }
            _ => false,
        }
    }

    fn put(&self, value: F::Output) -> Result<(), F::Output> {
        Err(value)
    }
}

impl<F: Future, P> Drop for TaskCell<F, P> {
    #[inline]
    fn drop(&mut self) {
        context::release(self.address());
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

impl<T> Owner for PromiseCell<T> {
    fn address(&self) -> Address {
        self.address
    }
}

impl<T> Slot<T> for PromiseCell<T> {
    fn take(&self) -> Option<T> {
        self.value.try_borrow_mut().ok()?.take()
    }

    fn read(&self, reader: &mut dyn FnMut(&T)) -> bool {
        match self.value.try_borrow().as_deref() {
            Ok(Some(value)) => {
                reader(value);
                true
            }
            _ => false,
        }
    }

    fn put(&self, value: T) -> Result<(), T> {
        match self.value.try_borrow_mut() {
            Ok(mut place) => {
                *place = Some(value);
                Ok(())
            }
            Err(_) => Err(value),
        }
    }
}

impl<T> Drop for PromiseCell<T> {
    fn drop(&mut self) {
        context::release(self.address);
    }
}

/// Another slot seen through a function: the same future, read as another type.
pub(crate) struct MappedSlot<T, U, F> {
    inner: Rc<dyn Slot<T>>,
    view: F,
    /// A value that was set through this view: there is no way back to a `T`, so it stands here.
    own: RefCell<Option<U>>,
}

impl<T, U, F> MappedSlot<T, U, F> {
    pub(crate) fn new(inner: Rc<dyn Slot<T>>, view: F) -> Self {
        Self { inner, view, own: RefCell::new(None) }
    }
}

impl<T, U, F> Owner for MappedSlot<T, U, F> {
    fn address(&self) -> Address {
        self.inner.address()
    }
}

impl<T, U, F: Fn(&T) -> U> Slot<U> for MappedSlot<T, U, F> {
    fn take(&self) -> Option<U> {
        let mut seen = self.own.try_borrow_mut().ok()?.take();
        if seen.is_none() {
            self.inner.read(&mut |value| seen = Some((self.view)(value)));
        }
        seen
    }

    fn read(&self, reader: &mut dyn FnMut(&U)) -> bool {
        match self.own.try_borrow().as_deref() {
            Ok(Some(value)) => {
                reader(value);
                true
            }
            Ok(None) => self.inner.read(&mut |value| reader(&(self.view)(value))),
            Err(_) => false,
        }
    }

    fn put(&self, value: U) -> Result<(), U> {
        match self.own.try_borrow_mut() {
            Ok(mut place) => {
                *place = Some(value);
                Ok(())
            }
            Err(_) => Err(value),
        }
    }
}
