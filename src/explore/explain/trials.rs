//! The runs of an explanation: counted, cut short where they go on and on, and judged against one failure.

use std::ops::ControlFlow;

use super::explanation::{ExplainProgress, ExplainStop, Rate};
use super::limits::ExplainLimits;
use crate::choice::{Departures, FaultSet, Kind, ReplayMode};
use crate::explore::caught::run_caught;
use crate::explore::cut_short::{steps_cap, was_cut_short};
use crate::explore::program::Program;
use crate::explore::signature::Signature;
use crate::policy::{Policy, Profile, Random, with_faults};
use crate::seed::Seed;
use crate::sim::{Failure, Report, Sim};

/// The explanation ends here; what is known is its result.
#[derive(Debug)]
pub(super) struct Halt(pub(super) ExplainStop);

/// What a run came to, beside the failure that is to be explained.
pub(super) enum Verdict {
    Same,
    Passed,
    Otherwise(Signature),
    CutShort,
}

pub(super) struct Trials<'a> {
    program: &'a dyn Program,
    limits: &'a ExplainLimits,
    progress: &'a mut dyn FnMut(&ExplainProgress) -> ControlFlow<()>,
    target: Signature,
    seed: Seed,
    /// Whether the clock may be drawn, beside the tasks.
    draws_clock: bool,
    /// The faults that may strike.
    faults: FaultSet,
    steps_cap: u64,
    pub(super) runs: u64,
    question: &'static str,
}

impl<'a> Trials<'a> {
    pub(super) fn new(
        program: &'a dyn Program,
        failing: &Report<()>,
        failure: &Failure,
        limits: &'a ExplainLimits,
        progress: &'a mut dyn FnMut(&ExplainProgress) -> ControlFlow<()>,
    ) -> Self {
        let seed = limits.seed.unwrap_or(failing.seed).derive("explain");
        let (target, steps_cap) = (Signature::of(failure), steps_cap(failing.steps));
        let kinds = || failing.departures.iter().map(|(address, _)| address.kind());
        let (draws_clock, faults) = (kinds().any(|kind| kind == Kind::Clock), kinds().collect());
        Self { draws_clock, faults, program, limits, progress, target, seed, steps_cap, runs: 0, question: "" }
    }

    /// Says what is being asked.
    pub(super) fn begin(&mut self, question: &'static str) {
        self.question = question;
    }

    pub(super) fn samples(&self) -> u32 {
        self.limits.samples
    }

    /// Replays departures strictly, with a trace if that is wanted.
    pub(super) fn replay(&mut self, departures: Departures, trace: bool) -> Result<Report<()>, Halt> {
        let sim = Sim::new(self.seed).replay(departures, ReplayMode::Strict).trace(trace).record(true);
        self.run(sim)
    }

    /// Keeps departures and draws everything else, for the n-th time.
    pub(super) fn draw(&mut self, departures: &Departures, label: &str, nth: u32) -> Result<Report<()>, Halt> {
        let seed = self.seed.derive(label).nth(nth.into());
        let sim = Sim::new(seed).policy(self.policy(seed)).replay(departures.clone(), ReplayMode::Continue);
        self.run(sim.trace(false))
    }

    /// Keeps the first choices of a run and draws the others, for the n-th time.
    pub(super) fn draw_after(
        &mut self,
        departures: &Departures,
        choices: u64,
        nth: u32,
        trace: bool,
    ) -> Result<Report<()>, Halt> {
        let seed = self.seed.derive("after").nth(choices).nth(nth.into());
        let sim = Sim::new(seed).policy(self.policy(seed)).replay(departures.clone(), ReplayMode::Strict);
        self.run(sim.only_first(choices).trace(trace))
    }

    /// What draws: uniformly, and among all kinds of choices that the failing run needs.
    fn policy(&self, seed: Seed) -> Box<dyn Policy> {
        let random = if self.draws_clock { Random::new(seed).with_clock() } else { Random::new(seed) };
        with_faults(Box::new(random), self.faults, seed, &Profile::default())
    }

    /// How many of so many runs fail in the same way.
    pub(super) fn rate(
        &mut self,
        of: u32,
        mut run: impl FnMut(&mut Self, u32) -> Result<Report<()>, Halt>,
    ) -> Result<Rate, Halt> {
        let mut failed = 0;
        for nth in 0..of {
            let report = run(self, nth)?;
            failed += u32::from(matches!(self.judge(&report), Verdict::Same));
        }
        Ok(Rate { failed, of })
    }

    pub(super) fn judge(&self, report: &Report<()>) -> Verdict {
        let Err(failure) = &report.result else { return Verdict::Passed };
        if was_cut_short(failure, self.steps_cap) {
            return Verdict::CutShort;
        }
        let signature = Signature::of(failure);
        if signature == self.target { Verdict::Same } else { Verdict::Otherwise(signature) }
    }

    fn run(&mut self, sim: Sim) -> Result<Report<()>, Halt> {
        if self.runs >= self.limits.runs {
            return Err(Halt(ExplainStop::Runs));
        }
        self.runs += 1;
        let report = run_caught(self.program, sim.steps_cap(self.steps_cap));
        let report = report.map_err(|message| Halt(ExplainStop::Panicked { message }))?;
        match (self.progress)(&ExplainProgress { runs: self.runs, question: self.question }) {
            ControlFlow::Continue(()) => Ok(report),
            ControlFlow::Break(()) => Err(Halt(ExplainStop::Interrupted)),
        }
    }
}
