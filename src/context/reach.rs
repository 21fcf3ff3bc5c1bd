//! Reaching the kernel from a handle, which belongs to one run and may outlive it.

use super::current;
use crate::kernel::{Address, Kernel, Key};

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
    if !current::of_run_plainly(address.run, |kernel| kernel.release_plainly(address.key)) {
        release_otherwise(address.run, address.key);
    }
}

#[inline(never)]
fn release_otherwise(run: u32, key: Key) {
    try_of(run, |kernel| kernel.release_future(key));
}
