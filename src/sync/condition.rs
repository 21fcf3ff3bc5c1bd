//! A condition: tasks under one lock wait until another says that something has changed.

use std::rc::Rc;

use super::condition_core::{ConditionCore, ConditionError};
use super::condition_guard::ConditionGuard;
use super::line::OtherLoop;
use super::lock::{Lock, LockCore, NotAcquired};

/// A lock, and a line of those who hold it in turn and wait until another holder [notifies](Self::notify) them.
///
/// Waiting gives the lock up and takes it again. By the time it is taken again, what the notification was about may be
/// gone: look again, or let [`wait_for`](Self::wait_for) look.
///
/// ```
/// use seedbed::{Sim, spawn, sync::Condition};
/// use std::{cell::Cell, rc::Rc};
///
/// let report = Sim::new(0).run(async {
///     let (changed, stock) = (Condition::new().named("stock"), Rc::new(Cell::new(0)));
///     let (their_changed, their_stock) = (changed.clone(), Rc::clone(&stock));
///     let buyer = spawn(async move {
///         let mut guard = their_changed.lock().await;
///         guard.wait_for(|| their_stock.get() >= 3).await;
///         their_stock.set(their_stock.get() - 3);
///     });
///     while !buyer.is_done() {
///         let guard = changed.lock().await;
///         stock.set(stock.get() + 1);
///         guard.notify(1);
///         drop(guard);
///         seedbed::yield_now().await;
///     }
///     stock.get()
/// });
/// assert!(report.unwrap() <= 2);
/// ```
#[doc(alias = "asyncio.Condition")]
#[doc(alias = "Condvar")]
#[derive(Clone)]
pub struct Condition {
    core: Rc<ConditionCore>,
    owns_lock: bool,
}

