//! `CancelSweep` and `PanicSweep`: one future, struck at each of its await points, with what must hold afterwards.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;

use super::builder::Hunt;
use super::check::name_of;
use super::report::{Found, HuntReport, Verdict};
use super::strike_words::await_points;
use crate::choice::{Kind, Strike};
use crate::explore::{POINTS_MAX, StrikePlan, StruckPoint};
use crate::kernel::TARGET;
use crate::sim::{FailureKind, Outcome};
use crate::task::Target;

/// A sweep that cancels: see [`CancelSweep`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Cancels {}

/// A sweep that makes panic: see [`PanicSweep`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Panics {}

/// Cancels a future at its first await point, then, in another run, at its second, and so on; after each, what the program asserts must hold.
///
/// An await point is each time that the future returns `Pending`. It is met there in four ways, one run each: dropped, as by a `select!` whose
/// other branch is first, and cancelled as by asyncio's `cancel()`, so that the code inside may [catch](crate::catch_cancel) that and clean up;
/// each while it waits, and once more when what it waited for has woken it and it was about to go on, where values get lost.
///
/// The program says what is cancelled ([`Target::run`]) and asserts what must hold, whether it was cancelled or not; it must hold, too, if
/// nothing is cancelled. Failures are shrunk, explained, proven in a fresh process and kept, as those of every [`Hunt`].
///
/// # Examples
///
/// A transfer that loses money when it is cancelled between its two awaits:
///
/// ```
/// use seedbed::{CancelSweep, sleep};
/// use std::{cell::Cell, time::Duration};
///
/// async fn transfer(from: &Cell<u32>, to: &Cell<u32>, amount: u32) {
///     sleep(Duration::from_millis(1)).await; // asks whether it may
///     from.set(from.get() - amount);
///     sleep(Duration::from_millis(1)).await; // tells the other bank
///     to.set(to.get() + amount);
/// }
///
/// let report = CancelSweep::new(|target| async move {
///     let (from, to) = (Cell::new(100), Cell::new(0));
///     target.run(transfer(&from, &to, 60)).await;
///     assert_eq!(from.get() + to.get(), 100, "money was lost");
/// });
/// let report = report.regressions_off().prove(false).run();
/// let failed: Vec<_> = report.points.iter().map(|point| point.failed().count()).collect();
/// assert_eq!(failed, [0, 4]);
/// assert!(report.to_string().contains("a sleep until 0.002s"), "{report}");
/// ```
#[doc(alias = "cancel_sweep")]
#[doc(alias = "cancel safety")]
pub type CancelSweep<F> = AwaitSweep<F, Cancels>;

/// Makes a future panic in the place of going on after its first await point, then, in another run, after its second, and so on; after each,
/// what the program asserts must hold: that it is supervised, that locks are not poisoned, that permits were returned.
///
/// The future is dropped by the unwinding, as if the panic had come from the code behind the await.
///
/// # Examples
///
/// ```
/// use seedbed::{PanicSweep, yield_now};
/// use std::sync::{Arc, Mutex};
///
/// let report = PanicSweep::new(|target| async move {
///     let total = Arc::new(Mutex::new(0));
///     target.run(async {
///         let mut total = total.lock().unwrap();
///         *total += 1;
///         yield_now().await; // with the lock held
///     }).await;
///     assert!(!total.is_poisoned(), "the lock is poisoned");
/// });
/// let report = report.regressions_off().prove(false).run();
/// assert_eq!(report.points[0].failed().count(), 1);
/// ```
#[doc(alias = "panic_sweep")]
pub type PanicSweep<F> = AwaitSweep<F, Panics>;

/// A future that is struck at each of its await points; as [`CancelSweep`] or [`PanicSweep`].
#[must_use = "a sweep does nothing until it is run"]
pub struct AwaitSweep<F, K> {
    hunt: Hunt,
    plan: StrikePlan,
    program: F,
    kind: PhantomData<fn() -> K>,
}

