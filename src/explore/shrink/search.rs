//! The search for simpler failing runs: one plan at a time, within limits, and never back.

use std::num::NonZeroU32;
use std::ops::ControlFlow;

use super::known::Known;
use super::limits::ShrinkLimits;
use super::shrunk::{OtherFailure, ShrinkProgress, ShrinkStop};
use crate::choice::{Address, Departures, Mismatch, ReplayMode};
use crate::explore::caught::run_caught;
use crate::explore::cut_short::{steps_cap, was_cut_short};
use crate::explore::program::Program;
use crate::explore::signature::Signature;
use crate::policy::Policy;
use crate::seed::Seed;
use crate::sim::{Failure, Report, Sim};

/// How many failures of other kinds or places are kept.
const OTHERS: usize = 16;

/// Shrinking ends here; the best so far is the result.
#[derive(Debug)]
pub(super) struct Halt(pub(super) ShrinkStop);

/// The machine's clock, for the one limit that is about the patience of a person.
#[expect(clippy::disallowed_types, reason = "a limit in real time; what is found within it depends on nothing else")]
type Wall = std::time::Instant;

pub(super) struct Search<'a> {
    program: &'a dyn Program,
    limits: &'a ShrinkLimits,
    progress: &'a mut dyn FnMut(&ShrinkProgress) -> ControlFlow<()>,
    seed: Seed,
    target: Signature,
    began: Wall,
    /// The simplest failing run so far. Invariant: its departures are in normal form, because they were realised.
    best: Report<()>,
    known: Known,
    pub(super) before: usize,
    pub(super) runs: u64,
    pub(super) accepted: u64,
    pub(super) spared: u64,
    /// Runs since the last one that was taken.
    stalled: u64,
    /// How many those may be; it grows with what was worth waiting for.
    stalled_max: u64,
    pub(super) others: Vec<OtherFailure>,
    pass: &'static str,
}

impl<'a> Search<'a> {
    /// Starts from a failing run.
    pub(super) fn new(
        program: &'a dyn Program,
        failing: &Report<()>,
        failure: &Failure,
        limits: &'a ShrinkLimits,
        progress: &'a mut dyn FnMut(&ShrinkProgress) -> ControlFlow<()>,
    ) -> Self {
        let mut known = Known::default();
        known.insert(&failing.departures, &failing.departures);
        Self {
            program,
            limits,
            progress,
            seed: failing.seed,
            target: Signature::of(failure),
            began: Wall::now(),
            best: failing.clone(),
            known,
            before: failing.departures.len(),
            runs: 0,
            accepted: 0,
            spared: 0,
            stalled: 0,
            stalled_max: limits.stalled,
            others: Vec::new(),
            pass: "",
        }
    }

    /// The departures of the simplest failing run so far.
    pub(super) fn best(&self) -> &Departures {
        &self.best.departures
    }

    /// The simplest failing run.
    pub(super) fn into_best(self) -> Report<()> {
        self.best
    }

    /// Says what is being tried.
    pub(super) fn begin(&mut self, pass: &'static str) {
        self.pass = pass;
    }

