//! The runs of a loop that asyncio makes at the end for a task which has nothing to do.

use std::panic::Location;

use super::handle::Ready;
use super::machine::Kernel;
use crate::ident::LoopId;

impl Kernel {
    /// Counts asyncio's `shutdown_asyncgens`, and then its `shutdown_default_executor`: says of each whether that could be done.
    pub(crate) fn end_formally(&mut self, id: LoopId, location: &'static Location<'static>) -> (bool, bool) {
        let generators = self.run_formally(id, location);
        (generators, generators && self.end_executor_formally(id, location))
    }

    /// Counts asyncio's `shutdown_default_executor`, if there is none; false, with nothing done, if it has to be made.
    pub(crate) fn end_executor_formally(&mut self, id: LoopId, location: &'static Location<'static>) -> bool {
        let unused = self.event_loop(id).default_executor.is_none() && self.run_formally(id, location);
        self.event_loop(id).executor_closed |= unused;
        unused
    }

    /// Counts a run of the loop for a hidden task that returns at once, without making it: two steps, the task's and the
    /// callback's that stops the loop. False, with nothing done, if anything else could happen on the way.
    fn run_formally(&mut self, id: LoopId, location: &'static Location<'static>) -> bool {
        if self.check_runnable(id).is_err() || self.current.is_some() || !self.errands.is_empty() {
            return false;
        }
        let event_loop = &self.loops[id.get() as usize];
        let nothing_else = event_loop.waiting() == 0 && !event_loop.stopping && self.outside.is_quiet();
        let within_limits =
            self.limits.steps.saturating_sub(self.steps) >= 2 && self.tasks.live() < self.limits.tasks as usize;
        if !nothing_else || !within_limits || self.picker.is_attentive {
            return false;
        }
        if self.next_timer(id).is_some_and(|timer| timer.deadline <= self.now) {
            return false;
        }
        let task = self.tasks.next_id();
        self.name_hidden(task, location);
        self.tasks.skip();
        if self.picker.explores {
            // Nobody else is ready, but the policy is asked at each step, and may draw.
            self.make_ready(id, Ready::Step(task));
            self.pick(id);
        }
        self.steps += 2;
        (self.spins, self.blocked_for) = (0, 0);
        true
    }
}
