//! `shield`: wait for something without passing a cancellation on to it.

use super::awaitable::{Awaitable, on_done, withdraw};
use crate::context;
use crate::kernel::{Address, Kind, State};
use crate::task::{Promise, Task, TaskError};

/// A future that follows another, but whose cancellation stops there: the inner one runs on.
///
/// The shield of a future that is done is that future. An inner future that is cancelled by itself cancels the shield.
///
/// ```
/// use seedbed::{Sim, shield, sleep, spawn, timeout};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     let commit = spawn(async { sleep(Duration::from_secs(2)).await; "committed" });
///     let impatient = timeout(Duration::from_secs(1), shield(commit.join())).await;
///     assert!(impatient.is_err());
///     commit.await.unwrap()
/// });
/// assert_eq!(report.unwrap(), "committed");
/// ```
///
/// # Panics
///
/// Outside a run.
#[doc(alias = "asyncio.shield")]
pub fn shield<A: Awaitable>(item: A) -> Promise<A::Value> {
    let inner = item.future();
    if inner.is_done() {
        return item.into_promise();
    }
    let Address { run, key } = inner.address();
    let loop_id = context::of(run, |kernel| kernel.future(key).loop_id());
    let outer = Promise::<A::Value>::of_kind(Some(loop_id), Kind::Shield);
    let follower = outer.clone();
    let callback = on_done(&inner, move || follow(&item, &follower));
    // CPython removes the inner callback when the outer future is done first.
    on_done(&outer.future(), move || withdraw(&inner, callback));
    outer
}

/// The inner future is done: so is the outer one, unless it was cancelled meanwhile.
fn follow<A: Awaitable>(item: &A, outer: &Promise<A::Value>) {
    if outer.is_done() {
        return;
    }
    let inner = item.future();
    let Address { run, key } = outer.address();
    if inner.is_cancelled() {
        // `outer.cancel()`, without a message and without being a reader.
        context::of(run, |kernel| kernel.cancel(key, &None));
        return;
    }
    let state = if inner.is_failed() { State::Failed } else { State::Finished };
    let _told = match item.read() {
        Ok(value) => outer.settle_with(value, state),
        Err(TaskError::Cancelled(cancelled)) => outer.set_cancelled_error(cancelled),
        Err(TaskError::Panicked(report)) => {
            context::of(run, |kernel| {
                kernel.future_mut(key).extra().panic = Some(report);
                kernel.settle(key, State::Failed);
            });
            Ok(())
        }
        // The value went to another reader; whoever awaits the shield is told so by its empty slot.
        Err(_) => {
            context::of(run, |kernel| kernel.settle(key, state));
            Ok(())
        }
    };
}

impl<T: 'static> Task<T> {
    /// A [`shield`] around this task, which is read through it.
    #[must_use = "the shielded task is read through the promise"]
    pub fn shielded(self) -> Promise<T> {
        shield(self)
    }
}
