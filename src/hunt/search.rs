//! The course of a hunt: what was saved, the plain run twice, the sweep.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::panic::Location;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::inputs::{Pinned, ShrinkInputs};
use super::interrupt::{Heard, stop};
use super::investigate::{Investigator, differ};
use super::place::Place;
use super::points::{Scope, Tally};
use super::portfolio::{PLAIN, policy_of, seed_of};
use super::progress::{Patience, mention, say};
use super::records::Records;
use super::regressions::Regressions;
use super::report::{Between, Found, HuntReport, Remark, Verdict};
use super::settings::{BaseSeed, Settings};
use super::watchdog::{SPAN, Shared, Watch, Watched};
use crate::choice::{FaultSet, Kind, Replay};
use crate::explore::{ExplainLimits, ShrinkLimits, StrikePlan, Swept, sweep};
use crate::policy::Profile;
use crate::seed::Seed;
use crate::sim::{Failure, Report, Sim};
use crate::trace::Digest;

/// Explaining takes no more runs than this, however many shrinking may take.
const EXPLAIN_RUNS: u64 = 2_000;

/// Runs that are spent on inputs and schedule together; what is left of the schedule then is shrunk by itself.
const INPUT_RUNS: u64 = 2_000;

/// So much of the machine's time may go into that.
const INPUT_TIME: Duration = Duration::from_secs(60);

/// A run that failed, as it was met: without its trace.
struct Failed {
    number: u64,
    digest: Digest,
    failure: Failure,
}

/// One hunt, ready to begin.
pub(super) struct Search {
    pub(super) place: Place,
    pub(super) settings: Settings,
    /// How many runs it makes.
    pub(super) runs: u64,
    pub(super) policy: String,
    /// The kinds of faults of which each run but the plain one has some; where nothing is said, fault points that the plain run meets.
    pub(super) faults: Option<FaultSet>,
    pub(super) seed: Seed,
    /// Where it stands in the code.
    pub(super) at: &'static Location<'static>,
    /// A test that should panic ends with the first failure, as it stands.
    pub(super) should_fail: bool,
    /// A hunt that makes all its runs is asked where they got.
    pub(super) judges: bool,
    pub(super) scope: Scope,
    pub(super) program: Shared,
    /// Set where runs have inputs.
    pub(super) shrink_inputs: Option<ShrinkInputs>,
    /// Whom to strike at await points.
    pub(super) strikes: Vec<StrikePlan>,
    /// Set while it goes on.
    pub(super) watch: Option<Watch>,
}

impl Search {
    pub(super) fn run(mut self) -> HuntReport {
        if let Some(asked) = self.settings.tool.take() {
            return self.answer(&asked);
        }
        let mut report = self.begun();
        let heard = Heard::begin(self.settings.interrupt);
        self.watch = self.watch_over(report.seed, None);
        if self.is_passed_over() {
            report.verdict = Verdict::PassedOver;
        } else if let Some(replay) = &self.settings.replay {
            report.runs = 1;
            report.verdict = self.asked(replay, report.seed);
        } else {
            self.hunt(&mut report);
        }
        self.watch = None;
        self.speak(&report);
        heard.end();
        report
    }

    /// The report of a hunt of which nothing is known yet but its seed.
    pub(super) fn begun(&self) -> HuntReport {
        let mut report = HuntReport::new(&self.place.hunt, self.seed, &self.policy, self.runs);
        (report.detail, report.should_fail) = (self.settings.trace, self.should_fail);
        match self.settings.seed {
            None => {}
            Some(BaseSeed::Given(seed)) => report.seed = seed,
            Some(BaseSeed::Fresh) => {
                report.seed = fresh_seed();
                report.remarks.push(Remark::FreshSeed { seed: report.seed });
            }
        }
        report
    }

    /// True if another hunt is the one that is wanted.
    pub(super) fn is_passed_over(&self) -> bool {
        self.settings.only.as_ref().is_some_and(|only| *only != self.place.hunt)
    }

    /// Begins to watch the runs, unless that is switched off, or somebody outside watches this process. What hangs is recorded, too, where there
    /// are records.
    pub(super) fn watch_over(&self, base: Seed, records: Option<Arc<Records>>) -> Option<Watch> {
        let span = self.settings.watchdog.unwrap_or(Some(SPAN)).filter(|_| self.settings.proof.is_none())?;
        let (place, regressions, program) = (self.place.clone(), self.regressions(), Arc::clone(&self.program));
        Some(Watch::begin(Watched { place, regressions, program, base, span, records }))
    }

