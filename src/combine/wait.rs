//! `wait`: until the first, the first failure, or all of several futures.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use super::awaitable::{Awaitable, on_done, withdraw};
use crate::context;
use crate::kernel::{Address, Closure, Key, Kind, Purpose, Target};
use crate::task::{FutureRef, Waiter};

/// When [`wait`] returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ReturnWhen {
    /// When any is done.
    #[doc(alias = "FIRST_COMPLETED")]
    FirstCompleted,
    /// When any has failed (a panic, or an `Err` of a fallible task), or all are done.
    #[doc(alias = "FIRST_EXCEPTION")]
    FirstException,
    /// When all are done.
    #[doc(alias = "ALL_COMPLETED")]
    #[default]
    AllCompleted,
}

/// There was nothing to wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EmptySet;

impl std::fmt::Display for EmptySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Set of Tasks/Futures is empty.")
    }
}

impl std::error::Error for EmptySet {}

/// Waits for several futures and parts them into those that are done and those that are not, each in the order given.
///
/// Nothing is cancelled, neither by the timeout nor when the wait itself is cancelled. A future given twice counts
/// once, and is returned in each place.
///
/// # Errors
///
/// [`EmptySet`].
///
/// ```
/// use seedbed::{ReturnWhen, Sim, sleep, spawn, wait};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     let tasks = Vec::from([5, 1].map(|n| spawn(sleep(Duration::from_secs(n)))));
///     let (done, pending) = wait(tasks, ReturnWhen::FirstCompleted, None).await.unwrap();
///     (done.len(), pending[0].name())
/// });
/// assert_eq!(report.unwrap(), (1, "main/1".to_owned()));
/// ```
#[doc(alias = "asyncio.wait")]
pub async fn wait<A: Awaitable>(
    items: Vec<A>,
    when: ReturnWhen,
    timeout: Option<Duration>,
) -> Result<(Vec<A>, Vec<A>), EmptySet> {
    if items.is_empty() {
        return Err(EmptySet);
    }
    let mut waiter = Waiter::new("wait", Kind::Other(Purpose::Wait));
    let _watch = Watch::begin(&waiter, &items, when, timeout);
    (&mut waiter).await;
    Ok(items.into_iter().partition(|item| item.future().is_done()))
}

/// The callbacks of a wait in progress; dropping it withdraws them.
struct Watch {
    callbacks: Vec<(FutureRef, Key)>,
    alarm: Rc<Alarm>,
}

impl Watch {
    fn begin<A: Awaitable>(waiter: &Waiter, items: &[A], when: ReturnWhen, timeout: Option<Duration>) -> Self {
        let waiter = waiter.address();
        let alarm = Rc::new(Alarm::set(timeout, move || {
            Waiter::set(waiter);
        }));
        let mut futures: Vec<FutureRef> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for future in items.iter().map(Awaitable::future) {
            if seen.insert(future.address().key) {
                futures.push(future);
            }
        }
        let left = Rc::new(Cell::new(futures.len()));
        let register = |future: FutureRef| {
            let (left, watched, alarm) = (Rc::clone(&left), future.clone(), Rc::clone(&alarm));
            let key = on_done(&future, move || {
                left.set(left.get() - 1);
                let enough = left.get() == 0
                    || when == ReturnWhen::FirstCompleted
                    || when == ReturnWhen::FirstException && watched.is_failed();
                if enough {
                    alarm.withdraw();
                    Waiter::set(waiter);
                }
            });
            (future, key)
        };
        Self { callbacks: futures.into_iter().map(register).collect(), alarm }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.alarm.withdraw();
        for (future, key) in &self.callbacks {
            withdraw(future, *key);
        }
    }
}

/// A callback after a delay, if there is one (`call_later`).
pub(super) struct Alarm {
    set: RefCell<Option<(u32, crate::ident::LoopId, Key)>>,
}

impl Alarm {
    pub(super) fn set(after: Option<Duration>, callback: impl FnOnce() + 'static) -> Self {
        let set = after.map(|after| {
            let closure: Closure = Box::new(callback);
            context::with("wait", |kernel| {
                let loop_id = kernel.loop_for_calls();
                let key = kernel.closures.insert(closure.into());
                let deadline = kernel.deadline_after(after.as_nanos());
                kernel.add_timer(loop_id, deadline, Target::Call(key));
                (kernel.run, loop_id, key)
            })
        });
        Self { set: RefCell::new(set) }
    }

    pub(super) fn withdraw(&self) {
        let Some((run, loop_id, key)) = self.set.take() else { return };
        let closure = context::try_of(run, |kernel| {
            let closure = kernel.closures.remove(key);
            if closure.is_some() {
                kernel.timer_cancelled(loop_id);
            }
            closure
        });
        drop(closure);
    }
}

/// Cancels a future and waits until it is done, whatever it makes of that (CPython's `_cancel_and_wait`).
pub(super) async fn cancel_and_wait(future: &FutureRef) {
    let mut waiter = Waiter::new("wait_for", Kind::Other(Purpose::WaitFor));
    let Address { run, .. } = future.address();
    debug_assert_eq!(run, waiter.address().run, "seedbed bug: a future of another run, please report");
    let address = waiter.address();
    let key = on_done(future, move || {
        Waiter::set(address);
    });
    let _guard = Watch { callbacks: vec![(future.clone(), key)], alarm: Rc::new(Alarm { set: RefCell::new(None) }) };
    future.cancel();
    (&mut waiter).await;
}
