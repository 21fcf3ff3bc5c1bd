//! A lock: one task at a time, in the order of asking.

use std::cell::Cell;
use std::rc::Rc;

use super::line::{Line, OtherLoop, Turn};
use super::resource::Resource;
use crate::ident::TaskId;

/// What was to be given back is not held by anybody (asyncio: `Lock is not acquired.`).
///
/// ```
/// use seedbed::sync::{Lock, NotAcquired};
/// assert_eq!(Lock::new().release(), Err(NotAcquired));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAcquired;

impl std::fmt::Display for NotAcquired {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lock is not acquired: acquire it before you release it, wait or notify")
    }
}

impl std::error::Error for NotAcquired {}

/// One holder's time with a lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Hold {
    number: u64,
    holder: Option<TaskId>,
}

/// What all handles of a lock share.
#[derive(Debug)]
pub(super) struct LockCore {
    pub(super) resource: Resource,
    line: Line,
    hold: Cell<Option<Hold>>,
    holds: Cell<u64>,
}

impl LockCore {
    pub(super) fn new(kind: &'static str) -> Rc<Self> {
        let (line, hold, holds) = (Line::default(), Cell::new(None), Cell::new(0));
        Rc::new(Self { resource: Resource::new(kind), line, hold, holds })
    }

    pub(super) fn is_locked(&self) -> bool {
        self.hold.get().is_some()
    }

    pub(super) fn hold(&self) -> Option<Hold> {
        self.hold.get()
    }

    pub(super) fn is_held_as(&self, hold: Hold) -> bool {
        self.hold.get().is_some_and(|now| now.number == hold.number)
    }

    pub(super) fn check_loop(&self) -> Result<(), OtherLoop> {
        self.line.check()
    }

    /// asyncio's `acquire`. `again` goes on with a hold that was interrupted, so that its guard means it again.
    pub(super) async fn acquire(&self, what: &str, again: Option<Hold>) -> Result<Hold, OtherLoop> {
        // Only cancelled waiters may be overtaken: everybody else has their turn.
        if !self.is_locked() && self.line.is_clear() {
            return Ok(self.take(what, again, false));
        }
        let mut attempt = Attempt { lock: self, turn: self.line.join(what, &self.resource)? };
        (&mut attempt.turn).await;
        debug_assert!(!self.is_locked(), "seedbed bug: a lock was given to two at once, please report");
        Ok(self.take(what, again, true))
    }

    fn take(&self, what: &str, again: Option<Hold>, waited: bool) -> Hold {
        let holder = self.resource.taken(what, waited);
        let number = again.map_or_else(|| self.holds.get() + 1, |hold| hold.number);
        self.holds.set(self.holds.get().max(number));
        let hold = Hold { number, holder };
        self.hold.set(Some(hold));
        hold
    }

    pub(super) fn release(&self) -> Result<(), NotAcquired> {
        let hold = self.hold.take().ok_or(NotAcquired)?;
        self.resource.given_back(hold.holder, !self.line.is_empty());
        self.line.call_first();
        Ok(())
    }

    /// Releases it unless somebody else holds it by now, or nobody does.
    pub(super) fn release_if_held_as(&self, hold: Hold) {
        if self.is_held_as(hold) {
            let released = self.release();
            debug_assert_eq!(released, Ok(()), "seedbed bug: a held lock could not be released, please report");
        }
    }
}

/// A wait for the lock. Whoever gives up after the lock was offered passes the offer on.
struct Attempt<'a> {
    lock: &'a LockCore,
    turn: Turn<'a>,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.turn.leave();
        if !self.lock.is_locked() {
            self.lock.line.call_first();
        }
    }
}

/// A lock that at most one task holds at a time; those who wait get it in the order in which they asked.
///
/// It guards no value: code on one thread shares values through `Rc<RefCell<…>>` or `Cell`, and what needs a lock is a
/// stretch of code with an await in it. It is not reentrant: who asks twice waits for itself.
///
/// ```
/// use seedbed::{Sim, spawn, sync::Lock, yield_now};
/// use std::{cell::Cell, rc::Rc};
///
/// let report = Sim::new(0).run(async {
///     let (lock, total) = (Lock::new().named("total"), Rc::new(Cell::new(0)));
///     let tasks = [1, 2, 3].map(|amount| {
///         let (lock, total) = (lock.clone(), Rc::clone(&total));
///         spawn(async move {
///             let _guard = lock.lock().await;
///             let before = total.get();
///             yield_now().await; // without the lock, others would read the same total here
///             total.set(before + amount);
///         })
///     });
///     for task in tasks {
///         task.await.unwrap();
///     }
///     total.get()
/// });
/// assert!(report.trace.summary().contains("main/2  wait     lock total"));
/// assert_eq!(report.unwrap(), 6);
/// ```
#[doc(alias = "asyncio.Lock")]
#[doc(alias = "tokio::sync::Mutex")]
#[doc(alias = "Mutex")]
#[derive(Clone)]
pub struct Lock {
    core: Rc<LockCore>,
}

