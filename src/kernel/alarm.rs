//! Timers and sleeps: how they are set, and what happens when they are due.

use super::arena::{Arena, Key};
use super::future::{Callback, Fut, Kind, State, Wait};
use super::handle::Ready;
use super::loops::{Target, Timer};
use super::machine::{Call, Kernel};
use crate::choice;
use crate::ident::{LoopId, TaskId};
use crate::instant::Instant;
use crate::trace::Event;

impl Kernel {
    pub(crate) fn add_timer(&mut self, loop_id: LoopId, deadline: u64, target: Target) {
        let deadline = if self.picker.asks(choice::Kind::Late) { self.perturbed(deadline) } else { deadline };
        self.add_exact_timer(loop_id, deadline, target);
    }

    /// Adds a timer that no fault makes late.
    #[inline]
    pub(super) fn add_exact_timer(&mut self, loop_id: LoopId, deadline: u64, target: Target) {
        self.timer_sequence += 1;
        let timer = Timer::new(deadline, self.timer_sequence, target);
        self.loops[loop_id.get() as usize].add_timer(timer);
    }

    /// Notes that the target of a timer was removed.
    pub(crate) fn timer_cancelled(&mut self, loop_id: LoopId) {
        let (futures, closures) = (&self.futures, &self.closures);
        self.loops[loop_id.get() as usize].timer_cancelled(|target| is_live(futures, closures, target));
    }

    /// The earliest live timer of a loop.
    #[inline(never)]
    pub(crate) fn next_timer(&mut self, loop_id: LoopId) -> Option<Timer> {
        let (futures, closures) = (&self.futures, &self.closures);
        self.loops[loop_id.get() as usize].next_timer(|target| is_live(futures, closures, target))
    }

    /// When the earliest live timer of a loop is due.
    #[inline(always)]
    pub(super) fn next_deadline(&mut self, loop_id: LoopId) -> Option<u64> {
        let &timer = self.loops[loop_id.get() as usize].peek_timer()?;
        let live = is_live(&self.futures, &self.closures, timer.target());
        if live { Some(timer.deadline) } else { self.next_timer(loop_id).map(|timer| timer.deadline) }
    }

    /// Moves the timers that are due to the ready queue, in (deadline, sequence) order.
    pub(crate) fn move_due_timers(&mut self, loop_id: LoopId) {
        let now = self.now;
        while let Some(timer) = self.loops[loop_id.get() as usize].pop_due(now) {
            let target = timer.target();
            if !is_live(&self.futures, &self.closures, target) {
                continue;
            }
            if timer.deadline < now {
                let task = self.waiter_of(target);
                self.emit(Event::Late { task, nanos: now - timer.deadline });
            }
            let handle = match target {
                Target::Settle(key) => Ready::Expiry(key),
                Target::Call(key) => Ready::Call(key),
            };
            self.make_ready(loop_id, handle);
        }
    }

    /// The clock has just moved and nothing was ready, so the pass that begins is made of timers. Expiries at its beginning
    /// are run as they are taken from the heap, without a way through the ready queue; what else is due makes the batch.
    pub(super) fn fire_alarms(&mut self, loop_id: LoopId) {
        let (now, at) = (self.now, loop_id.get() as usize);
        self.loops[at].passed = true;
        while self.steps < self.limits.steps
            && let Some(key) = self.loops[at].pop_alarm(now)
        {
            let Some(future) = self.futures.get_mut(key) else { continue };
            self.steps += 1;
            self.blocked_for = 0;
            let waiting = match future.first {
                Some(Callback::Step(task)) if future.extra.is_none() => task,
                _ => {
                    self.expire(key);
                    continue;
                }
            };
            future.set_state(State::Finished);
            future.first = None;
            self.queue_step(waiting);
            self.emit(Event::TimerFired { task: Some(waiting) });
        }
        if self.loops[at].is_due(now) {
            // The steps that were made ready just now belong behind everything that is due.
            let woken = self.loops[at].ready.len();
            self.move_due_timers(loop_id);
            let queue = &mut self.loops[at].ready;
            queue.rotate(woken);
            self.batch = queue.len() - woken;
        }
    }

    /// The task that a timer will wake, if it is one task's.
    fn waiter_of(&self, target: Target) -> Option<TaskId> {
        let Target::Settle(key) = target else { return None };
        match self.futures.get(key)?.first {
            Some(Callback::Step(task)) => Some(task),
            _ => None,
        }
    }

    /// A timer's turn: its future is settled, unless that happened already.
    #[inline(never)]
    pub(super) fn expire(&mut self, key: Key) {
        let task = self.waiter_of(Target::Settle(key));
        if self.settle_pending(key, State::Finished) {
            self.emit(Event::TimerFired { task });
        }
    }

    /// Sets an alarm for the running task, which begins to wait for it. None, with nothing done, if the task waits for
    /// something else as well; an alarm is then a future and a timer like any other.
    #[inline]
    pub(crate) fn sleep(&mut self, id: TaskId, deadline: u64) -> Option<Key> {
        let task = self.tasks.get_mut(id).filter(|task| task.wait.is_none())?;
        let loop_id = task.loop_id();
        debug_assert_eq!(Some(loop_id), self.running_loop, "seedbed bug: a task runs on another loop, please report");
        let mut future = Fut::new(loop_id, Kind::Sleep);
        future.first = Some(Callback::Step(id));
        let key = self.futures.insert(future);
        task.set_wait(Wait::new(key, self.frame), self.now);
        self.add_timer(loop_id, deadline, Target::Settle(key));
        self.emit(Event::Slept { who: id.into(), until: Instant::from_nanos(deadline) });
        Some(key)
    }

    /// Forgets an alarm that has rung, if the running task waits for it and for nothing else; false, with nothing done,
    /// in any other case.
    #[inline]
    pub(crate) fn end_sleep(&mut self, id: TaskId, key: Key) -> bool {
        let rung = self.futures.get(key).is_some_and(Fut::is_done);
        if !rung || self.current != Some(id) {
            return false;
        }
        let Some(task) = self.tasks.get_mut(id) else { return false };
        if task.future.extra.is_some() || task.wait.is_none_or(|wait| wait.future != key) {
            return false;
        }
        task.clear_wait(self.now);
        if !self.futures.forget_if(key, Fut::is_bare) {
            self.futures.discard(key);
        }
        true
    }

    /// A deadline `nanos` from now; the end of time if the clock would overflow.
    pub(crate) fn deadline_after(&self, nanos: u128) -> u64 {
        u64::try_from(nanos).map_or(u64::MAX, |nanos| self.now.saturating_add(nanos))
    }
}

fn is_live(futures: &Arena<Fut>, closures: &Arena<Call>, target: Target) -> bool {
    match target {
        Target::Settle(key) => futures.get(key).is_some(),
        Target::Call(key) => closures.get(key).is_some(),
    }
}
