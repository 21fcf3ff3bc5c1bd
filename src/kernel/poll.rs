//! Between two passes: starting and ending a loop, timers, the clock, and what to do when nothing is ready.

use super::future::State;
use super::handle::Ready;
use super::idle::AtRest;
use super::limits::LimitKind;
use super::machine::Kernel;
use super::step::Next;
use super::stop::Stop;
use crate::choice::Kind;
use crate::ident::{LoopId, TaskId};
use crate::instant::Instant;
use crate::trace::Event;

/// Why a loop cannot run, or did not end by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refusal {
    Closed,
    /// This loop runs already.
    Running,
    /// Another loop of the run is running.
    OtherRunning,
    /// A job asks: its code runs outside every loop, on a stack of its own.
    InsideJob,
    /// The run is over: a verdict stands.
    Ended,
}

/// What the poll of a pass found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum AtPoll {
    /// There are handles to run, or the loop is stopping.
    Run,
    /// Move the clock here and look again.
    Advance(u64),
    /// A verdict stands.
    Over,
    Deadlock,
}

impl Kernel {
    /// Whether a loop could run now: asyncio's `_check_closed` and `_check_running`.
    pub(crate) fn check_runnable(&mut self, id: LoopId) -> Result<(), Refusal> {
        if self.stop.is_some() {
            return Err(Refusal::Ended);
        }
        if self.outside.current.is_some() {
            return Err(Refusal::InsideJob);
        }
        let running = self.running_loop;
        let event_loop = self.event_loop(id);
        if event_loop.closed {
            return Err(Refusal::Closed);
        }
        if event_loop.running {
            return Err(Refusal::Running);
        }
        if running.is_some() {
            return Err(Refusal::OtherRunning);
        }
        Ok(())
    }

    pub(crate) fn start_loop(&mut self, id: LoopId) -> Result<(), Refusal> {
        self.check_runnable(id)?;
        let event_loop = self.event_loop(id);
        event_loop.running = true;
        event_loop.passed = false;
        self.running_loop = Some(id);
        if !self.hidden_run {
            self.emit(Event::LoopStarted { event_loop: id });
        }
        Ok(())
    }

    pub(crate) fn end_loop(&mut self, id: LoopId) {
        let event_loop = self.event_loop(id);
        event_loop.running = false;
        event_loop.stopping = false;
        (self.batch, self.picked) = (0, None);
        self.running_loop = None;
        (self.current, self.stepping) = (None, None);
        self.frame = None;
        if !self.hidden_run {
            self.emit(Event::LoopStopped { event_loop: id });
        }
    }

    /// Between two passes: ends the loop if that was asked for, else begins the next pass. None if there are handles to run.
    #[inline(never)]
    pub(super) fn end_pass(&mut self, id: LoopId) -> Option<Next> {
        if self.stop.is_some() {
            return Some(Next::Over);
        }
        if !self.errands.is_empty() {
            return Some(Next::Errands { polled: false });
        }
        let event_loop = self.event_loop(id);
        if event_loop.passed && event_loop.stopping {
            return Some(Next::Over);
        }
        self.begin_pass(id, false)
    }

    /// Goes on after what had to be done outside the loop; `due_now` says that it was what is due at this instant.
    pub(crate) fn next_after_outside(&mut self, id: LoopId, due_now: bool) -> Next {
        self.begin_pass(id, due_now).unwrap_or_else(|| self.next(id))
    }

    /// asyncio's poll: jobs that are due, then, if nothing is ready, the clock moves to the next event.
    fn begin_pass(&mut self, id: LoopId, outside_went: bool) -> Option<Next> {
        let quiet = self.outside.is_quiet();
        if !quiet && !outside_went {
            self.outside.readmit(self.now);
            return Some(Next::Outside { to: self.now, due_now: true });
        }
        loop {
            match self.poll(id) {
                AtPoll::Run => break,
                AtPoll::Advance(to) if quiet => {
                    self.set_now(to);
                    self.move_due_timers(id);
                }
                AtPoll::Advance(to) => return Some(Next::Outside { to, due_now: false }),
                AtPoll::Over => return Some(Next::Over),
                AtPoll::Deadlock => return Some(Next::Deadlock),
            }
        }
        if !self.errands.is_empty() {
            return Some(Next::Errands { polled: true });
        }
        self.start_pass(id);
        None
    }

    /// The turn from one pass to the next where nothing but handles and timers can be at work; false, with nothing
    /// done, anywhere else.
    #[inline(always)]
    pub(super) fn turn_quietly(&mut self, id: LoopId) -> bool {
        if self.stop.is_some() || !self.errands.is_empty() || !self.outside.is_quiet() {
            return false;
        }
        let event_loop = &mut self.loops[id.get() as usize];
        if event_loop.stopping {
            return false;
        }
        if event_loop.waiting() == 0 || event_loop.is_due(self.now) {
            return self.turn_to_timers(id);
        }
        event_loop.passed = true;
        self.batch = event_loop.waiting();
        true
    }

    /// The rest of `turn_quietly`: nothing is ready, or timers are due.
    #[inline(never)]
    fn turn_to_timers(&mut self, id: LoopId) -> bool {
        let event_loop = &mut self.loops[id.get() as usize];
        if event_loop.waiting() == 0 {
            event_loop.ready.clear_taken();
            let Some(deadline) = self.next_deadline(id) else { return false };
            if deadline > self.now {
                if deadline > self.last_instant || self.manual_time || !self.idle.is_empty() || self.picker.is_attentive
                {
                    return false;
                }
                self.set_now(deadline);
                self.fire_alarms(id);
                if self.batch > 0 {
                    return true;
                }
                if !self.errands.is_empty() {
                    return false;
                }
                // Nothing is due any more.
                self.start_pass(id);
                return true;
            }
        }
        self.move_due_timers(id);
        self.start_pass(id);
        true
    }

