//! Timers and sleeps: how they are set, and what happens when they are due.
//!
//! A sleep that a task awaits plainly is an *alarm*: the wait of the task and a timer, and no future of its own. It becomes one
//! where anybody but the timer and the sleep itself looks at it: a cancellation, a combinator, another task.

use std::cmp::Reverse;

use super::arena::Key;
use super::future::{Callback, Fut, Kind, State, TaskExtra, Wait};
use super::handle::Ready;
use super::loops::{Target, Timer};
use super::machine::{Call, Kernel};
use crate::choice;
use crate::ident::{LoopId, TaskId};
use crate::instant::Instant;
use crate::trace::Event;

impl Kernel {
    /// Sets a timer, and returns its number in the order of creation.
    #[inline]
    pub(crate) fn add_timer(&mut self, loop_id: LoopId, deadline: u64, target: Target) -> u64 {
        self.timer_sequence += 1;
        self.add_numbered(loop_id, deadline, target);
        self.timer_sequence
    }

    /// Adds a timer that no fault makes late.
    #[inline]
    pub(crate) fn add_exact_timer(&mut self, loop_id: LoopId, deadline: u64, target: Target) {
        self.timer_sequence += 1;
        let timer = Timer::new(deadline, self.timer_sequence, target);
        self.loops[loop_id.get() as usize].add_timer(timer);
    }

    #[inline(always)]
    fn add_numbered(&mut self, loop_id: LoopId, deadline: u64, target: Target) {
        let deadline = if self.picker.asks(choice::Kind::Late) { self.perturbed(deadline) } else { deadline };
        let timer = Timer::new(deadline, self.timer_sequence, target);
        self.loops[loop_id.get() as usize].add_timer(timer);
    }

    /// Notes that the target of a timer was removed.
    pub(crate) fn timer_cancelled(&mut self, loop_id: LoopId) {
        if self.loops[loop_id.get() as usize].timer_cancelled() {
            let mut timers = std::mem::take(&mut self.loops[loop_id.get() as usize].timers);
            timers.retain(|Reverse(timer)| self.is_live(timer));
            self.loops[loop_id.get() as usize].timers = timers;
        }
    }

    /// The earliest live timer of a loop; stale ones before it are dropped.
    #[inline(never)]
    pub(crate) fn next_timer(&mut self, loop_id: LoopId) -> Option<Timer> {
        loop {
            let &timer = self.loops[loop_id.get() as usize].peek_timer()?;
            if self.is_live(&timer) {
                return Some(timer);
            }
            self.loops[loop_id.get() as usize].drop_stale();
        }
    }

    /// When the earliest live timer of a loop is due.
    #[inline(always)]
    pub(super) fn next_deadline(&mut self, loop_id: LoopId) -> Option<u64> {
        let &timer = self.loops[loop_id.get() as usize].peek_timer()?;
        let live = match timer.target() {
            Target::Settle(key) => key.alarm_of().is_some_and(|id| self.awaits_alarm(id, key)),
            _ => false,
        };
        if live { Some(timer.deadline) } else { self.next_timer(loop_id).map(|timer| timer.deadline) }
    }

    #[inline]
    fn is_live(&self, timer: &Timer) -> bool {
        match timer.target() {
            Target::Settle(key) => match key.alarm_of() {
                Some(id) => self.awaits_alarm(id, key) || self.alarms.future_of(key).is_some(),
                None => self.futures.get(key).is_some(),
            },
            Target::Call(key) => self.closures.get(key).is_some(),
            Target::Timeout(task, frame) => self.is_armed(task, frame, timer.number()),
        }
    }

    /// True if this alarm is set and no future.
    #[inline]
    fn awaits_alarm(&self, id: TaskId, key: Key) -> bool {
        self.tasks.get(id).and_then(|task| task.wait).is_some_and(|wait| wait.future == key)
    }

    /// True if its sleeper was cancelled besides.
    fn is_cancelled_alarm(&self, id: TaskId, key: Key) -> bool {
        self.tasks.get(id).and_then(|task| task.wait).is_some_and(|wait| wait.future == key && wait.requested)
    }

