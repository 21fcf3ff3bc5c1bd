//! The part of a hunt that strikes at await points, between the plain run and the sweep of seeds.

use super::builder::Hunt;
use super::inputs::Pinned;
use super::interrupt::stop;
use super::investigate::Investigator;
use super::portfolio::{PLAIN, policy_of, seed_of};
use super::regressions::Regressions;
use super::report::{Found, HuntReport, Verdict};
use super::search::Search;
use crate::choice::{FaultSet, Kind};
use crate::explore::{StrikePlan, strike_at};
use crate::sim::{Report, Sim};
use crate::trace::Event;

/// So many names of tasks are told where one was not found.
const NAMES: usize = 8;

impl Search {
    /// Strikes as the plans say; the first failure is the verdict. `plain` is the plain run.
    pub(super) fn strike(
        &self,
        report: &mut HuntReport,
        plain: &Report<()>,
        regressions: Option<&Regressions>,
    ) -> Option<Verdict> {
        self.strikes.iter().find_map(|plan| self.strike_as(plan, report, plain, regressions))
    }

    fn strike_as(
        &self,
        plan: &StrikePlan,
        report: &mut HuntReport,
        plain: &Report<()>,
        regressions: Option<&Regressions>,
    ) -> Option<Verdict> {
        let seed = seed_of(PLAIN, report.seed);
        let looked = self.make(Sim::new(seed).await_points(&plan.subject));
        let points = &looked.await_points[..];
        let subject = plan.subject.clone();
        if points.is_empty() {
            return Some(Verdict::NothingStruck { subject, tasks: tasks_of(&looked) });
        }
        if points.len() > plan.points_max {
            return Some(Verdict::TooManyPoints { subject, points: points.len() as u64, max: plan.points_max as u64 });
        }
        let order = |run: u64| {
            let seed = seed_of(run, report.seed);
            // Without a policy the run is plain where the plan says nothing.
            if run == PLAIN {
                Sim::new(seed)
            } else {
                Sim::new(seed).policy(policy_of(run, &self.policy, FaultSet::NONE, seed, &plain.profile))
            }
        };
        let (struck, first) = strike_at(self, plan, points, &order, stop());
        report.runs += struck.runs();
        let stopped = struck.points.iter().any(|point| point.tries.is_empty());
        report.struck.push(struck);
        match first {
            Some((point, strike, run)) => {
                let (of, point) = (points.len() as u64, points[point].clone());
                let found = Found::Struck { subject, strike, point, of };
                let pinned = Pinned::to(self, &run);
                Some(Investigator { program: &pinned, ..self.investigator(regressions) }.look_at(found, &run))
            }
            None => stopped.then_some(Verdict::Interrupted),
        }
    }
}

/// The tasks of a run, by path.
fn tasks_of(run: &Report<()>) -> Vec<String> {
    let names = run.trace.names();
    let spawned = run.trace.events().filter_map(|entry| match entry.event() {
        Event::Spawned { task, .. } => Some(names.full_path(task)),
        _ => None,
    });
    spawned.take(NAMES).collect()
}

impl Hunt {
    /// Makes the plain run again with the task of this path cancelled at its first await point, at its second, and so on, before any other
    /// order is tried.
    ///
    /// It is cancelled as by [`Task::cancel`](crate::task::FutureRef::cancel), at each point twice: while it waits, and when it has been woken
    /// and is about to go on. What the program asserts must hold then, too.
    ///
    /// ```
    /// use seedbed::{Hunt, sleep, task::Builder};
    /// use std::time::Duration;
    /// let report = Hunt::new("worker").runs(1).cancel("main/worker").run(|| async {
    ///     let worker = Builder::new().name("worker").spawn(sleep(Duration::from_secs(1))).unwrap();
    ///     let _ended = worker.await;
    /// });
    /// assert_eq!((report.is_ok(), report.struck[0].points.len()), (true, 1));
    /// ```
    pub fn cancel(mut self, path: &str) -> Self {
        self.strikes.push(StrikePlan::of_task(path, Kind::Cancel));
        self
    }

    /// As [`cancel`](Self::cancel), with a panic in the place of going on after each await point.
    ///
    /// The panic is no failure by itself: what the program makes of it is.
    ///
    /// ```
    /// use seedbed::{Hunt, sleep, task::Builder};
    /// use std::time::Duration;
    /// let report = Hunt::new("worker").runs(1).panic("main/worker").run(|| async {
    ///     let worker = Builder::new().name("worker").spawn(sleep(Duration::from_secs(1))).unwrap();
    ///     let _ended = worker.await;
    /// });
    /// assert!(report.is_ok());
    /// ```
    pub fn panic(mut self, path: &str) -> Self {
        self.strikes.push(StrikePlan::of_task(path, Kind::Panic));
        self
    }
}
