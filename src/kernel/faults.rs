//! Faults of timing and of workers: who is struck, and what the kernel does then.
//!
//! Nothing here is reached unless the policy or the plan of the run asks for faults of that kind (`Picker::asks`).

use std::sync::Arc;

use super::handle::Ready;
use super::loops::Target;
use super::machine::{Call, Kernel};
use crate::choice::{Kind, SubjectKey, path_label};
use crate::ident::{JobId, TaskId};
use crate::trace::{Actor, Event};

impl Kernel {
    /// A task that is no longer to wait: whether its wake arrives later, and is under way now.
    #[cold]
    #[inline(never)]
    pub(super) fn wake_is_late(&mut self, id: TaskId) -> bool {
        // A task that wakes itself while it runs does not wait.
        self.stepping != Some(id) && self.is_put_aside(id, Kind::Wake)
    }

    /// A task that has its turn: whether it stands still instead.
    #[cold]
    #[inline(never)]
    pub(super) fn stands_still(&mut self, id: TaskId) -> bool {
        if self.aside.stood.remove(&id) {
            return false;
        }
        let stands_still = self.is_put_aside(id, Kind::Stall);
        if stands_still {
            self.aside.stood.insert(id);
        }
        stands_still
    }

    /// Whether such a fault keeps the task from running; it comes back to the queue by a timer.
    fn is_put_aside(&mut self, id: TaskId, kind: Kind) -> bool {
        let Some(task) = self.tasks.get(id).filter(|task| !task.hidden) else { return false };
        let (loop_id, subject) = (task.loop_id(), self.subject(id));
        let span = self.fault(Actor::Task(id), subject, kind, self.longest_fault());
        if span == 0 {
            return false;
        }
        if let Some(task) = self.tasks.get_mut(id) {
            // So that it is not scheduled a second time.
            task.queued = true;
        }
        self.aside.count += 1;
        let release = self.closures.insert(Call::Release(id));
        self.add_exact_timer(loop_id, self.now.saturating_add(span.into()), Target::Call(release));
        true
    }

    /// A task that was put aside comes back.
    #[cold]
    pub(super) fn release(&mut self, id: TaskId) {
        self.aside.count -= 1;
        self.enqueue_again(id);
    }

    /// Puts a task that counts as scheduled at the end of its loop's queue.
    fn enqueue_again(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get(id) else { return };
        let loop_id = task.loop_id();
        let event_loop = &mut self.loops[loop_id.get() as usize];
        if !event_loop.closed {
            event_loop.ready.push_back(Ready::Step(id));
            self.note_ready(loop_id, id);
        }
    }

    /// A step has left its task waiting: what may strike it there.
    #[cold]
    #[inline(never)]
    pub(super) fn at_await_point(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get(id).filter(|task| !task.hidden && !task.queued) else { return };
        let loop_id = task.loop_id();
        if !self.picker.asks(Kind::Spurious) || self.loops[loop_id.get() as usize].closed {
            return;
        }
        let subject = self.subject(id);
        if self.fault(Actor::Task(id), subject, Kind::Spurious, 2) == 1
            && let Some(task) = self.tasks.get_mut(id)
        {
            task.queued = true;
            self.enqueue_again(id);
        }
    }

    /// For how many virtual nanoseconds longer the blocking code of a job goes on.
    pub(crate) fn job_delay(&mut self, id: JobId) -> u64 {
        if !self.picker.asks(Kind::Slow) {
            return 0;
        }
        let subject = self.job_subject(id);
        self.fault(Actor::Job(id), subject, Kind::Slow, self.longest_fault()).into()
    }

    /// Whether the worker of a job dies now.
    pub(crate) fn worker_dies(&mut self, id: JobId) -> bool {
        if !self.picker.asks(Kind::Crash) {
            return false;
        }
        let subject = self.job_subject(id);
        self.fault(Actor::Job(id), subject, Kind::Crash, 2) == 1
    }

    /// A job's choices have its label for a subject. Blanks keep it apart from the path of any task.
    fn job_subject(&mut self, id: JobId) -> SubjectKey {
        let path = job_path(&self.names.job(id));
        let subject = SubjectKey::of_path(&path);
        self.picker.choices.introduce(subject, || Arc::from(path));
        subject
    }

    /// One more than the longest that a fault may last, in virtual nanoseconds: as long as a task may be kept waiting, and not beyond the
    /// end of virtual time. Where time is moved by hand, nothing lasts.
    fn longest_fault(&self) -> u32 {
        if self.manual_time {
            return 1;
        }
        let left = self.limits.virtual_time.as_nanos().saturating_sub(u128::from(self.now));
        let longest = self.picker.stall.min(u64::try_from(left).unwrap_or(u64::MAX));
        u32::try_from(longest).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// Asks whether a fault strikes, and tells of it.
    fn fault(&mut self, who: Actor, subject: SubjectKey, kind: Kind, bound: u32) -> u32 {
        let value = self.picker.decide(subject, kind, bound);
        if value > 0 {
            self.emit(Event::Chose { who, kind, nth: 0, value });
        }
        value
    }
}

/// The path under which the choices of a job are kept.
pub(crate) fn job_path(label: &str) -> String {
    let labels = label.split('/').map(|label| path_label(label).into_owned()).collect::<Vec<_>>();
    format!("job {}", labels.join("/"))
}