    /// Tries the best plan without some of its departures, and takes it if it fails in the same way.
    pub(super) fn without<'b>(&mut self, gone: impl IntoIterator<Item = &'b Address>) -> Result<bool, Halt> {
        let mut plan = self.best().clone();
        for address in gone {
            plan.remove(address);
        }
        self.attempt(plan)
    }

    /// Tries the best plan with another value at an address.
    pub(super) fn with(&mut self, address: &Address, value: NonZeroU32) -> Result<bool, Halt> {
        let mut plan = self.best().clone();
        plan.insert(address.clone(), value);
        self.attempt(plan)
    }

    /// Tries a plan, unless it is known, and takes what came of it if that is simpler and fails in the same way.
    pub(super) fn attempt(&mut self, plan: Departures) -> Result<bool, Halt> {
        if self.known.contains(&plan) {
            self.spared += 1;
            return Ok(false);
        }
        // Strict and lenient replay are the same run; strict also says that no proposal is asked for.
        let sim = Sim::new(self.seed).replay(plan.clone(), ReplayMode::Strict);
        let report = self.run(sim)?;
        self.known.insert(&plan, &report.departures);
        let taken = self.judge(&report);
        self.go_on(taken)?;
        Ok(taken)
    }

    /// How many questions the simplest failing run asked, every turn among them.
    pub(super) fn questions(&self) -> u64 {
        self.best.choices
    }

    /// Tries the best plan up to a question, and goes on plainly from there.
    pub(super) fn attempt_first(&mut self, questions: u64) -> Result<bool, Halt> {
        let plan = self.best().clone();
        let report = self.run(Sim::new(self.seed).replay(plan, ReplayMode::Strict).only_first(questions))?;
        let taken = self.judge(&report);
        self.known.insert(&report.departures, &report.departures);
        self.go_on(taken)?;
        Ok(taken)
    }

    /// Tries a plan with everything else as a policy proposes it.
    pub(super) fn attempt_with(&mut self, plan: Departures, policy: impl Policy + 'static) -> Result<bool, Halt> {
        let report = self.run(Sim::new(self.seed).policy(policy).replay(plan, ReplayMode::Continue))?;
        let taken = !self.known.contains(&report.departures) && self.judge(&report);
        self.known.insert(&report.departures, &report.departures);
        self.go_on(taken)?;
        Ok(taken)
    }

    /// The simplest failing run, with its trace.
    pub(super) fn traced_best(&mut self) -> Result<Report<()>, Halt> {
        let sim = Sim::new(self.seed).replay(self.best().clone(), ReplayMode::Strict);
        self.make(sim)
    }

    /// The highest answer that the plain run knows at an address; none if there is no such question, or nothing to be answered.
    pub(super) fn highest(&mut self, address: &Address) -> Result<Option<NonZeroU32>, Halt> {
        let plan = Departures::from_iter([(address.clone(), NonZeroU32::MAX)]);
        let report = self.run(Sim::new(self.seed).replay(plan, ReplayMode::Strict))?;
        Ok(report.mismatches.iter().find_map(|mismatch| match mismatch {
            Mismatch::OutOfBounds { address: place, bound, .. } if place == address => NonZeroU32::new(bound - 1),
            _ => None,
        }))
    }

    /// Runs the program once without a trace, if there is room for that.
    fn run(&mut self, sim: Sim) -> Result<Report<()>, Halt> {
        self.make(sim.trace(false))
    }

    fn make(&mut self, sim: Sim) -> Result<Report<()>, Halt> {
        let limits = self.limits;
        let reached = match () {
            () if self.runs >= limits.runs => Some(ShrinkStop::Runs),
            () if self.accepted >= limits.accepted => Some(ShrinkStop::Accepted),
            () if self.stalled >= self.stalled_max => Some(ShrinkStop::Stalled),
            () if limits.wall.is_some_and(|wall| self.began.elapsed() >= wall) => Some(ShrinkStop::Wall),
            () => None,
        };
        if let Some(stop) = reached {
            return Err(Halt(stop));
        }
        self.runs += 1;
        let sim = sim.record(true).steps_cap(steps_cap(self.best.steps));
        run_caught(self.program, sim).map_err(|message| Halt(ShrinkStop::Panicked { message }))
    }

    /// Takes a run if it fails in the same way and is simpler; keeps its failure if it is another one.
    fn judge(&mut self, report: &Report<()>) -> bool {
        let Err(failure) = &report.result else { return false };
        if was_cut_short(failure, steps_cap(self.best.steps)) {
            return false;
        }
        let signature = Signature::of(failure);
        if signature != self.target {
            self.keep_other(signature, &report.departures, failure);
            return false;
        }
        let simpler = report.departures.simplicity_cmp(self.best()).is_lt();
        if simpler {
            self.best = report.clone();
        }
        simpler
    }

    fn keep_other(&mut self, signature: Signature, departures: &Departures, failure: &Failure) {
        let Some(known) = self.others.iter_mut().find(|other| other.signature == signature) else {
            if self.others.len() < OTHERS {
                let (departures, failure) = (departures.clone(), failure.clone());
                self.others.push(OtherFailure { signature, departures, failure });
            }
            return;
        };
        if departures.simplicity_cmp(&known.departures).is_lt() {
            (known.departures, known.failure) = (departures.clone(), failure.clone());
        }
    }

    /// Counts a run, and asks whether to go on.
    fn go_on(&mut self, taken: bool) -> Result<(), Halt> {
        self.stalled += 1;
        if taken {
            self.accepted += 1;
            self.stalled_max = self.stalled_max.max(self.stalled.saturating_mul(2));
            self.stalled = 0;
        }
        let progress = ShrinkProgress {
            before: self.before,
            departures: self.best().len(),
            runs: self.runs,
            accepted: self.accepted,
            pass: self.pass,
        };
        match (self.progress)(&progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Halt(ShrinkStop::Interrupted)),
        }
    }
}
