//! Striking at every await point of a task or future: cancelled, dropped, or made to panic, once a run.

use std::sync::atomic::{AtomicBool, Ordering};

use super::caught::run_caught;
use super::program::Program;
use crate::choice::{Address, Departures, Kind, ReplayMode, Strike};
use crate::seed::Seed;
use crate::sim::{AwaitPoint, Failure, Report, Sim};

/// What came of striking somebody at each of his await points.
///
/// ```
/// use seedbed::{CancelSweep, yield_now};
/// let report = CancelSweep::new(|target| async move { target.run(yield_now()).await; }).run();
/// assert_eq!(report.hunt.struck[0].subject, "(target)");
/// ```
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Struck {
    /// The path of the task, or `(target)`.
    pub subject: String,
    /// Whether it was cancelled, or made to panic.
    pub kind: Kind,
    /// Each of its await points, in the order in which the plain run comes to them.
    pub points: Vec<StruckPoint>,
}

impl Struck {
    /// How many runs that took.
    ///
    /// ```
    /// use seedbed::{CancelSweep, yield_now};
    /// let report = CancelSweep::new(|target| async move { target.run(yield_now()).await; }).run();
    /// assert_eq!(report.hunt.struck[0].runs(), 4);
    /// ```
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.points.iter().map(|point| point.tries.len() as u64).sum()
    }
}

/// What came of striking at one await point.
///
/// ```
/// use seedbed::{CancelSweep, yield_now};
/// let report = CancelSweep::new(|target| async move { target.run(yield_now()).await; }).run();
/// let point = &report.points[0];
/// assert_eq!((point.point.waits_for.as_str(), point.tries.len()), ("its next turn", 4));
/// assert_eq!(point.failed().count(), 0);
/// ```
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct StruckPoint {
    /// Where, and what it waited for.
    pub point: AwaitPoint,
    /// One try for each way of striking, in plain order, then in those of the seeds.
    pub tries: Vec<Tried>,
}

impl StruckPoint {
    /// The tries that failed.
    ///
    /// ```
    /// use seedbed::{CancelSweep, yield_now};
    /// let report = CancelSweep::new(|target| async move {
    ///     assert!(target.run(yield_now()).await.is_some(), "it was cancelled");
    /// });
    /// assert_eq!(report.regressions_off().prove(false).run().points[0].failed().count(), 4);
    /// ```
    pub fn failed(&self) -> impl Iterator<Item = &Tried> {
        self.tries.iter().filter(|tried| tried.failure.is_some())
    }
}

/// One run in which somebody was struck.
///
/// ```
/// use seedbed::choice::Strike;
/// use seedbed::{CancelSweep, yield_now};
/// let report = CancelSweep::new(|target| async move { target.run(yield_now()).await; }).run();
/// assert_eq!(report.points[0].tries[0].strike, Strike::Cancelled);
/// ```
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Tried {
    /// How.
    pub strike: Strike,
    /// The seed of the order of tasks; none for the plain one.
    pub seed: Option<Seed>,
    /// Why the run failed, if it did.
    pub failure: Option<Failure>,
    /// What brings the run back.
    pub departures: Departures,
}

/// Whom to strike, and how often.
#[derive(Clone, Debug)]
pub(crate) struct StrikePlan {
    pub(crate) subject: String,
    pub(crate) strikes: Vec<Strike>,
    /// Orders of tasks that are tried with each strike, besides the plain one.
    pub(crate) schedules: u64,
    pub(crate) points_max: usize,
}

impl StrikePlan {
    /// Every way to cancel this task, or the one way to make it panic. Nothing drops a task of seedbed's but `cancel()`.
    pub(crate) fn of_task(path: &str, kind: Kind) -> Self {
        let strikes = match kind {
            Kind::Panic => vec![Strike::Panicked],
            _ => vec![Strike::Cancelled, Strike::CancelledWoken],
        };
        Self { subject: path.to_owned(), strikes, schedules: 0, points_max: POINTS_MAX }
    }

    /// Every run: which point, which way, and which order, none being the plain one.
    fn all(&self, points: usize) -> impl Iterator<Item = (usize, Strike, Option<u64>)> {
        (0..points).flat_map(move |point| {
            let orders = std::iter::once(None).chain((1..=self.schedules).map(Some));
            orders.flat_map(move |order| self.strikes.iter().map(move |&strike| (point, strike, order)))
        })
    }
}

/// So many await points are struck where nothing was said.
pub(crate) const POINTS_MAX: usize = 1_000;

/// Strikes at each of these points, one run each. `order` makes the simulation of an order of tasks, 0 being the plain one.
///
/// The run of the first failure is returned too.
pub(crate) fn strike_at(
    program: &dyn Program,
    plan: &StrikePlan,
    points: &[AwaitPoint],
    order: &dyn Fn(u64) -> Sim,
    stop: &AtomicBool,
) -> (Struck, Option<(usize, Strike, Report<()>)>) {
    let mut first = None;
    let kind = plan.strikes.first().map_or(Kind::Cancel, |strike| strike.kind());
    let mut struck: Vec<StruckPoint> =
        points.iter().map(|point| StruckPoint { point: point.clone(), tries: Vec::new() }).collect();
    for (point, strike, nth) in plan.all(points.len()) {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let Ok(address) = Address::new(plan.subject.as_str(), strike.kind(), points[point].n) else { break };
        let departures = Departures::from_iter([(address, strike.answer())]);
        let mode = if nth.is_none() { ReplayMode::Strict } else { ReplayMode::Continue };
        let sim = order(nth.unwrap_or(0)).replay(departures, mode).record(true);
        // The program's own code around a run may panic; a hunt would end there, too.
        let run =
            run_caught(program, sim).unwrap_or_else(|words| panic!("the program panicked outside of its run: {words}"));
        let seed = nth.map(|_| run.seed);
        let (failure, departures) = (run.result.as_ref().err().cloned(), run.departures.clone());
        if failure.is_some() && first.is_none() {
            first = Some((point, strike, run));
        }
        struck[point].tries.push(Tried { strike, seed, failure, departures });
    }
    (Struck { subject: plan.subject.clone(), kind, points: struck }, first)
}