impl Lock {
    /// A lock that nobody holds. It can be made anywhere, even outside a run.
    ///
    /// ```
    /// assert!(!seedbed::sync::Lock::new().locked());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self { core: LockCore::new("lock") }
    }

    /// Names it, for traces and for the report of a deadlock.
    ///
    /// ```
    /// use seedbed::{FailureKind, Sim, sync::Lock};
    /// let report = Sim::new(0).run(async {
    ///     let accounts = Lock::new().named("accounts");
    ///     let _outer = accounts.lock().await;
    ///     let _inner = accounts.lock().await;
    /// });
    /// let FailureKind::Deadlock { blocked, .. } = report.result.unwrap_err().kind else { panic!("no deadlock") };
    /// assert_eq!((&*blocked[0].waits_for, &*blocked[0].held_by[0]), ("lock accounts", "main"));
    /// ```
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.core.resource.rename(name);
        self
    }

    pub(super) fn core(&self) -> &Rc<LockCore> {
        &self.core
    }

    /// Waits for the lock, and holds it until the guard is dropped. A free lock is taken without suspending.
    ///
    /// # Panics
    ///
    /// If others wait for it on another loop; [`check_loop`](Self::check_loop) tells.
    ///
    /// ```
    /// use seedbed::{Sim, sync::Lock};
    /// let report = Sim::new(0).run(async {
    ///     let lock = Lock::new();
    ///     let guard = lock.lock().await;
    ///     let during = lock.locked();
    ///     drop(guard);
    ///     (during, lock.locked())
    /// });
    /// assert_eq!(report.unwrap(), (true, false));
    /// ```
    #[doc(alias = "async with")]
    pub fn lock(&self) -> impl Future<Output = LockGuard> + use<> {
        let core = Rc::clone(&self.core);
        async move {
            match core.acquire("Lock::lock", None).await {
                Ok(hold) => LockGuard { core, hold },
                Err(error) => panic!("Lock::lock: {error}"),
            }
        }
    }

    /// As [`lock`](Self::lock) without a guard: whoever wants to gives it back with [`release`](Self::release).
    ///
    /// # Errors
    ///
    /// [`OtherLoop`], if it would have to wait and others wait on another loop.
    ///
    /// ```
    /// use seedbed::{Sim, sync::Lock};
    /// let report = Sim::new(0).run(async {
    ///     let lock = Lock::new();
    ///     lock.acquire().await.unwrap();
    ///     lock.release()
    /// });
    /// assert_eq!(report.unwrap(), Ok(()));
    /// ```
    #[doc(alias = "asyncio.Lock.acquire")]
    pub fn acquire(&self) -> impl Future<Output = Result<(), OtherLoop>> + use<> {
        let core = Rc::clone(&self.core);
        async move { core.acquire("Lock::acquire", None).await.map(drop) }
    }

    /// Gives the lock back, whoever holds it, and lets the first who waits have it.
    ///
    /// # Errors
    ///
    /// [`NotAcquired`], if nobody holds it.
    ///
    /// ```
    /// use seedbed::sync::{Lock, NotAcquired};
    /// assert_eq!(Lock::new().release(), Err(NotAcquired));
    /// ```
    #[doc(alias = "asyncio.Lock.release")]
    pub fn release(&self) -> Result<(), NotAcquired> {
        self.core.release()
    }

    /// True while somebody holds it.
    ///
    /// ```
    /// assert!(!seedbed::sync::Lock::new().locked());
    /// ```
    #[doc(alias = "asyncio.Lock.locked")]
    #[must_use]
    pub fn locked(&self) -> bool {
        self.core.is_locked()
    }

    /// Whether the running code may wait for it.
    ///
    /// # Errors
    ///
    /// [`OtherLoop`], if somebody has waited for it on another loop.
    ///
    /// ```
    /// assert_eq!(seedbed::sync::Lock::new().check_loop(), Ok(()));
    /// ```
    pub fn check_loop(&self) -> Result<(), OtherLoop> {
        self.core.check_loop()
    }
}

impl Default for Lock {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Lock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let waiting = self.core.line.len();
        f.debug_struct("Lock").field("locked", &self.locked()).field("waiting", &waiting).finish()
    }
}

/// Holds a [`Lock`] until it is dropped. It gives back only what it took: after a release by hand it does nothing.
#[must_use = "the lock is given back as soon as its guard is dropped"]
pub struct LockGuard {
    core: Rc<LockCore>,
    hold: Hold,
}

impl LockGuard {
    pub(super) fn new(core: Rc<LockCore>, hold: Hold) -> Self {
        Self { core, hold }
    }

    pub(super) fn is_valid(&self) -> bool {
        self.core.is_held_as(self.hold)
    }
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        self.core.release_if_held_as(self.hold);
    }
}

impl std::fmt::Debug for LockGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LockGuard").field("holds", &self.is_valid()).finish()
    }
}
