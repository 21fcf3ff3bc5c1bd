//! The two ends of a task's step; the poll between them runs user code and stands in `context::drive`.

use std::rc::Rc;
use std::sync::Arc;

use super::arena::Key;
use super::cut_short::{Cancelled, PanicReport};
use super::future::{Callback, State, TaskExtra};
use super::handle::{Pick, Ready};
use super::limits::LimitKind;
use super::machine::{Call, Closure, Kernel};
use super::tasks::{Outcome, RunTask};
use crate::choice::Kind;
use crate::ident::{LoopId, TaskId};
use crate::policy::Observation;
use crate::trace::Event;

/// What the loop does next; the user code in it is run outside the borrow.
pub(crate) enum Next {
    Poll(TaskId, Rc<dyn RunTask>),
    /// A cancellation that no frame catches: drop the coroutine, then end the task with it.
    Drop(TaskId, Rc<dyn RunTask>, Cancelled),
    Call(Closure),
    /// The clock moves while tasks wait: jobs that fall due go on, timers expire, and the pass goes on.
    Advance(u64),
    /// Between two passes: what falls due outside the loops goes on, up to this instant.
    Outside {
        to: u64,
        due_now: bool,
    },
    /// Between two passes: wakers of other libraries are to be called first; `polled` says that the next pass was begun.
    Errands {
        polled: bool,
    },
    /// Nothing can ever happen again.
    Deadlock,
    /// The loop was stopped, or the run is over.
    Over,
}

/// How a task ended.
pub(crate) enum Ending {
    Returned(Outcome),
    Cancelled(Cancelled),
    Panicked(Arc<PanicReport>),
}

impl Kernel {
    /// Ends the step that a task was left suspended by, and takes the next handle where that is a plain step of a task, as
    /// nearly all are; None is anything else, for `next`, once the errands are done.
    ///
    /// It does what `next` does, in the few instructions that are left when nothing is cancelled.
    #[inline(always)]
    pub(crate) fn next_step(&mut self, loop_id: LoopId) -> Option<(TaskId, Rc<dyn RunTask>)> {
        if let Some(id) = self.stepping
            && !self.suspend(id)
        {
            return None;
        }
        loop {
            if self.steps >= self.plain_until {
                return None;
            }
            if self.batch == 0 {
                if self.turn_quietly(loop_id) {
                    continue;
                }
                return None;
            }
            let pick = self.pick(loop_id);
            let Pick::Run(Ready::Step(id)) = pick else {
                if self.take_expiry(pick) {
                    continue;
                }
                return None;
            };
            // One test for both: the loop's own tasks are so few that they may go the long way.
            let Some(task) = self.tasks.get_mut(id).filter(|task| !(task.check_cancel | task.hidden)) else {
                self.picked = Some(pick);
                return None;
            };
            let runner = task.begin_step(self.now);
            self.count_step();
            self.enter_task(id);
            self.emit(Event::Polled { task: id });
            return Some((id, runner));
        }
    }

    /// Gives an expiry that was picked its turn; false if it leaves errands, or if the pick is no expiry, which is kept for `next` then.
    #[inline(never)]
    fn take_expiry(&mut self, pick: Pick) -> bool {
        let Pick::Run(Ready::Expiry(key)) = pick else {
            self.picked = Some(pick);
            return false;
        };
        self.count_step();
        self.expire(key);
        self.errands.is_empty()
    }

    #[inline]
    fn enter_task(&mut self, id: TaskId) {
        (self.current, self.stepping, self.frame) = (Some(id), Some(id), None);
        (self.woke_itself, self.asked) = (false, false);
    }

    #[inline]
    fn count_step(&mut self) {
        self.batch -= 1;
        self.steps += 1;
        self.blocked_for = 0;
    }

    /// Takes the next handle. What needs no user code is done here, the turn from one pass to the next included.
    #[inline(never)]
    pub(crate) fn next(&mut self, loop_id: LoopId) -> Next {
        if let (Some(id), Some((runner, raised))) = (self.current, self.raised.take()) {
            return Next::Drop(id, runner, raised);
        }
        loop {
            if self.stop.is_some() {
                return Next::Over;
            }
            if self.batch == 0 {
                match self.end_pass(loop_id) {
                    Some(next) => return next,
                    None => continue,
                }
            }
            self.batch -= 1;
            let pick = self.picked.take().unwrap_or_else(|| self.pick(loop_id));
            let handle = match pick {
                Pick::Run(handle) => handle,
                Pick::Clock(to) => return Next::Advance(to),
                Pick::Nothing => {
                    self.batch = 0;
                    continue;
                }
            };
            self.steps += 1;
            self.blocked_for = 0;
            if self.steps > self.limits.steps
                && self.trip_steps(handle.task(), "a callback or a timer would have been the next")
            {
                return Next::Over;
            }
            let next = match handle {
                Ready::Step(id) => self.begin_step(id),
                Ready::Expiry(key) => {
                    self.expire(key);
                    None
                }
                Ready::Call(key) => self.begin_call(loop_id, key),
            };
            if let Some(next) = next {
                return next;
            }
        }
    }

