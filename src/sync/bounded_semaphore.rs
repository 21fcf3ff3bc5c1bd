//! A semaphore that counts its permits: one given back too often is an error.

use std::rc::Rc;

use super::line::OtherLoop;
use super::permits::{Permit, Permits, ReleasedTooOften, debug, permit};

/// A [`Semaphore`](super::Semaphore) that never has more permits than it began with: giving back too many is an error.
///
/// ```
/// use seedbed::sync::{BoundedSemaphore, ReleasedTooOften};
/// use seedbed::Sim;
/// let report = Sim::new(0).run(async {
///     let semaphore = BoundedSemaphore::new(1);
///     let permit = semaphore.permit().await;
///     drop(permit);
///     semaphore.release()
/// });
/// assert_eq!(report.unwrap(), Err(ReleasedTooOften));
/// ```
#[doc(alias = "asyncio.BoundedSemaphore")]
#[derive(Clone)]
pub struct BoundedSemaphore {
    permits: Rc<Permits>,
}

impl BoundedSemaphore {
    /// A semaphore with this many permits. It can be made anywhere, even outside a run.
    ///
    /// ```
    /// assert!(!seedbed::sync::BoundedSemaphore::new(1).locked());
    /// ```
    #[must_use]
    pub fn new(permits: usize) -> Self {
        Self { permits: Permits::new(permits, permits) }
    }

    /// Names it, for traces and for the report of a deadlock.
    ///
    /// ```
    /// let semaphore = seedbed::sync::BoundedSemaphore::new(3).named("slots");
    /// assert!(!semaphore.locked());
    /// ```
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.permits.resource.rename(name);
        self
    }

    /// Waits for a permit, and has it until it is dropped; see [`Semaphore::permit`](super::Semaphore::permit).
    ///
    /// # Panics
    ///
    /// If others wait on another loop; [`check_loop`](Self::check_loop) tells.
    ///
    /// ```
    /// use seedbed::{Sim, sync::BoundedSemaphore};
    /// let report = Sim::new(0).run(async {
    ///     let semaphore = BoundedSemaphore::new(1);
    ///     let _permit = semaphore.permit().await;
    ///     semaphore.locked()
    /// });
    /// assert!(report.unwrap());
    /// ```
    #[doc(alias = "async with")]
    pub fn permit(&self) -> impl Future<Output = Permit> + use<> {
        permit(Rc::clone(&self.permits), "BoundedSemaphore::permit")
    }

    /// As [`permit`](Self::permit) without a guard: whoever wants to gives it back with [`release`](Self::release).
    ///
    /// # Errors
    ///
    /// [`OtherLoop`], if it would have to wait and others wait on another loop.
    ///
    /// ```
    /// use seedbed::{Sim, sync::BoundedSemaphore};
    /// let report = Sim::new(0).run(async {
    ///     let semaphore = BoundedSemaphore::new(1);
    ///     semaphore.acquire().await.unwrap();
    ///     semaphore.release()
    /// });
    /// assert_eq!(report.unwrap(), Ok(()));
    /// ```
    #[doc(alias = "asyncio.BoundedSemaphore.acquire")]
    pub fn acquire(&self) -> impl Future<Output = Result<(), OtherLoop>> + use<> {
        let permits = Rc::clone(&self.permits);
        async move { permits.acquire("BoundedSemaphore::acquire").await.map(drop) }
    }

    /// Gives a permit back, and lets the first who waits have it.
    ///
    /// # Errors
    ///
    /// [`ReleasedTooOften`], if all permits are there already.
    ///
    /// ```
    /// use seedbed::sync::{BoundedSemaphore, ReleasedTooOften};
    /// assert_eq!(BoundedSemaphore::new(0).release(), Err(ReleasedTooOften));
    /// ```
    #[doc(alias = "asyncio.BoundedSemaphore.release")]
    pub fn release(&self) -> Result<(), ReleasedTooOften> {
        self.permits.release(self.permits.resource.likely_holder())
    }

    /// True if whoever asks now has to wait: no permit is left, or it is others' turn.
    ///
    /// ```
    /// assert!(seedbed::sync::BoundedSemaphore::new(0).locked());
    /// ```
    #[doc(alias = "asyncio.BoundedSemaphore.locked")]
    #[must_use]
    pub fn locked(&self) -> bool {
        self.permits.is_locked()
    }

    /// Whether the running code may wait for it.
    ///
    /// # Errors
    ///
    /// [`OtherLoop`], if somebody has waited for it on another loop.
    ///
    /// ```
    /// assert_eq!(seedbed::sync::BoundedSemaphore::new(1).check_loop(), Ok(()));
    /// ```
    pub fn check_loop(&self) -> Result<(), OtherLoop> {
        self.permits.line.check()
    }
}

impl std::fmt::Debug for BoundedSemaphore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        debug("BoundedSemaphore", &self.permits, f)
    }
}
