//! A semaphore: a number of permits, handed out in the order of asking.

use std::rc::Rc;

use super::line::OtherLoop;
use super::permits::{Permit, Permits, debug, permit};

/// A number of permits: as many tasks as there are permits go on at a time, those who wait in the order in which they
/// asked.
///
/// ```
/// use seedbed::{Sim, now, sleep, spawn, sync::Semaphore};
/// use std::time::Duration;
///
/// let report = Sim::new(0).run(async {
///     let connections = Semaphore::new(2).named("connections");
///     let requests = [(); 4].map(|()| {
///         let connections = connections.clone();
///         spawn(async move {
///             let _permit = connections.permit().await;
///             sleep(Duration::from_secs(1)).await;
///             now().to_string()
///         })
///     });
///     let mut ends = Vec::new();
///     for request in requests {
///         ends.push(request.await.unwrap());
///     }
///     ends
/// });
/// assert_eq!(report.unwrap(), ["1.000", "1.000", "2.000", "2.000"]);
/// ```
#[doc(alias = "asyncio.Semaphore")]
#[doc(alias = "tokio::sync::Semaphore")]
#[derive(Clone)]
pub struct Semaphore {
    permits: Rc<Permits>,
}

impl Semaphore {
    /// A semaphore with this many permits. It can be made anywhere, even outside a run.
    ///
    /// ```
    /// assert!(seedbed::sync::Semaphore::new(0).locked());
    /// ```
    #[must_use]
    pub fn new(permits: usize) -> Self {
        Self { permits: Permits::new(permits, usize::MAX) }
    }

    /// Names it, for traces and for the report of a deadlock.
    ///
    /// ```
    /// use seedbed::{FailureKind, Sim, sync::Semaphore};
    /// let report = Sim::new(0).run(async { Semaphore::new(0).named("slots").acquire().await });
    /// let FailureKind::Deadlock { blocked, .. } = report.result.unwrap_err().kind else { panic!("no deadlock") };
    /// assert_eq!(blocked[0].waits_for, "semaphore slots");
    /// ```
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.permits.resource.rename(name);
        self
    }

    /// Waits for a permit, and has it until it is dropped. A free one is taken without suspending.
    ///
    /// # Panics
    ///
    /// If others wait on another loop; [`check_loop`](Self::check_loop) tells.
    ///
    /// ```
    /// use seedbed::{Sim, sync::Semaphore};
    /// let report = Sim::new(0).run(async {
    ///     let semaphore = Semaphore::new(1);
    ///     let permit = semaphore.permit().await;
    ///     let during = semaphore.locked();
    ///     drop(permit);
    ///     (during, semaphore.locked())
    /// });
    /// assert_eq!(report.unwrap(), (true, false));
    /// ```
    #[doc(alias = "async with")]
    pub fn permit(&self) -> impl Future<Output = Permit> + use<> {
        permit(Rc::clone(&self.permits), "Semaphore::permit")
    }

    /// As [`permit`](Self::permit) without a guard: whoever wants to gives it back with [`release`](Self::release).
    ///
    /// # Errors
    ///
    /// [`OtherLoop`], if it would have to wait and others wait on another loop.
    ///
    /// ```
    /// use seedbed::{Sim, sync::Semaphore};
    /// let report = Sim::new(0).run(async {
    ///     let semaphore = Semaphore::new(1);
    ///     semaphore.acquire().await.unwrap();
    ///     semaphore.locked()
    /// });
    /// assert!(report.unwrap());
    /// ```
    #[doc(alias = "asyncio.Semaphore.acquire")]
    pub fn acquire(&self) -> impl Future<Output = Result<(), OtherLoop>> + use<> {
        let permits = Rc::clone(&self.permits);
        async move { permits.acquire("Semaphore::acquire").await.map(drop) }
    }

    /// Adds a permit, and lets the first who waits have it. Beyond `usize::MAX` permits nothing is added.
    ///
    /// ```
    /// let semaphore = seedbed::sync::Semaphore::new(0);
    /// semaphore.release();
    /// assert!(!semaphore.locked());
    /// ```
    #[doc(alias = "asyncio.Semaphore.release")]
    #[doc(alias = "add_permits")]
    pub fn release(&self) {
        let _full = self.permits.release(self.permits.resource.likely_holder());
    }

    /// True if whoever asks now has to wait: no permit is left, or it is others' turn.
    ///
    /// ```
    /// assert!(!seedbed::sync::Semaphore::new(1).locked());
    /// ```
    #[doc(alias = "asyncio.Semaphore.locked")]
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
    /// assert_eq!(seedbed::sync::Semaphore::new(1).check_loop(), Ok(()));
    /// ```
    pub fn check_loop(&self) -> Result<(), OtherLoop> {
        self.permits.line.check()
    }
}

impl std::fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        debug("Semaphore", &self.permits, f)
    }
}