    #[inline(never)]
    fn begin_call(&mut self, loop_id: LoopId, key: Key) -> Option<Next> {
        let call = self.closures.remove(key)?;
        if let Call::Release(task) = call {
            self.release(task);
            return None;
        }
        if let Call::Timeout(task, frame, timer) = call
            && !self.is_armed(task, frame, timer)
        {
            return None;
        }
        if !self.hidden_run {
            self.emit(Event::CallbackRun { event_loop: loop_id });
        }
        match call {
            Call::Closure(closure) => Some(Next::Call(closure)),
            Call::Timeout(task, frame, _) => {
                self.expire_timeout(task, frame);
                // Wakers of other libraries are called before the next handle runs, as after every callback.
                (!self.errands.is_empty()).then_some(Next::Errands { polled: false })
            }
            Call::Release(_) => None,
            Call::Stop(id) => {
                self.event_loop(id).stopping = true;
                None
            }
        }
    }

    /// Ends the run, unless it was only to tell somebody of the step; true if it has ended.
    #[cold]
    pub(super) fn trip_steps(&mut self, task: Option<TaskId>, detail: &str) -> bool {
        let bound = match &self.heartbeat {
            Some((heartbeat, bound)) => {
                heartbeat.beat(self.steps);
                if self.steps <= *bound {
                    return false;
                }
                *bound
            }
            None => self.limits.steps,
        };
        let detail = if task.is_some() { "its step would have been the next" } else { detail };
        let detail = format!("{detail}{}", self.standing_clock(bound));
        self.trip(LimitKind::Steps, bound.to_string(), task, detail);
        true
    }

    /// Starts the step of a task that was picked from the ready queue.
    fn begin_step(&mut self, id: TaskId) -> Option<Next> {
        if self.picker.asks(Kind::Stall) && self.stands_still(id) {
            return None;
        }
        let now = self.now;
        let task = self.tasks.get_mut(id)?;
        let runner = task.begin_step(now);
        let hidden = task.hidden;
        self.enter_task(id);
        self.asked = self.picker.asks(Kind::Spurious);
        if !hidden {
            self.emit(Event::Polled { task: id });
            if self.strikes.is_on()
                && let Some(next) = self.strike_at_step(id, &runner)
            {
                return Some(next);
            }
        }
        let check = self.tasks.get(id).is_some_and(|task| task.check_cancel);
        if check && let Some(cancelled) = self.deliver(id) {
            return Some(Next::Drop(id, runner, cancelled));
        }
        Some(Next::Poll(id, runner))
    }

    /// Ends a step that left the task suspended; false if the task is to end instead.
    #[inline(always)]
    fn suspend(&mut self, id: TaskId) -> bool {
        (self.current, self.stepping) = (None, None);
        self.spins = if self.woke_itself { self.spins + 1 } else { 0 };
        if self.spins > self.limits.self_wakes {
            self.trip_self_wakes(id);
        }
        !self.asked || self.suspend_asked(id)
    }

    #[cold]
    fn trip_self_wakes(&mut self, id: TaskId) {
        let bound = self.limits.self_wakes.to_string();
        let detail = "it keeps waking itself while the clock stands still".to_owned();
        self.trip(LimitKind::SelfWakes, bound, Some(id), detail);
    }

    /// A request that was made during the step is passed on; a cancellation that the task raised is to end it next.
    #[inline(never)]
    fn suspend_asked(&mut self, id: TaskId) -> bool {
        self.asked = false;
        let Some(task) = self.tasks.get_mut(id) else { return true };
        let runner = task.runner();
        let Some(raised) = task.known_extra_mut().and_then(|extra| extra.raised.take()) else {
            self.pass_on_requests(id);
            if self.picker.asks(Kind::Spurious) {
                self.at_await_point(id);
            }
            return !self.strikes.is_on() || self.strike_at_await(id);
        };
        self.raised = Some((runner, raised));
        (self.current, self.stepping) = (Some(id), Some(id));
        false
    }

    /// The task whose step runs, or was unwound by a panic.
    pub(crate) fn running(&self) -> Option<(TaskId, Rc<dyn RunTask>)> {
        let id = self.current?;
        Some((id, self.tasks.get(id)?.runner()))
    }

