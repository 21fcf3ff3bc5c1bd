//! A failing run looked at: recorded, shrunk, proven in a fresh process, and kept.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::misfit::Misfit;
use super::place::Place;
use super::progress::{Patience, Progress};
use super::proof::{Afresh, Proof, prove};
use super::regressions::{Regressions, Saved};
use super::report::{Between, Divergence, Finding, Found, OtherFinding, Verdict};
use crate::choice::{Departures, Replay, ReplayMode};
use crate::explore::{
    ExplainLimits, Explanation, Nondeterminism, OtherFailure, Program, ShrinkLimits, Shrunk, Signature, check_minimal,
    explain_run, shrink,
};
use crate::sim::{Failure, FailureKind, Report, Sim};
use crate::trace::first_difference;

/// Events shown around a difference.
const CONTEXT: usize = 3;

/// How long explaining may take, by the machine's clock. It is for a person who waits.
const EXPLAINING: Duration = Duration::from_secs(20);

/// How many failures that shrinking met on the way are proven and kept.
const OTHERS: usize = 3;

/// Who looks at a failing run, and with what.
pub(super) struct Investigator<'a> {
    pub(super) place: &'a Place,
    pub(super) program: &'a dyn Program,
    pub(super) limits: ShrinkLimits,
    pub(super) explain_limits: ExplainLimits,
    /// Where failing replays are kept, if anywhere.
    pub(super) regressions: Option<&'a Regressions>,
    /// Why no fresh process is started, if none is to be.
    pub(super) unproven: Option<&'static str>,
    /// True once somebody wants an end.
    pub(super) stop: &'a AtomicBool,
}

impl Investigator<'_> {
    /// Makes a recorded failing run small, and proves and keeps what is left.
    pub(super) fn look_at(&self, found: Found, recorded: &Report<()>) -> Verdict {
        if let Some(verdict) = from_outside(recorded) {
            return verdict;
        }
        let mut progress = Progress::of(&self.place.hunt);
        let shrunk = shrink(self.program, recorded, &self.limits, &mut |now| {
            progress.shrinking(now);
            self.unless_stopped()
        });
        match shrunk {
            Ok(shrunk) => {
                let explanation = self.explain(&shrunk.report, shrunk.is_minimal);
                self.conclude(found, shrunk, explanation)
            }
            Err(error) => not_the_same(error, recorded),
        }
    }

    fn explain(&self, failing: &Report<()>, is_minimal: bool) -> Explanation {
        let patience = Patience::of(EXPLAINING);
        explain_run(self.program, failing, is_minimal, &self.explain_limits, &mut |_| {
            if patience.is_over() { ControlFlow::Break(()) } else { self.unless_stopped() }
        })
    }

    fn unless_stopped(&self) -> ControlFlow<()> {
        if self.stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn conclude(&self, found: Found, shrunk: Shrunk, explanation: Explanation) -> Verdict {
        let replay = shrunk.replay();
        match self.prove(&replay, &shrunk.report) {
            Ok(proof) => {
                let failure = failure_of(&shrunk.report);
                let saved = self.save(&replay, failure, shrunk.departures());
                let others = shrunk.others.iter().take(OTHERS).filter_map(|other| self.other(other)).collect();
                let (failure, trace) = (failure.clone(), shrunk.report.trace.clone());
                Verdict::Failed(Box::new(Finding {
                    found,
                    signature: Signature::of(&failure),
                    failure,
                    trace,
                    shrunk: Some(shrunk),
                    explanation: Some(explanation),
                    mismatches: Vec::new(),
                    command: self.place.command_with(&replay.to_string()),
                    replay,
                    proof,
                    saved,
                    others,
                }))
            }
            Err(verdict) => verdict,
        }
    }

    /// A failing run that was saved: what was saved is proven and shown, so it is not shrunk; but it is explained, as far as it is still
    /// minimal in code that may have changed since.
    pub(super) fn explain_saved(&self, found: Found, replay: Replay, run: Report<()>, saved: Saved) -> Verdict {
        if let Some(verdict) = from_outside(&run) {
            return verdict;
        }
        match check_minimal(self.program, &run, &self.limits, &mut |_| self.unless_stopped()) {
            Ok((failing, is_minimal)) => {
                let explanation = self.explain(&failing, is_minimal);
                self.unshrunk(found, replay, run, saved, Some(explanation))
            }
            Err(error) => not_the_same(error, &run),
        }
    }

    /// A failing run of which no more is made.
    pub(super) fn as_it_stands(&self, found: Found, replay: Replay, run: Report<()>) -> Verdict {
        from_outside(&run).unwrap_or_else(|| self.unshrunk(found, replay, run, Saved::Off, None))
    }

    fn unshrunk(
        &self,
        found: Found,
        replay: Replay,
        run: Report<()>,
        saved: Saved,
        explanation: Option<Explanation>,
    ) -> Verdict {
        let proof = match self.prove(&replay, &run) {
            Ok(proof) => proof,
            Err(verdict) => return verdict,
        };
        let failure = failure_of(&run).clone();
        Verdict::Failed(Box::new(Finding {
            found,
            signature: Signature::of(&failure),
            failure,
            mismatches: Misfit::all_of(&run),
            trace: run.trace,
            shrunk: None,
            explanation,
            command: self.place.command_with(&replay.to_string()),
            replay,
            proof,
            saved,
            others: Vec::new(),
        }))
    }

    /// A failure that shrinking met and did not look for. Nothing is made of one that does not come back.
    fn other(&self, other: &OtherFailure) -> Option<OtherFinding> {
        let sim = Sim::new(0).replay(other.departures.clone(), ReplayMode::Strict).record(true);
        let run = self.program.run(sim);
        let failure = run.result.as_ref().err()?;
        if Signature::of(failure) != other.signature {
            return None;
        }
        let replay = Replay::Departures(other.departures.clone());
        let proof = self.prove(&replay, &run).ok()?;
        let saved = self.save(&replay, failure, &other.departures);
        let command = self.place.command_with(&replay.to_string());
        Some(OtherFinding { failure: failure.clone(), replay, command, proof, saved })
    }

    fn prove(&self, replay: &Replay, run: &Report<()>) -> Result<Proof, Verdict> {
        if let Some(reason) = self.unproven {
            return Ok(Proof::Missing { reason: reason.to_owned() });
        }
        match prove(self.place, replay, run) {
            Afresh::Same => Ok(Proof::Proven),
            Afresh::Nothing(reason) => Ok(Proof::Missing { reason }),
            Afresh::Other(difference) => Err(diverged(Between::Processes, difference, run.result.as_ref().err())),
        }
    }

    fn save(&self, replay: &Replay, failure: &Failure, departures: &Departures) -> Saved {
        let Some(regressions) = self.regressions else { return Saved::Off };
        let mut comment = failure.kind.to_string();
        for line in departures.to_string().lines() {
            comment.push_str("\n  ");
            comment.push_str(line);
        }
        regressions.save(replay, &comment)
    }
}

