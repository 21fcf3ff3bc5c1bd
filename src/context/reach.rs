//! Reaching the kernel from a handle, which belongs to one run and may outlive it.

use super::current;
use crate::kernel::{Address, Kernel};

/// Borrows the kernel of the run with this number.
///
/// # Panics
///
/// If that run is not the thread's current one: a handle was kept past the end of its run.
#[track_caller]
#[inline]
pub(crate) fn of<R>(run: u32, operation: impl FnOnce(&mut Kernel) -> R) -> R {
    match current::of_run(run, operation) {
        Some(result) => result,
        None => stale(),
    }
}

#[cold]
#[track_caller]
fn stale() -> ! {
    panic!(
        "a task, promise, pool or loop was used outside its own seedbed run: handles mean nothing after their run has \
         ended, nor in another run; take values out of it instead"
    )
}

/// As [`of`], for destructors: nothing happens when the run is over.
#[inline]
pub(crate) fn try_of<R>(run: u32, operation: impl FnOnce(&mut Kernel) -> R) -> Option<R> {
    current::of_run(run, operation)
}

/// Gives back the entry of a future whose owner is dropped, and forgets its callbacks.
#[inline]
pub(crate) fn release(address: Address) {
    try_of(address.run, |kernel| kernel.release_future(address.key));
}
