//! Reading a settled future: by moving its value out, by cloning it, or by looking.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use super::awaiting::{Awaiting, read_error};
use super::cell::Slot;
use super::error::TaskError;
use crate::context;
use crate::kernel::Address;

/// An await that clones the value, so that others can read it too. Made by `join()`.
#[must_use = "a join does nothing unless awaited"]
pub struct Join<T> {
    slot: Rc<dyn Slot<T>>,
    awaiting: Awaiting,
}

impl<T> Join<T> {
    pub(crate) fn new(slot: Rc<dyn Slot<T>>) -> Self {
        let awaiting = Awaiting::new(slot.address());
        Self { slot, awaiting }
    }

    pub(crate) fn slot(&self) -> &Rc<dyn Slot<T>> {
        &self.slot
    }
}

impl<T> Clone for Join<T> {
    fn clone(&self) -> Self {
        Self::new(Rc::clone(&self.slot))
    }
}

impl<T> std::fmt::Debug for Join<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Join").field(&self.awaiting.address()).finish()
    }
}

impl<T: Clone> Future for Join<T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let settled = ready!(self.awaiting.poll_then(cx, |kernel, key, _| read_error(kernel, key)));
        Poll::Ready(settled.and_then(|()| peek_at(&*self.slot, T::clone).ok_or(TaskError::Taken)))
    }
}

/// Reads a settled future by moving its value out.
pub(crate) fn take_value<T>(slot: &dyn Slot<T>) -> Result<T, TaskError> {
    let Address { run, key, .. } = slot.address();
    context::of(run, |kernel| read_error(kernel, key))?;
    slot.take().ok_or(TaskError::Taken)
}

/// Reads a settled future by cloning its value.
pub(crate) fn clone_value<T: Clone>(slot: &dyn Slot<T>) -> Result<T, TaskError> {
    let Address { run, key, .. } = slot.address();
    context::of(run, |kernel| read_error(kernel, key))?;
    peek_at(slot, T::clone).ok_or(TaskError::Taken)
}

pub(crate) fn peek_at<T, R>(slot: &dyn Slot<T>, reader: impl FnOnce(&T) -> R) -> Option<R> {
    let mut reader = Some(reader);
    let mut seen = None;
    slot.read(&mut |value| seen = reader.take().map(|reader| reader(value)));
    seen
}

pub(crate) fn result_of<T: Clone>(slot: &dyn Slot<T>) -> Result<T, TaskError> {
    let address = slot.address();
    let done = context::of(address.run, |kernel| kernel.future(address.key).is_done());
    if done { clone_value(slot) } else { Err(TaskError::NotDone) }
}