impl Condition {
    /// A condition with a lock of its own. It can be made anywhere, even outside a run.
    ///
    /// ```
    /// assert!(!seedbed::sync::Condition::new().locked());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::of(LockCore::new("condition lock"), true)
    }

    /// A condition on a lock that is there already; several may share one.
    ///
    /// ```
    /// use seedbed::{Sim, sync::{Condition, Lock}};
    /// let report = Sim::new(0).run(async {
    ///     let lock = Lock::new();
    ///     let (not_empty, not_full) = (Condition::with_lock(&lock), Condition::with_lock(&lock));
    ///     let _guard = not_empty.lock().await;
    ///     (lock.locked(), not_full.locked())
    /// });
    /// assert_eq!(report.unwrap(), (true, true));
    /// ```
    #[must_use]
    pub fn with_lock(lock: &Lock) -> Self {
        Self::of(Rc::clone(lock.core()), false)
    }

    fn of(lock: Rc<LockCore>, owns_lock: bool) -> Self {
        Self { core: ConditionCore::new(lock), owns_lock }
    }

    /// Names it, and its lock if that is its own, for traces and for the report of a deadlock.
    ///
    /// ```
    /// use seedbed::{FailureKind, Sim, sync::Condition};
    /// let report = Sim::new(0).run(async { Condition::new().named("stock").lock().await.wait().await });
    /// let FailureKind::Deadlock { blocked, .. } = report.result.unwrap_err().kind else { panic!("no deadlock") };
    /// assert_eq!(blocked[0].waits_for, "condition stock");
    /// ```
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.core.resource.rename(name);
        if self.owns_lock {
            self.core.lock.resource.rename(name);
        }
        self
    }

    /// Waits for the lock, and holds it until the guard is dropped, but for the time that it waits to be notified.
    ///
    /// # Panics
    ///
    /// If others wait for the lock on another loop; [`check_loop`](Self::check_loop) tells.
    ///
    /// ```
    /// use seedbed::{Sim, sync::Condition};
    /// let report = Sim::new(0).run(async {
    ///     let changed = Condition::new();
    ///     let guard = changed.lock().await;
    ///     guard.notify_all();
    ///     changed.locked()
    /// });
    /// assert!(report.unwrap());
    /// ```
    #[doc(alias = "async with")]
    pub fn lock(&self) -> impl Future<Output = ConditionGuard> + use<> {
        let core = Rc::clone(&self.core);
        async move {
            match core.lock.acquire("Condition::lock", None).await {
                Ok(hold) => ConditionGuard::new(core, hold),
                Err(error) => panic!("Condition::lock: {error}"),
            }
        }
    }

    /// As [`lock`](Self::lock) without a guard: whoever wants to gives it back with [`release`](Self::release).
    ///
    /// # Errors
    ///
    /// [`OtherLoop`], if it would have to wait and others wait for the lock on another loop.
    ///
    /// ```
    /// use seedbed::{Sim, sync::Condition};
    /// let report = Sim::new(0).run(async {
    ///     let changed = Condition::new();
    ///     changed.acquire().await.unwrap();
    ///     changed.release()
    /// });
    /// assert_eq!(report.unwrap(), Ok(()));
    /// ```
    #[doc(alias = "asyncio.Condition.acquire")]
    pub fn acquire(&self) -> impl Future<Output = Result<(), OtherLoop>> + use<> {
        let lock = Rc::clone(&self.core.lock);
        async move { lock.acquire("Condition::acquire", None).await.map(drop) }
    }

    /// Gives the lock back, whoever holds it.
    ///
    /// # Errors
    ///
    /// [`NotAcquired`], if nobody holds it.
    ///
    /// ```
    /// use seedbed::sync::{Condition, NotAcquired};
    /// assert_eq!(Condition::new().release(), Err(NotAcquired));
    /// ```
    #[doc(alias = "asyncio.Condition.release")]
    pub fn release(&self) -> Result<(), NotAcquired> {
        self.core.lock.release()
    }

    /// True while somebody holds the lock.
    ///
    /// ```
    /// assert!(!seedbed::sync::Condition::new().locked());
    /// ```
    #[doc(alias = "asyncio.Condition.locked")]
    #[must_use]
    pub fn locked(&self) -> bool {
        self.core.lock.is_locked()
    }

    /// Gives the lock up, waits to be notified, and takes the lock again.
    ///
    /// Cancelled, it takes the lock again as well before the cancellation goes on. Dropped half way (a lost `select!`),
    /// it cannot: then the lock stays given up.
    ///
    /// # Errors
    ///
    /// [`ConditionError::NotAcquired`], if nobody holds the lock; [`ConditionError::OtherLoop`], if others wait on
    /// another loop: for the condition (the lock is kept then) or for the lock (it is lost).
    ///
    /// ```
    /// use seedbed::{Sim, spawn, sync::Condition, yield_now};
    /// let report = Sim::new(0).run(async {
    ///     let changed = Condition::new();
    ///     let theirs = changed.clone();
    ///     let waiter = spawn(async move {
    ///         theirs.acquire().await.unwrap();
    ///         theirs.wait().await.unwrap();
    ///         theirs.release().unwrap();
    ///     });
    ///     yield_now().await;
    ///     changed.acquire().await.unwrap();
    ///     changed.notify(1).unwrap();
    ///     changed.release().unwrap();
    ///     waiter.await.is_ok()
    /// });
    /// assert!(report.unwrap());
    /// ```
    #[doc(alias = "asyncio.Condition.wait")]
    pub fn wait(&self) -> impl Future<Output = Result<(), ConditionError>> + use<> {
        let core = Rc::clone(&self.core);
        async move { core.wait().await }
    }

    /// Waits until `predicate` holds; it is asked at once, and whenever the condition was notified.
    ///
    /// # Errors
    ///
    /// [`ConditionError`], as [`wait`](Self::wait), if it has to wait.
    ///
    /// ```
    /// use seedbed::{Sim, sync::Condition};
    /// let report = Sim::new(0).run(async { Condition::new().wait_for(|| true).await });
    /// assert_eq!(report.unwrap(), Ok(()));
    /// ```
    #[doc(alias = "asyncio.Condition.wait_for")]
    pub fn wait_for<F>(&self, mut predicate: F) -> impl Future<Output = Result<(), ConditionError>> + use<F>
    where
        F: FnMut() -> bool,
    {
        let core = Rc::clone(&self.core);
        async move {
            while !predicate() {
                core.wait().await?;
            }
            Ok(())
        }
    }

    /// Notifies up to `n` of those who wait and have not been notified, in the order in which they came.
    ///
    /// # Errors
    ///
    /// [`NotAcquired`], if nobody holds the lock.
    ///
    /// ```
    /// use seedbed::sync::{Condition, NotAcquired};
    /// assert_eq!(Condition::new().notify(1), Err(NotAcquired));
    /// ```
    #[doc(alias = "asyncio.Condition.notify")]
    #[doc(alias = "notify_one")]
    pub fn notify(&self, n: usize) -> Result<(), NotAcquired> {
        if !self.locked() {
            return Err(NotAcquired);
        }
        self.core.notify(n);
        Ok(())
    }

    /// Notifies all who wait.
    ///
    /// # Errors
    ///
    /// [`NotAcquired`], if nobody holds the lock.
    ///
    /// ```
    /// use seedbed::sync::{Condition, NotAcquired};
    /// assert_eq!(Condition::new().notify_all(), Err(NotAcquired));
    /// ```
    #[doc(alias = "asyncio.Condition.notify_all")]
    pub fn notify_all(&self) -> Result<(), NotAcquired> {
        self.notify(usize::MAX)
    }

    /// Whether the running code may wait for it, and for its lock.
    ///
    /// # Errors
    ///
    /// [`OtherLoop`], if somebody has waited for one of them on another loop.
    ///
    /// ```
    /// assert_eq!(seedbed::sync::Condition::new().check_loop(), Ok(()));
    /// ```
    pub fn check_loop(&self) -> Result<(), OtherLoop> {
        self.core.line.check().and_then(|()| self.core.lock.check_loop())
    }
}

impl Default for Condition {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let waiting = self.core.line.len();
        f.debug_struct("Condition").field("locked", &self.locked()).field("waiting", &waiting).finish()
    }
}