    /// Makes a run.
    pub(super) fn make(&self, sim: Sim) -> Report<()> {
        match &self.watch {
            Some(watch) => watch.run(sim),
            None => (self.program)(sim),
        }
    }

    /// Remarks of a hunt that failed are part of its report; those of one that did not must be heard too.
    fn speak(&self, report: &HuntReport) {
        for remark in report.remarks.iter().filter(|_| report.is_ok()) {
            let text = format!("seedbed: {}: {remark}", report.name);
            match remark {
                Remark::PassesNow { .. } => mention(text),
                _ => say(text),
            }
        }
        let has_points = matches!(report.verdict, Verdict::Passed) && !report.points.is_empty();
        if self.settings.summary == Some(true) && report.is_ok() {
            say(report);
        } else if matches!(report.verdict, Verdict::ReplayPassed(_)) || (has_points && self.place.test.is_some()) {
            mention(report);
        }
        // A name that was mistyped would else be a suite that is green because nothing ran. With a line to be replayed, which is copied
        // together with the name, it is the other hunts of the test that are passed over.
        let by_hand = self.place.test.is_some() && self.settings.replay.is_none();
        if by_hand && matches!(report.verdict, Verdict::PassedOver) {
            say(report);
        }
        if stop().load(Ordering::Relaxed) && !report.is_ok() {
            // The process ends before a test harness would show it.
            say(report.for_terminal());
        }
    }

    fn hunt(&self, report: &mut HuntReport) {
        let regressions = self.regressions();
        if let Some(regressions) = regressions.as_ref().filter(|_| !self.should_fail)
            && let Some(verdict) = self.saved(regressions, report)
        {
            report.verdict = verdict;
            return;
        }
        let (first, second) = (self.plain(report.seed), self.plain(report.seed));
        (report.runs, report.schedules, report.traces) = (1, 1, 1);
        if first.digest != second.digest || first.is_ok() != second.is_ok() {
            report.verdict = differ(Between::PlainRuns, &first, &second, None);
            return;
        }
        let profile = &first.profile;
        let faults = self.faults.unwrap_or_else(|| met(&first));
        self.watch.iter().for_each(|watch| watch.learn(profile));
        if let Err(failure) = &first.result {
            let failed = Failed { number: PLAIN, digest: first.digest, failure: failure.clone() };
            report.verdict = self.failed(failed, report.seed, faults, profile, regressions.as_ref());
            return;
        }
        if let Some(verdict) = self.strike(report, &first, regressions.as_ref()) {
            report.verdict = verdict;
            return;
        }
        let failures = Mutex::new(BTreeMap::new());
        let tally = Mutex::new(Tally::default());
        let count = |run: &Report<()>| {
            // Of most runs there is nothing to be counted: threads need not wait for one another.
            if !run.points.is_empty() || run.limit.is_some() {
                tally.lock().unwrap_or_else(PoisonError::into_inner).add(&run.points, run.limit.is_some());
            }
        };
        count(&first);
        let mut swept = sweep(PLAIN + 1..self.runs, self.jobs(), stop(), |run| {
            let report = self.make(self.sim(run, report.seed, faults, profile).trace(false));
            count(&report);
            let swept = Swept { digest: report.digest, schedule: report.schedule, failed: !report.is_ok() };
            if let Err(failure) = report.result {
                failures.lock().unwrap_or_else(PoisonError::into_inner).insert(run, failure);
            }
            swept
        });
        swept.digests.insert(first.digest);
        swept.schedules.insert(first.schedule);
        report.runs += swept.runs;
        (report.schedules, report.traces) = (swept.schedules.count(), swept.digests.count());
        let mut failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
        let failed = swept
            .failed
            .and_then(|(number, digest)| failures.remove(&number).map(|failure| Failed { number, digest, failure }));
        if let Some(failed) = failed {
            report.verdict = self.failed(failed, report.seed, faults, profile, regressions.as_ref());
        } else if swept.interrupted {
            report.verdict = Verdict::Interrupted;
        } else {
            let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
            report.cut_off = tally.cut_off();
            report.points = tally.finish(1 + swept.runs, &self.scope);
            let missed = if self.judges { self.scope.missed(&report.points) } else { Vec::new() };
            if !missed.is_empty() {
                report.verdict = Verdict::Unexplored(missed);
            }
        }
    }

