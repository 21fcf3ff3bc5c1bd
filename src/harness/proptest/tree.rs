//! `ScheduledTree`: inputs and a run as one tree of values, shrunk in turns, under proptest's protocol.
//!
//! proptest's runner calls `simplify` after a value that failed, `complicate` after one that passed, and makes the present value again where
//! the answer was true. Five traps are in that, for a tree that must know what came of its values:
//!
//! 1. Where `complicate` says false, shrinking is over for everybody, in a tuple too. So the tree never says false while it can go on, but
//!    moves sideways; and at the end it hands its best value out once more, to be able to say false to `simplify`.
//! 2. A runner that is out of iterations calls `complicate` until it says false, without making any of these values.
//! 3. In `fork` mode and with a result cache, values are handed out that are never run here: there is no report of them.
//! 4. Tests panic, so the report comes from the run itself (`Sim::inspect`), not from the test.
//! 5. A tuple never comes back to a component that said false. Inputs and run in one tree can alternate.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use proptest::strategy::{Strategy, ValueTree};

use super::drawn::Drawn;
use super::inputs::{Inputs, Move};
use super::others::{Other, others};
use crate::choice::{InputPath, ReplayMode};
use crate::explore::{Signature, Stepwise};
use crate::sim::{Failure, FailureKind, Report, Sim};

enum Stage<S: Strategy> {
    /// Nothing has failed yet.
    Drawn,
    /// The inputs stand still.
    Schedule(Stepwise),
    /// The run is given, by its departures.
    Inputs(Pass<S>),
    /// The best value is handed out once more, so that the last failure that is seen is its own.
    Restore,
    Done,
}

/// Inputs, and their failing run.
type Before<S> = (Inputs<S>, Box<Report<()>>);

/// One way through a tree of inputs.
struct Pass<S: Strategy> {
    /// Whether some were taken.
    moved: bool,
    /// The schedules that are still to be tried with the present inputs.
    others: VecDeque<Other>,
    /// The one that is tried now; none for the best run's own departures.
    other: Option<Other>,
    /// What stood before, where this is a fresh tree: the inputs and their failing run.
    before: Option<Box<Before<S>>>,
}

impl<S: Strategy> Pass<S> {
    fn new(before: Option<Box<Before<S>>>) -> Self {
        Self { moved: false, others: VecDeque::new(), other: None, before }
    }
}

/// Inputs and a run; made by the strategies of this module.
pub struct ScheduledTree<S: Strategy> {
    inputs: Inputs<S>,
    /// Whether the tree of inputs was gone through, so that only a fresh one has something to try.
    spent: bool,
    /// Whether the schedule was shrunk at all.
    scheduled: bool,
    drawn: Drawn,
    /// The simplest failing run so far, with its recorded departures.
    best: Option<Box<Report<()>>>,
    stage: Stage<S>,
    /// The run to hand out next, where it is not the one that `best` and `stage` give.
    next: RefCell<Option<Sim>>,
    /// The report of the run that was handed out last, once it was made.
    report: Rc<RefCell<Option<Report<()>>>>,
    /// Whether the present value was handed out.
    handed: Cell<bool>,
}

impl<S: Strategy> ScheduledTree<S> {
    pub(super) fn new(inputs: Inputs<S>, drawn: Drawn) -> Self {
        Self {
            inputs,
            spent: false,
            scheduled: false,
            drawn,
            best: None,
            stage: Stage::Drawn,
            next: RefCell::default(),
            report: Rc::default(),
            handed: Cell::new(false),
        }
    }

    /// A tree of which the first value is known to fail. Says whether there is another one to be tried.
    pub(super) fn failing(inputs: Inputs<S>, drawn: Drawn, report: Report<()>) -> (Self, bool) {
        let mut tree = Self::new(inputs, drawn);
        tree.best = Some(Box::new(report));
        let more = tree.begin_schedule();
        (tree, more)
    }

    /// The next run and its inputs, for who makes values of paths, and then tells the report.
    pub(super) fn next_run(&self) -> (Sim, InputPath) {
        self.handed.set(true);
        let sim = self.next.borrow_mut().take().unwrap_or_else(|| self.sim());
        (sim.record(true).trace(true), self.inputs.path())
    }

    /// Takes the report of that run, and says whether there is another one.
    pub(super) fn tell(&mut self, report: Report<()>) -> bool {
        let passed = report.result.is_ok();
        *self.report.borrow_mut() = Some(report);
        if passed { self.complicate() } else { self.simplify() }
    }

    /// The simplest failing run.
    pub(super) fn into_best(mut self) -> Option<Report<()>> {
        self.give_up();
        self.best.map(|best| *best)
    }

    fn sim(&self) -> Sim {
        match (&self.best, &self.stage) {
            (None, _) => self.drawn.sim(),
            (_, Stage::Inputs(Pass { other: Some(Other::Drawn(drawn)), .. })) => drawn.sim(),
            (Some(best), Stage::Inputs(Pass { other: Some(Other::Planned(departures)), .. })) => {
                Sim::new(best.seed).replay(departures.clone(), ReplayMode::Lenient)
            }
            (Some(best), _) => Sim::new(best.seed).replay(best.departures.clone(), ReplayMode::Lenient),
        }
    }

    /// Begins to shrink the schedule of the best run. All stages say whether there is a value to be tried.
    fn begin_schedule(&mut self) -> bool {
        let Some(best) = &self.best else { return false };
        self.scheduled = true;
        self.stage = Stage::Schedule(Stepwise::new((**best).clone()));
        self.step(None)
    }

    /// Goes on with the schedule, with what the run before came to.
    fn step(&mut self, report: Option<Box<Report<()>>>) -> bool {
        let Stage::Schedule(stepwise) = &mut self.stage else { return false };
        let (sim, taken) = stepwise.next(report.clone());
        if taken {
            self.best = report;
        }
        if sim.is_none() {
            return self.begin_inputs();
        }
        *self.next.get_mut() = sim;
        true
    }

