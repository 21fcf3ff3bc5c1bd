//! The course of a hunt: the plain run twice, the sweep, and the failing run looked at.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::place::Place;
use super::portfolio::{PLAIN, policy_of, seed_of};
use super::report::{Between, Divergence, Finding, HuntReport, Verdict};
use super::settings::{BaseSeed, Settings};
use crate::choice::{Replay, ReplayMode};
use crate::explore::{Signature, Swept, sweep};
use crate::policy::{Profile, by_name};
use crate::seed::Seed;
use crate::sim::{FailureKind, Report, Sim};
use crate::trace::{Digest, first_difference};

/// Events shown around a difference.
const CONTEXT: usize = 3;

/// One hunt, ready to begin.
pub(super) struct Search {
    pub(super) place: Place,
    pub(super) settings: Settings,
    /// The runs and the policy where nothing was said.
    pub(super) runs: u64,
    pub(super) policy: String,
    pub(super) seed: Seed,
    /// A test that should panic ends with the first failure, as it stands.
    pub(super) should_fail: bool,
    pub(super) program: Arc<dyn Fn(Sim) -> Report<()> + Send + Sync>,
}

impl Search {
    pub(super) fn run(self) -> HuntReport {
        let seed = match self.settings.seed {
            None => self.seed,
            Some(BaseSeed::Given(seed)) => seed,
            Some(BaseSeed::Fresh) => fresh_seed(),
        };
        let mut report = HuntReport {
            name: self.place.hunt.clone(),
            seed,
            policy: self.policy.clone(),
            runs_wanted: self.runs,
            runs: 0,
            schedules: 0,
            verdict: Verdict::Passed,
            detail: self.settings.trace,
        };
        if self.settings.only.as_ref().is_some_and(|only| *only != self.place.hunt) {
            report.verdict = Verdict::PassedOver;
        } else if let Some(replay) = &self.settings.replay {
            report.verdict = self.replay(replay);
            report.runs = 1;
        } else {
            self.hunt(&mut report);
        }
        report
    }

    /// The one run that was asked for.
    fn replay(&self, replay: &Replay) -> Verdict {
        let sim = match replay {
            Replay::Departures(departures) => Sim::new(self.seed).replay(departures.clone(), ReplayMode::Strict),
            Replay::Seeded { seed, policy } => match by_name(policy, *seed, &self.plain(self.seed).profile) {
                Ok(policy) => Sim::new(*seed).policy(policy),
                Err(error) => return Verdict::Misconfigured(super::settings::unknown_policy(policy, &error)),
            },
        };
        let seed = match replay {
            Replay::Seeded { seed, .. } => Some(*seed),
            Replay::Departures(_) => None,
        };
        let report = (self.program)(sim.record(true));
        match (&report.result, report.mismatches.is_empty()) {
            (Ok(()), true) => Verdict::ReplayPassed(Box::new(report.trace)),
            (Ok(()), false) => Verdict::ReplayMisfit(report.mismatches),
            (Err(_), _) => self.found(None, seed, report),
        }
    }

    fn hunt(&self, report: &mut HuntReport) {
        let (first, second) = (self.plain(report.seed), self.plain(report.seed));
        report.runs = 1;
        report.schedules = 1;
        let first_failed = first.result.as_ref().err().cloned();
        if first.digest != second.digest || first_failed.is_some() != second.result.is_err() {
            report.verdict = differ(Between::PlainRuns, &first, &second);
            return;
        }
        if first_failed.is_some() {
            report.verdict = self.look_at(PLAIN, first.digest, report.seed, &first.profile);
            return;
        }
        let profile = &first.profile;
        let stop = AtomicBool::new(false);
        let mut swept = sweep(PLAIN + 1..self.runs, self.jobs(), &stop, |run| {
            let report = (self.program)(self.sim(run, report.seed, profile).trace(false));
            Swept { digest: report.digest, failed: report.result.is_err() }
        });
        swept.digests.insert(first.digest);
        report.runs += swept.runs;
        report.schedules = swept.digests.len() as u64;
        if let Some((run, digest)) = swept.failed {
            report.verdict = self.look_at(run, digest, report.seed, profile);
        }
    }

    fn sim(&self, run: u64, base: Seed, profile: &Profile) -> Sim {
        let seed = seed_of(run, base);
        Sim::new(seed).policy(policy_of(run, &self.policy, seed, profile))
    }

    fn plain(&self, base: Seed) -> Report<()> {
        (self.program)(Sim::new(seed_of(PLAIN, base)).profile(true))
    }

    /// Makes a failing run again, with everything kept that can be told of it.
    fn look_at(&self, run: u64, digest: Digest, base: Seed, profile: &Profile) -> Verdict {
        let report = (self.program)(self.sim(run, base, profile).record(!self.should_fail));
        if report.digest != digest || report.is_ok() {
            // The run that failed left no trace, so two more are compared, in the hope that they differ too.
            let other = (self.program)(self.sim(run, base, profile).record(true));
            return differ(Between::FailingRuns, &report, &other);
        }
        self.found(Some(run), Some(seed_of(run, base)), report)
    }

    fn found(&self, run: Option<u64>, seed: Option<Seed>, report: Report<()>) -> Verdict {
        let Err(failure) = report.result else {
            unreachable!("seedbed bug: a run that passed was taken for a failure, please report")
        };
        if matches!(failure.kind, FailureKind::ForeignWake { .. }) {
            let between = Between::Threads;
            return Verdict::NotDeterministic(Box::new(Divergence {
                between,
                difference: String::new(),
                failure: Some(failure),
            }));
        }
        let replay = Replay::Departures(report.departures.clone());
        Verdict::Failed(Box::new(Finding {
            run,
            seed,
            policy: report.policy,
            signature: Signature::of(&failure),
            failure,
            recorded: report.departures,
            mismatches: report.mismatches,
            trace: report.trace,
            command: self.place.command_with(&replay.to_string()),
            replay,
        }))
    }

    fn jobs(&self) -> NonZeroUsize {
        self.settings.jobs.unwrap_or_else(cores)
    }
}

/// Says where two runs part that should have been the same.
fn differ(between: Between, first: &Report<()>, second: &Report<()>) -> Verdict {
    let difference = first_difference(&first.trace, &second.trace, CONTEXT);
    let difference = difference.map_or_else(
        || "two more runs were the same again: it differs now and then".to_owned(),
        |difference| difference.to_string(),
    );
    let failure = first.result.as_ref().err().or(second.result.as_ref().err()).cloned();
    Verdict::NotDeterministic(Box::new(Divergence { between, difference, failure }))
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