    /// Makes a failing run again, with everything kept that can be told of it.
    fn failed(
        &self,
        failed: Failed,
        base: Seed,
        faults: FaultSet,
        profile: &Profile,
        regressions: Option<&Regressions>,
    ) -> Verdict {
        let Failed { number, digest, failure } = failed;
        let again = || self.make(self.sim(number, base, faults, profile).record(true));
        let run = again();
        if run.digest != digest || run.is_ok() {
            // The run that failed left no trace, so two more are compared, in the hope that they differ too.
            return differ(Between::FailingRuns, &run, &again(), Some(&failure));
        }
        let found = Found::Run { number, seed: run.seed, policy: run.policy.clone() };
        if self.should_fail {
            let replay = Replay::Departures(run.departures.clone());
            let expected = Investigator { unproven: Some("the test should fail"), ..self.investigator(None) };
            return expected.as_it_stands(found, replay, run);
        }
        self.look_into(found, run, regressions)
    }

    /// Makes a recorded failing run small: its inputs and its departures.
    pub(super) fn look_into(&self, found: Found, run: Report<()>, regressions: Option<&Regressions>) -> Verdict {
        let investigator = self.investigator(regressions);
        let run = match &self.shrink_inputs {
            Some(shrink) => shrink(self, run, &mut self.patience()),
            None => run,
        };
        let pinned = Pinned::to(self, &run);
        Investigator { program: &pinned, ..investigator }.look_at(found, &run)
    }

    /// Says, once before each run, whether inputs may be shrunk any further.
    fn patience(&self) -> impl FnMut() -> bool + use<> {
        let mut runs = self.settings.shrink_runs.unwrap_or(INPUT_RUNS);
        let patience = Patience::of(self.settings.shrink_time.unwrap_or(INPUT_TIME));
        move || {
            let may = runs > 0 && !patience.is_over() && !stop().load(Ordering::Relaxed);
            runs = runs.saturating_sub(1);
            may
        }
    }

    pub(super) fn investigator<'a>(&'a self, regressions: Option<&'a Regressions>) -> Investigator<'a> {
        let mut limits = ShrinkLimits::default();
        let mut explain_limits = ExplainLimits::default();
        if let Some(runs) = self.settings.shrink_runs {
            limits = limits.runs(runs);
            explain_limits = explain_limits.runs(runs.min(EXPLAIN_RUNS));
        }
        if let Some(span) = self.settings.shrink_time {
            limits = limits.wall(span);
        }
        Investigator {
            place: &self.place,
            program: self,
            limits,
            explain_limits,
            regressions,
            unproven: (self.settings.prove == Some(false)).then_some("that is switched off"),
            stop: stop(),
        }
    }

    pub(super) fn regressions(&self) -> Option<Regressions> {
        match &self.settings.regressions {
            None => (!self.place.is_doctest).then(|| Regressions::of(&self.place, None)),
            Some(folder) => folder.as_ref().map(|folder| Regressions::of(&self.place, Some(folder))),
        }
    }

    pub(super) fn sim(&self, run: u64, base: Seed, faults: FaultSet, profile: &Profile) -> Sim {
        let seed = seed_of(run, base);
        Sim::new(seed).policy(policy_of(run, &self.policy, faults, seed, profile))
    }

    pub(super) fn plain(&self, base: Seed) -> Report<()> {
        self.make(Sim::new(seed_of(PLAIN, base)).profile(true))
    }

    fn jobs(&self) -> NonZeroUsize {
        self.settings.jobs.unwrap_or_else(cores)
    }
}

/// Fault points were written to be tried: those that a run meets may strike in others.
pub(super) fn met(run: &Report<()>) -> FaultSet {
    let any = run.points.iter().any(|count| count.point.kind().is_fault());
    if any { FaultSet::of(&[Kind::Point]) } else { FaultSet::NONE }
}

impl crate::explore::Program for Search {
    fn run(&self, sim: Sim) -> Report<()> {
        self.make(sim)
    }
}

#[expect(clippy::disallowed_methods, reason = "how many threads make runs changes no result")]
fn cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Asks the machine for a seed: the one thing here that is meant to differ from process to process.
#[expect(clippy::disallowed_types, reason = "the standard library's way to the randomness of the machine")]
fn fresh_seed() -> Seed {
    use std::hash::{BuildHasher, Hasher};
    Seed::new(std::hash::RandomState::new().build_hasher().finish())
}