/// Cancels a future at each of its await points, and ends the test with the report: a [`CancelSweep`] under the name of the function that
/// calls it.
///
/// # Panics
///
/// If what the program asserts does not hold, or the sweep cannot be made: with the report.
///
/// # Examples
///
/// ```
/// use seedbed::{cancel_sweep, spawn, sync::Semaphore};
///
/// cancel_sweep(|target| async move {
///     let permits = Semaphore::new(1);
///     let held = permits.permit().await;
///     let other = spawn(async move { drop(held) });
///     drop(target.run(permits.permit()).await);
///     other.await.unwrap();
///     assert!(!permits.locked(), "a permit was lost");
/// });
/// ```
#[track_caller]
pub fn cancel_sweep<F, M>(program: F)
where
    F: Fn(Target) -> M + Send + Sync + 'static,
    M: Future + 'static,
    M::Output: Outcome + 'static,
{
    CancelSweep::new(program).run().check();
}

/// Makes a future panic after each of its await points, and ends the test with the report: a [`PanicSweep`] under the name of the function
/// that calls it.
///
/// # Panics
///
/// If what the program asserts does not hold, or the sweep cannot be made: with the report.
///
/// # Examples
///
/// ```
/// use seedbed::{panic_sweep, sleep, spawn};
/// use std::time::Duration;
///
/// panic_sweep(|target| async move {
///     // A supervisor that starts its worker again.
///     let worker = || spawn(async move { target.through(sleep(Duration::from_secs(1))).await });
///     while worker().await.is_err() {}
/// });
/// ```
#[track_caller]
pub fn panic_sweep<F, M>(program: F)
where
    F: Fn(Target) -> M + Send + Sync + 'static,
    M: Future + 'static,
    M::Output: Outcome + 'static,
{
    PanicSweep::new(program).run().check();
}

impl<F, M> AwaitSweep<F, Cancels>
where
    F: Fn(Target) -> M + Send + Sync + 'static,
    M: Future + 'static,
    M::Output: Outcome + 'static,
{
    /// A sweep that cancels, named after the function in which the program stands.
    #[track_caller]
    pub fn new(program: F) -> Self {
        Self::with(program, &Strike::CANCELLING)
    }

    /// Cancels in these ways only.
    ///
    /// ```
    /// use seedbed::{CancelSweep, choice::Strike, yield_now};
    /// let sweep = CancelSweep::new(|target| async move { target.run(yield_now()).await; });
    /// let report = sweep.ways(&[Strike::Dropped, Strike::DroppedWoken]).run();
    /// assert_eq!(report.points[0].tries.len(), 2);
    /// ```
    pub fn ways(mut self, ways: &[Strike]) -> Self {
        self.plan.strikes = ways.iter().copied().filter(|way| way.kind() == Kind::Cancel).collect();
        self
    }
}

impl<F, M> AwaitSweep<F, Panics>
where
    F: Fn(Target) -> M + Send + Sync + 'static,
    M: Future + 'static,
    M::Output: Outcome + 'static,
{
    /// A sweep that makes panic, named after the function in which the program stands.
    #[track_caller]
    pub fn new(program: F) -> Self {
        Self::with(program, &[Strike::Panicked])
    }
}

impl<F, K, M> AwaitSweep<F, K>
where
    F: Fn(Target) -> M + Send + Sync + 'static,
    M: Future + 'static,
    M::Output: Outcome + 'static,
{
    #[track_caller]
    fn with(program: F, strikes: &[Strike]) -> Self {
        let plan =
            StrikePlan { subject: TARGET.to_owned(), strikes: strikes.to_vec(), schedules: 0, points_max: POINTS_MAX };
        Self { hunt: Hunt::new(name_of::<F>()).runs(1), plan, program, kind: PhantomData }
    }

    /// Tries each await point in so many orders of the tasks, too; in plain order only, if not set.
    ///
    /// ```
    /// use seedbed::{CancelSweep, yield_now};
    /// let report = CancelSweep::new(|target| async move { target.run(yield_now()).await; }).schedules(10).run();
    /// assert_eq!(report.points[0].tries.len(), 4 * 11);
    /// ```
    pub fn schedules(mut self, schedules: u64) -> Self {
        self.plan.schedules = schedules;
        self
    }

    /// Refuses a future that has more await points than this; a thousand, if not set.
    ///
    /// ```
    /// use seedbed::{CancelSweep, yield_now};
    /// let sweep = CancelSweep::new(|target| async move { target.run(yield_now()).await; });
    /// assert!(!sweep.max_points(0).run().is_ok());
    /// ```
    pub fn max_points(mut self, points: usize) -> Self {
        self.plan.points_max = points;
        self
    }

    /// Configures the hunt that makes the runs: its name, its limits, where replays are kept.
    ///
    /// ```
    /// use seedbed::{CancelSweep, yield_now};
    /// use std::time::Duration;
    /// let sweep = CancelSweep::new(|target| async move { target.run(yield_now()).await; });
    /// let report = sweep.hunt(|hunt| hunt.sim(|sim| sim.virtual_time(Duration::from_secs(9)))).run();
    /// assert!(report.is_ok());
    /// ```
    pub fn hunt(mut self, configure: impl FnOnce(Hunt) -> Hunt) -> Self {
        self.hunt = configure(self.hunt);
        self
    }

    /// See [`Hunt::regressions_off`].
    pub fn regressions_off(self) -> Self {
        self.hunt(Hunt::regressions_off)
    }

    /// See [`Hunt::prove`].
    pub fn prove(self, prove: bool) -> Self {
        self.hunt(|hunt| hunt.prove(prove))
    }

    /// Makes the sweep.
    #[track_caller]
    pub fn run(self) -> AwaitSweepReport {
        let Self { mut hunt, plan, program, .. } = self;
        hunt.strikes.push(plan);
        let hunt = hunt.run(move || program(Target::new()));
        let points = hunt.struck.iter().flat_map(|struck| struck.points.iter().cloned()).collect();
        AwaitSweepReport { points, hunt }
    }
}