/// A run that something outside of it decided: there is nothing to be replayed.
fn from_outside(run: &Report<()>) -> Option<Verdict> {
    let failure = run.result.as_ref().err()?;
    let from_thread = matches!(failure.kind, FailureKind::ForeignWake { .. });
    from_thread.then(|| diverged(Between::Threads, String::new(), Some(failure)))
}

/// Says where two runs part that should have been the same, and what was met: in one of them, or before.
pub(super) fn differ(between: Between, first: &Report<()>, second: &Report<()>, before: Option<&Failure>) -> Verdict {
    let difference = difference_of(first, second);
    diverged(between, difference, before.or(first.result.as_ref().err()).or(second.result.as_ref().err()))
}

/// Where two runs part that should have been the same.
pub(super) fn difference_of(first: &Report<()>, second: &Report<()>) -> String {
    first_difference(&first.trace, &second.trace, CONTEXT).map_or_else(
        || "two more runs were the same again: it differs now and then".to_owned(),
        |difference| difference.to_string(),
    )
}

/// A failing run that was not the same when it was made again.
fn not_the_same(error: Nondeterminism, run: &Report<()>) -> Verdict {
    let difference = match error {
        Nondeterminism::Differs { difference, .. } => difference.to_string(),
        error @ Nondeterminism::Panicked { .. } => error.to_string(),
    };
    diverged(Between::FailingRuns, difference, run.result.as_ref().err())
}

fn diverged(between: Between, difference: String, failure: Option<&Failure>) -> Verdict {
    Verdict::NotDeterministic(Box::new(Divergence { between, difference, failure: failure.cloned() }))
}

fn failure_of(run: &Report<()>) -> &Failure {
    match &run.result {
        Err(failure) => failure,
        Ok(()) => unreachable!("seedbed bug: a run that passed was taken for a failure, please report"),
    }
}
