//! `Stepwise`: shrinking turned inside out, for a caller that cannot be called back: it is given a run to make, and tells what it came to.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::rc::Rc;

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult};

use super::limits::ShrinkLimits;
use super::run::shrink;
use crate::sim::{Report, Sim};

/// Shrinking calls nothing that is deep: the program runs on the caller's stack.
const STACK_BYTES: usize = 512 * 1024;

/// What the run came to; none when nobody will make it.
type Answer = Option<Box<Report<()>>>;

/// Shrinking on a stack of its own, where "run the program" means to leave that stack until the answer comes.
pub(crate) struct Stepwise {
    /// None once it has ended.
    shrinking: Option<Coroutine<Answer, Sim, ()>>,
    /// How many simpler failing runs were taken.
    accepted: Rc<Cell<u64>>,
}

impl Stepwise {
    /// Begins with a failing run, which was recorded. Ends at once where there is no room for a stack.
    pub(crate) fn new(failing: Report<()>) -> Self {
        let accepted = Rc::new(Cell::new(0));
        let seen = Rc::clone(&accepted);
        let begin = move |stack| {
            Coroutine::with_stack(stack, move |yielder: &corosensei::Yielder<Answer, Sim>, _: Answer| {
                let program = |sim: Sim| match yielder.suspend(sim) {
                    Some(report) => *report,
                    None => resume_unwind(Box::new("nobody makes this run")),
                };
                let mut progress = |now: &super::shrunk::ShrinkProgress| {
                    seen.set(now.accepted);
                    ControlFlow::Continue(())
                };
                // Who asks step by step has counted what was taken, and is told of nothing else.
                drop(shrink(&program, &failing, &ShrinkLimits::default(), &mut progress));
            })
        };
        Self { shrinking: DefaultStack::new(STACK_BYTES).ok().map(begin), accepted }
    }

    /// Takes the report of the run before, if there was one; returns the next run to make, and whether the one before was taken as the
    /// simplest so far. At the end there is no further run.
    pub(crate) fn next(&mut self, report: Answer) -> (Option<Sim>, bool) {
        let before = self.accepted.get();
        let Some(shrinking) = &mut self.shrinking else { return (None, false) };
        let sim = match shrinking.resume(report) {
            CoroutineResult::Yield(sim) => Some(sim),
            CoroutineResult::Return(()) => {
                self.shrinking = None;
                None
            }
        };
        (sim, self.accepted.get() > before)
    }
}

impl Drop for Stepwise {
    fn drop(&mut self) {
        // Shrinking would catch the panic that unwinds a coroutine, so it is told to end.
        while self.shrinking.as_ref().is_some_and(Coroutine::started) && self.next(None).0.is_some() {}
    }
}

impl std::fmt::Debug for Stepwise {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stepwise").field("accepted", &self.accepted).finish_non_exhaustive()
    }
}