    /// Begins to shrink the inputs. A tree never goes back to what it has tried once, under other departures; a fresh one does.
    fn begin_inputs(&mut self) -> bool {
        let mut before = None;
        if self.spent {
            let (Some(fresh), Some(best)) = (self.inputs.afresh(), &self.best) else { return self.restore() };
            before = Some(Box::new((std::mem::replace(&mut self.inputs, fresh), best.clone())));
        }
        self.spent = true;
        self.stage = Stage::Inputs(Pass::new(before));
        self.inputs.go(Move::Simplify) || self.end_inputs()
    }

    /// The inputs failed, in this way; the schedule need not be the one that was planned.
    fn inputs_failed(&mut self, report: Box<Report<()>>) -> bool {
        let near = |best: &Report<()>| match (&best.result, &report.result) {
            (Err(best), Err(now)) => Signature::of(best).is_at_same_place(&Signature::of(now)),
            _ => false,
        };
        if !self.best.as_deref().is_some_and(near) {
            return self.inputs_passed();
        }
        self.best = Some(report);
        if let Stage::Inputs(pass) = &mut self.stage {
            (pass.moved, pass.other) = (true, None);
            pass.others.clear();
        }
        self.inputs.go(Move::Simplify) || self.end_inputs()
    }

    fn inputs_passed(&mut self) -> bool {
        let Stage::Inputs(pass) = &mut self.stage else { return false };
        if pass.other.is_none() {
            let others = self.best.as_ref().map(|best| others(&best.departures, &self.drawn));
            pass.others = others.unwrap_or_default().into();
        }
        pass.other = pass.others.pop_front();
        // A tree that cannot complicate stands at its last failing value, but other parts of it may still have something to try.
        pass.other.is_some() || self.inputs.go(Move::Complicate) || self.inputs.go(Move::Simplify) || self.end_inputs()
    }

    fn end_inputs(&mut self) -> bool {
        if self.settle_inputs() || !self.scheduled { self.begin_schedule() } else { self.restore() }
    }

    /// Keeps the simpler inputs where there are two. Says whether the pass has changed any.
    fn settle_inputs(&mut self) -> bool {
        let Stage::Inputs(pass) = std::mem::replace(&mut self.stage, Stage::Done) else { return false };
        match pass.before {
            Some(before) if !(pass.moved && self.inputs.is_simpler_than(&before.0)) => {
                let (inputs, best) = *before;
                (self.inputs, self.best) = (inputs, Some(best));
                false
            }
            _ => pass.moved,
        }
    }

    fn restore(&mut self) -> bool {
        self.stage = Stage::Restore;
        true
    }

    /// Ends at the last value that failed.
    fn give_up(&mut self) -> bool {
        if matches!(self.stage, Stage::Inputs(_)) {
            while self.inputs.go(Move::Complicate) {}
            self.settle_inputs();
        }
        *self.next.get_mut() = None;
        self.stage = Stage::Done;
        false
    }
}

impl<S: Strategy> ValueTree for ScheduledTree<S> {
    type Value = (S::Value, Sim);

    fn current(&self) -> (S::Value, Sim) {
        self.handed.set(true);
        *self.report.borrow_mut() = None;
        let sim = self.next.borrow_mut().take().unwrap_or_else(|| self.sim());
        let report = Rc::clone(&self.report);
        let sim = sim.record(true).trace(true).inspect(move |made| *report.borrow_mut() = Some(made));
        (self.inputs.current(), sim)
    }

    fn simplify(&mut self) -> bool {
        self.handed.set(false);
        let report = self.report.borrow_mut().take().map(|report| Box::new(failed(report)));
        match (&self.stage, report) {
            (Stage::Drawn, Some(report)) => {
                self.best = Some(report);
                // Some trees must be moved before they give their value again: proptest-state-machine's, which counts the calls that were made.
                self.begin_inputs()
            }
            (Stage::Schedule(_), report) => {
                let report = report.or_else(|| self.best.clone().map(passed));
                self.step(report)
            }
            (Stage::Inputs(_), Some(report)) => self.inputs_failed(report),
            (Stage::Inputs(_), None) => self.inputs_passed(),
            (Stage::Drawn | Stage::Restore | Stage::Done, _) => self.give_up(),
        }
    }

    fn complicate(&mut self) -> bool {
        let report = self.report.borrow_mut().take().map(Box::new);
        if !self.handed.replace(false) {
            return self.give_up();
        }
        match &self.stage {
            Stage::Schedule(_) => {
                let report = report.or_else(|| self.best.clone()).map(passed);
                self.step(report)
            }
            Stage::Inputs(_) => self.inputs_passed(),
            Stage::Drawn | Stage::Restore | Stage::Done => self.give_up(),
        }
    }
}

impl<S: Strategy> fmt::Debug for ScheduledTree<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let best = self.best.as_ref().map(|best| &best.departures);
        f.debug_struct("ScheduledTree").field("drawn", &self.drawn).field("best", &best).finish_non_exhaustive()
    }
}

/// The report of a run whose case failed, during the run or after it.
fn failed(mut report: Report<()>) -> Report<()> {
    if report.result.is_ok() {
        let kind = FailureKind::Returned { error: "the case failed after its run".to_owned() };
        let (at, events) = (report.end, report.trace.total());
        report.result = Err(Failure { kind, at, last_events: String::new(), events, inputs: Vec::new() });
    }
    report
}

/// The report of a run whose case passed, whatever the run came to.
fn passed(mut report: Box<Report<()>>) -> Box<Report<()>> {
    report.result = Ok(());
    report
}
