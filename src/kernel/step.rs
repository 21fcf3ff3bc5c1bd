//! The two ends of a task's step; the poll between them runs user code and stands in `context::drive`.

use std::rc::Rc;
use std::sync::Arc;

use super::arena::Key;
use super::future::{Cancelled, PanicReport, State};
use super::handle::Ready;
use super::limits::LimitKind;
use super::loops::Target;
use super::machine::{Closure, Kernel, PanicRecord};
use super::pick::Pick;
use super::stop::RUN_IS_OVER;
use super::tasks::{Outcome, RunTask, TaskExtra};
use crate::ident::{LoopId, TaskId};
use crate::policy::Observation;
use crate::trace::{Actor, Event, TextId};

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
    /// Takes the next handle. What needs no user code is done here, the turn from one pass to the next included.
    pub(crate) fn next(&mut self, loop_id: LoopId) -> Next {
        loop {
            if self.stop.is_some() {
                return Next::Over;
            }
            let event_loop = &mut self.loops[loop_id.get() as usize];
            if event_loop.batch == 0 {
                match self.end_pass(loop_id) {
                    Some(next) => return next,
                    None => continue,
                }
            }
            event_loop.batch -= 1;
            let handle = match self.pick(loop_id) {
                Pick::Run(handle) => handle,
                Pick::Clock(to) => return Next::Advance(to),
                Pick::Nothing => {
                    self.event_loop(loop_id).batch = 0;
                    continue;
                }
            };
            self.steps += 1;
            self.blocked_for = 0;
            if self.steps > self.limits.steps
                && self.trip_steps(self.step_of(handle), "its step would have been the next")
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
        let closure = self.closures.remove(key)?;
        if !self.hidden_run {
            self.emit(Event::CallbackRun { event_loop: loop_id });
        }
        Some(Next::Call(closure))
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
        self.trip(LimitKind::Steps, bound.to_string(), task, detail.to_owned());
        true
    }

    /// A timer's turn: its future is settled, unless that happened already.
    #[inline(never)]
    fn expire(&mut self, key: Key) {
        let waiter = self.waiter_of(Target::Settle(key));
        if self.settle_pending(key, State::Finished) {
            self.emit(Event::TimerFired { task: waiter });
        }
    }

    fn step_of(&self, handle: Ready) -> Option<TaskId> {
        match handle {
            Ready::Step(id) => Some(id),
            Ready::Expiry(_) | Ready::Call(_) => None,
        }
    }

    /// Starts the step of a task that was picked from the ready queue.
    #[inline]
    fn begin_step(&mut self, id: TaskId) -> Option<Next> {
        let now = self.now;
        let task = self.tasks.get_mut(id)?;
        debug_assert!(task.queued, "seedbed bug: a step that was not scheduled, please report");
        task.queued = false;
        task.running = true;
        task.woke_itself = false;
        task.stepped_at = now;
        let runner = Rc::clone(&task.runner);
        let (check, hidden) = (task.check_cancel, task.hidden);
        self.current = Some(id);
        self.frame = None;
        if !hidden {
            self.emit(Event::Polled { task: id });
        }
        if check && let Some(cancelled) = self.deliver(id) {
            return Some(Next::Drop(id, runner, cancelled));
        }
        Some(Next::Poll(id, runner))
    }

    /// Ends a step that left the task suspended, and takes the next handle. A cancellation that reached the task itself
    /// comes first: its coroutine is to be dropped.
    pub(crate) fn suspend(&mut self, id: TaskId, runner: Rc<dyn RunTask>, loop_id: LoopId) -> Next {
        if let Some(task) = self.tasks.get_mut(id) {
            task.running = false;
            let (spun, special) = (task.woke_itself, task.extra.is_some());
            self.spins = if spun { self.spins + 1 } else { 0 };
            if self.spins > self.limits.self_wakes {
                self.trip_self_wakes(id);
            }
            if special && let Some(raised) = self.suspend_special(id) {
                return Next::Drop(id, runner, raised);
            }
        }
        self.current = None;
        self.next(loop_id)
    }

    #[cold]
    fn trip_self_wakes(&mut self, id: TaskId) {
        let bound = self.limits.self_wakes.to_string();
        let detail = "it keeps waking itself while the clock stands still".to_owned();
        self.trip(LimitKind::SelfWakes, bound, Some(id), detail);
    }

    /// What only tasks with frames or requests need after a step.
    #[inline(never)]
    fn suspend_special(&mut self, id: TaskId) -> Option<Cancelled> {
        let task = self.tasks.get_mut(id)?;
        if let Some(raised) = task.extra().raised.take() {
            task.running = true;
            return Some(raised);
        }
        self.pass_on_requests(id);
        None
    }

    /// The task whose step runs, or was unwound by a panic.
    pub(crate) fn running(&self) -> Option<(TaskId, Rc<dyn RunTask>)> {
        let task = self.tasks.get(self.current?)?;
        Some((task.id, Rc::clone(&task.runner)))
    }

    /// Ends a task: its state is settled, its entry freed. What may hold user values is returned to be dropped outside
    /// the borrow, and whether an output that nobody may read is to be dropped too.
    pub(crate) fn finish(&mut self, id: TaskId, ending: Ending) -> (Option<Box<TaskExtra>>, bool) {
        self.spins = 0;
        let Some(task) = self.tasks.get_mut(id) else { return (None, false) };
        let (key, hidden, mut extra) = (task.future, task.hidden, task.extra.take());
        debug_assert!(
            Rc::strong_count(&task.runner) > 1,
            "seedbed bug: user code would be dropped here, please report"
        );
        // The caller holds the coroutine too, so it is not dropped here.
        self.tasks.free(id);
        self.picker.observe(Observation::Ended { task: id });
        self.current = None;
        self.frame = None;
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

    /// Remembers a panic until somebody is told of it.
    pub(crate) fn record_panic(&mut self, task: Option<TaskId>, report: &Arc<PanicReport>) {
        if self.stop.is_some() && report.message == RUN_IS_OVER {
            return;
        }
        let message: TextId = self.recorder.text(&report.message);
        let who = task.map_or_else(|| self.actor(), Actor::Task);
        self.emit(Event::Panicked { who, message });
        self.panics.push(PanicRecord { report: Arc::clone(report), observed: false });
    }

    /// Notes that someone awaited a task that panicked.
    pub(crate) fn observe_panic(&mut self, report: &Arc<PanicReport>) {
        for record in self.panics.iter_mut().filter(|record| Arc::ptr_eq(&record.report, report)) {
            record.observed = true;
        }
    }
}