    /// Moves the timers that are due to the ready queue, in (deadline, sequence) order.
    pub(crate) fn move_due_timers(&mut self, loop_id: LoopId) {
        let now = self.now;
        while let Some(timer) = self.loops[loop_id.get() as usize].pop_due(now) {
            if !self.is_live(&timer) {
                continue;
            }
            let target = timer.target();
            if timer.deadline < now {
                let task = self.waiter_of(target);
                self.emit(Event::Late { task, nanos: now - timer.deadline });
            }
            let handle = match target {
                Target::Settle(key) => Ready::Expiry(key),
                Target::Call(key) => Ready::Call(key),
                Target::Timeout(task, frame) => {
                    Ready::Call(self.closures.insert(Call::Timeout(task, frame, timer.number())))
                }
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
            let rang = self.ring(key);
            if rang || self.has_future(key) {
                self.steps += 1;
                self.blocked_for = 0;
            }
            if !rang {
                self.expire(key);
            }
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

    /// True if the future that a timer settles is there; that of a cancelled alarm is, as good as.
    #[inline(never)]
    fn has_future(&self, key: Key) -> bool {
        if key.alarm_of().is_some_and(|id| self.is_cancelled_alarm(id, key)) {
            return true;
        }
        let key = self.alarms.future_of(key).unwrap_or(key);
        self.futures.get(key).is_some()
    }

    /// Wakes the task whose alarm this is; false, with nothing done, if it is none or has become a future.
    #[inline(always)]
    fn ring(&mut self, key: Key) -> bool {
        let Some(id) = key.alarm_of() else { return false };
        let Some(task) = self.tasks.get_mut(id) else { return false };
        match &mut task.wait {
            Some(wait) if wait.future == key && !wait.requested => wait.rung = true,
            _ => return false,
        }
        self.queue_step(id);
        self.emit(Event::TimerFired { task: Some(id) });
        true
    }

    /// The task that a timer will wake, if it is one task's.
    fn waiter_of(&self, target: Target) -> Option<TaskId> {
        let Target::Settle(key) = target else { return None };
        if let Some(id) = key.alarm_of().filter(|&id| self.awaits_alarm(id, key)) {
            return (!self.is_cancelled_alarm(id, key)).then_some(id);
        }
        let key = self.alarms.future_of(key).unwrap_or(key);
        match self.futures.get(key)?.first {
            Some(Callback::Step(task)) => Some(task),
            _ => None,
        }
    }

    /// A timer's turn: its future is settled, unless that happened already.
    #[inline(never)]
    pub(super) fn expire(&mut self, key: Key) {
        if self.ring(key) {
            return;
        }
        let task = self.waiter_of(Target::Settle(key));
        let future = self.alarms.future_of(key).unwrap_or(key);
        if self.settle_pending(future, State::Finished) {
            self.emit(Event::TimerFired { task });
        }
    }

    /// Sets an alarm for the running task, which begins to wait for it. None, with nothing done, if the task waits for
    /// something else as well; an alarm is then a future and a timer like any other.
    #[inline]
    pub(crate) fn sleep(&mut self, id: TaskId, deadline: u64) -> Option<Key> {
        self.timer_sequence += 1;
        if !self.alarms.is_empty() {
            self.skip_numbers(id);
        }
        let (number, frame, now) = (self.timer_sequence, self.frame, self.now);
        let task = self.tasks.get_mut(id).filter(|task| task.wait.is_none())?;
        let loop_id = task.loop_id();
        debug_assert_eq!(Some(loop_id), self.running_loop, "seedbed bug: a task runs on another loop, please report");
        let key = Key::of_alarm(number, id);
        task.set_wait(Wait::new(key, frame), now);
        self.add_numbered(loop_id, deadline, Target::Settle(key));
        self.emit(Event::Slept { who: id.into(), until: Instant::from_nanos(deadline) });
        Some(key)
    }

    /// A key holds 30 bits of a number: those of an older alarm of the task that lives on as a future are not used again.
    #[cold]
    fn skip_numbers(&mut self, id: TaskId) {
        while self.alarms.future_of(Key::of_alarm(self.timer_sequence, id)).is_some() {
            self.timer_sequence += 1;
        }
    }

    /// Ends the sleep of the running task if its alarm has rung; false, with nothing done, in any other case.
    #[inline]
    pub(crate) fn end_alarm(&mut self, key: Key) -> bool {
        let Some(id) = self.current.filter(|&id| key.alarm_of() == Some(id)) else { return false };
        let Some(task) = self.tasks.get_mut(id) else { return false };
        if !task.wait.is_some_and(|wait| wait.future == key && wait.rung) {
            return false;
        }
        if task.future.extra.is_some() {
            task.end_first_wait(self.now);
        } else {
            task.clear_wait(self.now);
        }
        true
    }

    /// True if the running task goes on waiting for its alarm: it polled a sleep that has not rung, with its own waker.
    pub(crate) fn awaits_own_alarm(&self, key: Key) -> bool {
        let own = self.current.filter(|&id| key.alarm_of() == Some(id));
        own.is_some_and(|id| self.awaits_alarm(id, key) && !self.is_cancelled_alarm(id, key))
    }

    /// The future that an alarm has become, or now becomes.
    #[inline(never)]
    pub(crate) fn future_of_alarm(&mut self, key: Key) -> (Key, TaskId) {
        let id = key.alarm_of();
        id.into_iter().for_each(|id| self.alarm_to_future(id));
        let future = self.alarms.future_of(key).zip(id);
        future.expect("seedbed bug: an alarm is neither set nor a future, please report")
    }

    /// Makes the alarm of a task, if it waits for one, a future like any other, for those who know nothing of alarms.
    pub(super) fn alarm_to_future(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get_mut(id) else { return };
        let Some(wait) = task.wait.as_mut().filter(|wait| wait.future.alarm_of().is_some()) else { return };
        let mut future = Fut::new(task.future.loop_id(), Kind::Sleep);
        if std::mem::take(&mut wait.rung) {
            future.set_state(State::Finished);
        } else if wait.requested {
            future.set_state(State::Cancelled);
        } else {
            future.first = Some(Callback::Step(id));
        }
        let future = self.futures.insert(future);
        self.alarms.add(std::mem::replace(&mut wait.future, future), future);
    }

    /// Cancels a task that does nothing but sleep: its alarm is cancelled where it is, and no future made of it. False, with
    /// nothing done, in any other case.
    ///
    /// A cancelled alarm is one whose wait is `requested`; it does not ring any more.
    pub(super) fn cancel_sleeper(&mut self, id: TaskId) -> bool {
        let idle = self.stepping != Some(id) && self.current != Some(id);
        let sleeps = |wait: &Wait| wait.future.alarm_of().is_some() && !wait.rung && !wait.requested;
        let task = self.tasks.get(id).filter(|task| task.future.extra.is_none());
        if !idle || !task.is_some_and(|task| task.wait.as_ref().is_some_and(sleeps)) {
            return false;
        }
        let by = self.actor();
        self.emit(Event::CancelRequested { task: id, by, message: None });
        if let Some(task) = self.tasks.get_mut(id) {
            task.future.extra().requests = 1;
            task.wait.iter_mut().for_each(|wait| wait.requested = true);
            task.check_cancel = true;
        }
        self.queue_step(id);
        true
    }

    /// At the start of a step: true if the task is told now that its alarm was cancelled, and there is nothing else to tell; false,
    /// with nothing done, in any other case. The wait ends when the sleep is dropped, with the coroutine; a sleep that outlives it
    /// finds a cancelled future.
    pub(super) fn hears_of_alarm(&mut self, id: TaskId) -> bool {
        let Some(task) = self.tasks.get_mut(id) else { return false };
        let alone = task.known_extra().is_some_and(TaskExtra::is_plain);
        let cancelled = |wait: Wait| wait.requested && wait.future.alarm_of().is_some();
        let hears = alone && task.wait.is_some_and(cancelled);
        task.check_cancel &= !hears;
        hears
    }

    /// Forgets an alarm whose sleep is dropped.
    pub(crate) fn drop_alarm(&mut self, key: Key) {
        let Some(id) = key.alarm_of() else { return };
        if self.is_cancelled_alarm(id, key) && self.tasks.get(id).is_some_and(|task| task.check_cancel) {
            // The task has not been told, and is told all the same.
            self.alarm_to_future(id);
        }
        let now = self.now;
        let plain = self.tasks.get_mut(id).filter(|task| task.wait.is_some_and(|wait| wait.future == key));
        if let Some(task) = plain {
            let (loop_id, rung) = (task.loop_id(), task.wait.is_some_and(|wait| wait.rung));
            task.end_first_wait(now);
            if !rung {
                self.timer_cancelled(loop_id);
            }
        } else if let Some(future) = self.alarms.remove(key) {
            self.end_wait(future, &mut super::wait::Waiting::Task(id));
            self.drop_sleep(future);
        }
    }

    /// Forgets the future of a sleep that is dropped.
    pub(crate) fn drop_sleep(&mut self, key: Key) {
        let Some(loop_id) = self.futures.get(key).map(Fut::loop_id) else { return };
        if self.release_sleep(key) {
            self.timer_cancelled(loop_id);
        }
    }

    /// Gives back the future of a sleep; false if it was settled.
    pub(crate) fn release_sleep(&mut self, key: Key) -> bool {
        self.alarms.remove_future(key);
        self.release_future(key)
    }

    /// A deadline `nanos` from now; the end of time if the clock would overflow.
    pub(crate) fn deadline_after(&self, nanos: u128) -> u64 {
        u64::try_from(nanos).map_or(u64::MAX, |nanos| self.now.saturating_add(nanos))
    }
}
