//! The kernel's side of jobs and of blocking: who goes on next outside the loops, and for how long a loop may stand.

use std::rc::Rc;

use super::frames::FrameIndex;
use super::limits::LimitKind;
use super::machine::{Call, Closure, Kernel};
use super::outside::{Fallen, RunJob};
use crate::ident::{JobId, TaskId};
use crate::instant::Instant;
use crate::trace::Event;

/// What goes on next outside the loops; it is the user's code, to be run outside the borrow.
pub(crate) enum Outward {
    Job(JobId, Rc<dyn RunJob>),
    Call(Closure),
}

/// What was running when jobs went on, to be restored afterwards.
#[derive(Clone, Copy)]
pub(crate) struct BeforeJobs {
    job: Option<JobId>,
    task: Option<TaskId>,
    frame: FrameIndex,
}

impl Kernel {
    /// What runs now, while jobs are about to go on.
    pub(crate) fn before_jobs(&self) -> BeforeJobs {
        BeforeJobs { job: self.outside.current, task: self.current, frame: self.frame }
    }

    pub(crate) fn after_jobs(&mut self, before: BeforeJobs) {
        (self.outside.current, self.current, self.frame) = (before.job, before.task, before.frame);
    }

    /// Takes what falls due next at `limit` or before, with the clock moved to its instant; a job is then the one that runs. `before` is
    /// restored for everything else, and in the end.
    pub(crate) fn next_outward(&mut self, limit: u64, before: BeforeJobs) -> Option<Outward> {
        self.after_jobs(before);
        while self.stop.is_none()
            && let Some((at, fallen)) = self.outside.pop_due(limit)
        {
            let found = match fallen {
                Fallen::Job(id, runner) => Outward::Job(id, runner),
                Fallen::Call(key) => match self.closures.remove(key).and_then(Call::into_closure) {
                    Some(closure) => Outward::Call(closure),
                    None => continue,
                },
            };
            self.set_now(at);
            self.steps += 1;
            if self.steps > self.limits.steps && self.trip_steps(None, "a job would have gone on next") {
                return None;
            }
            if let Outward::Job(id, _) = found {
                (self.outside.current, self.current, self.frame) = (Some(id), None, None);
            }
            return Some(found);
        }
        None
    }

    /// Moves the clock on to where it was to be moved, unless the run ended on the way.
    pub(crate) fn arrive(&mut self, to: u64) {
        if self.stop.is_none() {
            self.set_now(to);
        }
    }

    /// A worker takes a job, which begins at once unless a fault delays it.
    pub(crate) fn start_job(&mut self, id: JobId) {
        let at = self.now.saturating_add(self.job_delay(id));
        let now = self.now;
        self.outside.start(id, now, at);
    }

    /// A job's waker was called.
    pub(crate) fn wake_job(&mut self, id: JobId) {
        let now = self.now;
        self.outside.wake(id, now);
    }

    /// A job lets others have their turn without any time passing.
    pub(crate) fn give_way(&mut self, id: JobId) {
        self.spins += 1;
        if self.spins > self.limits.self_wakes {
            let detail = format!("job {} keeps going on by itself while the clock stands still", self.names.job(id));
            self.trip(LimitKind::SelfWakes, self.limits.self_wakes.to_string(), None, detail);
        }
        self.outside.give_way(id);
    }

    /// The code that runs now blocks for a while: until when. Not beyond a limit, where the run ends.
    pub(crate) fn begin_blocking(&mut self, nanos: u128) -> u64 {
        let to = self.deadline_after(nanos);
        let span = to - self.now;
        if span > 0 {
            let who = self.actor();
            self.emit(Event::Blocked { who, nanos: span });
        }
        if self.may_block_until(to) { to } else { self.now }
    }

    /// The code that runs now blocks for as long as a condition does not hold: until the next event. None if there is
    /// none, or it lies beyond a limit.
    pub(crate) fn block_on(&mut self) -> Option<u64> {
        let to = if self.outside.any_gave_way() { self.now } else { self.outside.next_at()?.max(self.now) };
        self.may_block_until(to).then_some(to)
    }

    /// The end of blocking for a condition.
    pub(crate) fn end_blocking(&mut self, start: u64) {
        let nanos = self.now - start;
        if nanos > 0 {
            let who = self.actor();
            self.emit(Event::Blocked { who, nanos });
        }
    }

    /// Only a running loop can be blocked too long; plain code outside every loop may take any time of the run's.
    fn may_block_until(&mut self, to: u64) -> bool {
        if self.running_loop.is_some() {
            self.blocked_for = self.blocked_for.saturating_add(to - self.now);
            let bound = self.limits.blocked;
            if u128::from(self.blocked_for) > bound.as_nanos() {
                let task = self.current;
                let detail = format!("it blocked the loop for {}s", Instant::from_nanos(self.blocked_for));
                self.trip(LimitKind::Blocked, format!("{bound:?}"), task, detail);
                return false;
            }
        }
        self.may_advance(to)
    }
}