impl<F, K> fmt::Debug for AwaitSweep<F, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwaitSweep").field("hunt", &self.hunt).field("plan", &self.plan).finish_non_exhaustive()
    }
}

/// What a [`CancelSweep`] came to.
pub type CancelSweepReport = AwaitSweepReport;

/// What a [`PanicSweep`] came to.
pub type PanicSweepReport = AwaitSweepReport;

/// What a sweep of await points came to, one entry a point. Its `Display` is what a person reads.
///
/// ```
/// use seedbed::{CancelSweep, sleep};
/// use std::time::Duration;
/// let report = CancelSweep::new(|target| async move {
///     target.run(sleep(Duration::from_secs(1))).await;
/// }).run();
/// assert_eq!(report.points.len(), 1);
/// assert_eq!(report.points[0].point.waits_for, "a sleep until 1.000s");
/// report.check();
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use = "a report that nobody looks at hides failures: call `check`, or look at `points`"]
pub struct AwaitSweepReport {
    /// What came of each await point; empty where the sweep could not be made, or a replay was asked for.
    pub points: Vec<StruckPoint>,
    /// The hunt that made the runs: its verdict is about the first failure.
    pub hunt: HuntReport,
}

impl AwaitSweepReport {
    /// True if what must hold held, wherever the future was struck.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.hunt.is_ok()
    }

    /// Ends a test with this report.
    ///
    /// # Panics
    ///
    /// If the sweep failed: with the text of the report.
    ///
    /// ```should_panic
    /// use seedbed::{CancelSweep, yield_now};
    /// let sweep = CancelSweep::new(|target| async move { target.run(yield_now()).await.unwrap() });
    /// sweep.regressions_off().prove(false).run().check();
    /// ```
    #[track_caller]
    pub fn check(self) {
        assert!(self.is_ok(), "{self}");
    }

    /// The await points, a line each, with what came of them.
    ///
    /// ```
    /// use seedbed::{CancelSweep, sleep};
    /// use std::time::Duration;
    /// let report = CancelSweep::new(|target| async move { target.run(sleep(Duration::from_secs(1))).await; }).run();
    /// assert!(report.table().contains("a sleep until 1.000s  held"), "{}", report.table());
    /// ```
    #[must_use]
    pub fn table(&self) -> String {
        self.hunt.struck.iter().map(await_points).collect()
    }

    /// Why no await point was struck, where the plain run fails.
    fn plain_failure(&self) -> Option<&'static str> {
        let Verdict::Failed(finding) = &self.hunt.verdict else { return None };
        match (&finding.found, &finding.failure.kind) {
            (Found::Run { number: 0, .. }, FailureKind::Deadlock { .. } | FailureKind::Limit { .. }) => Some(
                "it does not come to its end when nothing strikes it, so it was not struck: end the future inside the \
                 program, or look at a part of it that ends",
            ),
            (Found::Run { number: 0, .. }, _) => Some("it fails when nothing strikes it, so it was not struck"),
            _ => None,
        }
    }
}

impl fmt::Display for AwaitSweepReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.hunt)?;
        self.plain_failure().iter().try_for_each(|why| write!(f, "\n  {why}"))
    }
}
