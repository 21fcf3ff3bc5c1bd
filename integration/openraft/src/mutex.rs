//! The mutex: a `seedbed::sync::Lock` with a value in it.

use std::cell::{RefCell, RefMut};
use std::future::Future;
use std::ops::{Deref, DerefMut};

use seedbed::sync::{Lock, LockGuard};

/// A mutex whose waiters stand in a line, and in the report of a deadlock.
#[derive(Debug)]
pub struct Mutex<T> {
    lock: Lock,
    value: RefCell<T>,
}

/// The value, for as long as it is locked.
#[derive(Debug)]
pub struct Guard<'a, T> {
    // Fields are dropped in this order: the value is given back before the next in the line may take it.
    value: RefMut<'a, T>,
    _lock: LockGuard,
}

impl<T: 'static> openraft_rt::Mutex<T> for Mutex<T> {
    type Guard<'a> = Guard<'a, T>;

    fn new(value: T) -> Self {
        Self { lock: Lock::new(), value: RefCell::new(value) }
    }

    fn lock(&self) -> impl Future<Output = Guard<'_, T>> {
        let locked = self.lock.lock();
        async move {
            let lock = locked.await;
            Guard { value: self.value.borrow_mut(), _lock: lock }
        }
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}