    /// Ends a task that returned, if nothing was asked of it and one task at most waits for its end; false, with nothing
    /// done, in any other case.
    #[inline]
    pub(crate) fn finish_plainly(&mut self, id: TaskId) -> bool {
        let Some(task) = self.tasks.get_mut(id) else { return false };
        if task.future.extra.is_some() || task.wait.is_some() {
            return false;
        }
        let waiting = match task.future.first {
            None => None,
            Some(Callback::Step(waiting)) => Some(waiting),
            Some(_) => return false,
        };
        let hidden = task.hidden;
        task.future.set_state(State::Finished);
        task.future.first = None;
        // The caller holds the coroutine too, so it is not dropped here.
        drop(self.tasks.end(id));
        self.picker.observe(Observation::Ended { task: id });
        self.spins = 0;
        (self.current, self.stepping, self.frame) = (None, None, None);
        if !hidden {
            self.counts.finished += 1;
            self.emit(Event::Finished { task: id });
        }
        if let Some(waiting) = waiting {
            self.queue_step(waiting);
        }
        true
    }

    /// Ends a task: its state is settled, its entry freed. What may hold user values is returned to be dropped outside
    /// the borrow, and whether an output that nobody may read is to be dropped too.
    pub(crate) fn finish(&mut self, id: TaskId, ending: Ending) -> (Option<TaskExtra>, bool) {
        self.spins = 0;
        let Some(key) = self.tasks.key(id) else { return (None, false) };
        self.alarm_to_future(id);
        let Some(task) = self.tasks.get_mut(id) else { return (None, false) };
        let (hidden, mut extra) = (task.hidden, task.known_extra_mut().map(std::mem::take));
        let runner = self.tasks.end(id);
        debug_assert!(
            runner.is_some_and(|runner| Rc::strong_count(&runner) > 1),
            "seedbed bug: user code would be dropped here, please report"
        );
        self.picker.observe(Observation::Ended { task: id });
        (self.current, self.stepping, self.frame) = (None, None, None);
        extra.iter().for_each(|extra| self.keep_expired(id, extra));
        let marked = extra.as_mut().and_then(|extra| {
            let pending = extra.frames.take_pending().into_iter().next().map(|(_, message)| message);
            extra.must_cancel.take().or(pending)
        });
        let (state, discard) = match (ending, marked) {
            (Ending::Returned(Outcome::Finished), None) => {
                if !hidden {
                    self.counts.finished += 1;
                    self.emit(Event::Finished { task: id });
                }
                (State::Finished, false)
            }
            (ending, marked) => self.finish_otherwise(id, key, hidden, ending, marked),
        };
        self.settle(key, state);
        (extra, discard)
    }

    /// An end that is no plain return: the state of the task, and whether its output is to be dropped.
    #[cold]
    fn finish_otherwise(
        &mut self,
        id: TaskId,
        key: Key,
        hidden: bool,
        ending: Ending,
        marked: Option<Option<Arc<str>>>,
    ) -> (State, bool) {
        let returned = matches!(ending, Ending::Returned(_));
        let (state, event) = match ending {
            // CPython: a task that is marked for cancellation and returns all the same ends cancelled; one that fails,
            // fails.
            Ending::Returned(Outcome::Finished) => {
                self.future_mut(key).extra().message = marked.flatten();
                (State::Cancelled, Some(Event::Cancelled { task: id }))
            }
            Ending::Returned(Outcome::Failed) => (State::Failed, Some(Event::Failed { task: id })),
            Ending::Cancelled(cancelled) => {
                let extra = self.future_mut(key).extra();
                extra.ended_with = Some(cancelled);
                extra.message = None;
                (State::Cancelled, Some(Event::Cancelled { task: id }))
            }
            Ending::Panicked(report) => {
                self.record_panic(Some(id), &report);
                self.future_mut(key).extra().panic = Some(report);
                (State::Failed, None)
            }
        };
        if !hidden {
            self.count_ending(state, event.is_none());
            event.into_iter().for_each(|event| self.emit(event));
        }
        (state, returned && state == State::Cancelled)
    }

    fn count_ending(&mut self, state: State, panicked: bool) {
        let counts = &mut self.counts;
        let count = match state {
            State::Failed if panicked => &mut counts.panicked,
            State::Failed => &mut counts.failed,
            State::Cancelled => &mut counts.cancelled,
            State::Pending | State::Finished => unreachable!("seedbed bug: that is no such end, please report"),
        };
        *count += 1;
    }
}
