//! Reading a settled future: by moving its value out, by cloning it, or by looking.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use super::awaiting::{Awaiting, read_error};
use super::cell::{peek_at, take_from};
use super::error::TaskError;
use crate::context;
use crate::kernel::{Address, Owner};

/// An await that clones the value, so that others can read it too. Made by `join()`.
#[must_use = "a join does nothing unless awaited"]
pub struct Join<T> {
    owner: Rc<dyn Owner>,
    awaiting: Awaiting,
    value: PhantomData<fn(T) -> T>,
}

impl<T> Join<T> {
    /// An await of a future whose value is a `T`.
    pub(crate) fn new(owner: Rc<dyn Owner>) -> Self {
        let awaiting = Awaiting::new(owner.address());
        Self { owner, awaiting, value: PhantomData }
    }

    pub(crate) fn owner(&self) -> &Rc<dyn Owner> {
        &self.owner
    }
}

impl<T> Clone for Join<T> {
    fn clone(&self) -> Self {
        Self::new(Rc::clone(&self.owner))
    }
}

impl<T> std::fmt::Debug for Join<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Join").field(&self.awaiting.address()).finish()
    }
}

impl<T: Clone + 'static> Future for Join<T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let settled = ready!(self.awaiting.poll_then(cx, |kernel, key, _| read_error(kernel, key)));
        Poll::Ready(settled.and_then(|()| peek_at(&*self.owner, T::clone).ok_or(TaskError::Taken)))
    }
}

/// Reads a settled future by moving its value out.
pub(crate) fn take_value<T: 'static>(owner: &dyn Owner) -> Result<T, TaskError> {
    let Address { run, key } = owner.address();
    context::of(run, |kernel| read_error(kernel, key))?;
    take_from(owner).ok_or(TaskError::Taken)
}

/// Reads a settled future by cloning its value.
pub(crate) fn clone_value<T: Clone + 'static>(owner: &dyn Owner) -> Result<T, TaskError> {
    let Address { run, key } = owner.address();
    context::of(run, |kernel| read_error(kernel, key))?;
    peek_at(owner, T::clone).ok_or(TaskError::Taken)
}

pub(crate) fn result_of<T: Clone + 'static>(owner: &dyn Owner) -> Result<T, TaskError> {
    let address = owner.address();
    let done = context::of(address.run, |kernel| kernel.future(address.key).is_done());
    if done { clone_value(owner) } else { Err(TaskError::NotDone) }
}
