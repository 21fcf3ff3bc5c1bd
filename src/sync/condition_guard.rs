//! Holding a condition: wait and notify without asking who has the lock.

use std::rc::Rc;

use super::condition_core::ConditionCore;
use super::lock::{Hold, LockGuard};

/// Holds the lock of a [`Condition`](super::Condition) until it is dropped.
#[must_use = "the lock is given back as soon as its guard is dropped"]
pub struct ConditionGuard {
    lock: LockGuard,
    core: Rc<ConditionCore>,
}

const NOT_HELD: &str = "the guard of a condition does not hold the lock any more: it was released by hand, or a wait was \
                        dropped half way (a lost `select!` branch); lock the condition again";

impl ConditionGuard {
    pub(super) fn new(core: Rc<ConditionCore>, hold: Hold) -> Self {
        Self { lock: LockGuard::new(Rc::clone(&core.lock), hold), core }
    }

    /// Gives the lock up, waits to be notified, and takes the lock again, as
    /// [`Condition::wait`](super::Condition::wait).
    ///
    /// # Panics
    ///
    /// If others wait on another loop, or if the guard lost the lock (a wait was dropped half way, or somebody released
    /// it by hand).
    ///
    /// ```
    /// use seedbed::{Sim, spawn, sync::Condition, yield_now};
    /// let report = Sim::new(0).run(async {
    ///     let changed = Condition::new();
    ///     let theirs = changed.clone();
    ///     let waiter = spawn(async move { theirs.lock().await.wait().await });
    ///     yield_now().await;
    ///     changed.lock().await.notify(1);
    ///     waiter.await.is_ok()
    /// });
    /// assert!(report.unwrap());
    /// ```
    pub async fn wait(&mut self) {
        assert!(self.lock.is_valid(), "{NOT_HELD}");
        if let Err(error) = self.core.wait().await {
            panic!("ConditionGuard::wait: {error}");
        }
    }

    /// Waits until `predicate` holds; it is asked at once, and whenever the condition was notified.
    ///
    /// # Panics
    ///
    /// As [`wait`](Self::wait), if it has to wait.
    ///
    /// ```
    /// use seedbed::{Sim, sync::Condition};
    /// let report = Sim::new(0).run(async { Condition::new().lock().await.wait_for(|| true).await });
    /// report.unwrap();
    /// ```
    pub async fn wait_for(&mut self, mut predicate: impl FnMut() -> bool) {
        while !predicate() {
            self.wait().await;
        }
    }

    /// Notifies up to `n` of those who wait and have not been notified, in the order in which they came.
    ///
    /// # Panics
    ///
    /// If the guard lost the lock, as [`wait`](Self::wait).
    ///
    /// ```
    /// use seedbed::{Sim, sync::Condition};
    /// Sim::new(0).run(async { Condition::new().lock().await.notify(1) }).unwrap();
    /// ```
    pub fn notify(&self, n: usize) {
        assert!(self.lock.is_valid(), "{NOT_HELD}");
        self.core.notify(n);
    }

    /// Notifies all who wait.
    ///
    /// # Panics
    ///
    /// If the guard lost the lock, as [`wait`](Self::wait).
    ///
    /// ```
    /// use seedbed::{Sim, sync::Condition};
    /// Sim::new(0).run(async { Condition::new().lock().await.notify_all() }).unwrap();
    /// ```
    pub fn notify_all(&self) {
        self.notify(usize::MAX);
    }
}

impl std::fmt::Debug for ConditionGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConditionGuard").field("holds", &self.lock.is_valid()).finish()
    }
}