    fn start_pass(&mut self, id: LoopId) {
        let event_loop = self.event_loop(id);
        event_loop.passed = true;
        self.batch = event_loop.waiting();
    }

    /// Goes on after the wakers of other libraries were called.
    pub(crate) fn next_after_errands(&mut self, id: LoopId, polled: bool) -> Next {
        if polled {
            self.start_pass(id);
        }
        self.next(id)
    }

    /// What the loop does at this instant; the jobs that are due have run already.
    fn poll(&mut self, id: LoopId) -> AtPoll {
        if self.stop.is_some() {
            return AtPoll::Over;
        }
        let event_loop = &self.loops[id.get() as usize];
        let busy = event_loop.waiting() > 0 || event_loop.stopping;
        let timer = if busy { None } else { self.next_timer(id).map(|timer| timer.deadline) };
        if busy || timer.is_some_and(|deadline| deadline <= self.now) {
            self.move_due_timers(id);
            return AtPoll::Run;
        }
        if self.outside.any_gave_way() {
            return AtPoll::Advance(self.now);
        }
        let next = [timer, self.outside.next_at()].into_iter().flatten().min();
        // A task that a fault has put aside is ready in truth: nobody is told that all is at rest.
        if let Some(to) = next.filter(|_| self.aside.count > 0) {
            return if self.may_advance(to) { AtPoll::Advance(to) } else { AtPoll::Over };
        }
        match self.idle.at_rest(next, self.manual_time) {
            AtRest::Resume { at: Some(at), .. } if !self.may_advance(at) => AtPoll::Over,
            AtRest::Resume { future, at } => {
                self.set_now(at.unwrap_or(self.now));
                self.settle_pending(future, State::Finished);
                AtPoll::Run
            }
            AtRest::Advance(to) if self.may_advance(to) => AtPoll::Advance(to),
            AtRest::Advance(_) => AtPoll::Over,
            AtRest::Deadlock => AtPoll::Deadlock,
        }
    }

    pub(crate) fn may_advance(&mut self, to: u64) -> bool {
        if to <= self.last_instant {
            return true;
        }
        let bound = self.limits.virtual_time;
        let detail = format!("the next event is due at {}s", Instant::from_nanos(to));
        self.trip(LimitKind::VirtualTime, format!("{bound:?}"), None, detail);
        false
    }

    /// Says so of the clock that stood still for most of so many steps: tasks that only wake each other, say.
    pub(super) fn standing_clock(&self, bound: u64) -> String {
        // The step that would have been the next is counted.
        let still = (self.steps - self.moved_at_step).saturating_sub(1);
        if still == 0 || still < bound / 2 {
            return String::new();
        }
        let now = Instant::from_nanos(self.now);
        format!("; the clock stood at {now}s for the last {still} steps: a livelock, if that is not meant")
    }

    /// Moves the clock, never backwards.
    #[inline]
    pub(crate) fn set_now(&mut self, to: u64) {
        if to > self.now {
            self.now = to;
            self.moved_at_step = self.steps;
            self.spins = 0;
            self.outside.readmit(to);
        }
    }

    /// Nothing can happen any more: the verdict.
    pub(crate) fn deadlock(&mut self, foreign: &[TaskId]) {
        if foreign.is_empty() {
            let (blocked, cycle) = (self.blocked(), self.cycle());
            let clock_held =
                self.manual_time && self.running_loop.is_some_and(|running| self.next_event(running).is_some());
            let tasks = blocked.iter().filter(|blocked| !blocked.is_job).count();
            let count = u32::try_from(tasks).unwrap_or(u32::MAX);
            self.emit(Event::Deadlocked { count });
            self.stop_with(Stop::Deadlock { blocked, cycle, clock_held });
        } else {
            self.note_foreign(foreign);
        }
    }

    /// Tasks that a thread of the operating system tried to wake: the run is not deterministic.
    pub(crate) fn note_foreign(&mut self, foreign: &[TaskId]) {
        if foreign.is_empty() {
            return;
        }
        for &task in foreign {
            self.emit(Event::ForeignWake { task });
        }
        let tasks = foreign.iter().map(|&id| self.names.path(id)).collect();
        self.stop_with(Stop::ForeignWake { tasks });
    }

    /// A task's own waker was called, while nobody is told of it and the queue has a place left; false, with nothing done
    /// that `wake_task` does not do as well, in any other case.
    #[inline(always)]
    pub(crate) fn wake_plainly(&mut self, id: TaskId) -> bool {
        self.woke_itself |= self.stepping == Some(id);
        self.queue_plainly(id)
    }

    /// A task's own waker was called.
    pub(crate) fn wake_task(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get_mut(id) else { return };
        self.woke_itself |= self.stepping == Some(id);
        if task.queued {
            return;
        }
        let loop_id = task.loop_id();
        let event_loop = &mut self.loops[loop_id.get() as usize];
        if event_loop.closed || (self.picker.asks(Kind::Wake) && self.wake_is_late(id)) {
            return;
        }
        let Some(task) = self.tasks.get_mut(id) else { return };
        task.queued = true;
        self.loops[loop_id.get() as usize].ready.push_back(Ready::Step(id));
        self.note_ready(loop_id, id);
    }
}
