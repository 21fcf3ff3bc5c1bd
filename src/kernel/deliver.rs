//! Delivering a cancellation: at which frames of a task it is thrown, when the task is given its step.

use super::cut_short::Cancelled;
use super::frames::FrameIndex;
use super::future::Wait;
use super::machine::{Errand, Kernel};
use crate::ident::TaskId;

impl Kernel {
    /// At the start of a step: decides what is thrown into the task, and where. `Some` means that the whole coroutine
    /// is to be dropped.
    #[cold]
    #[inline(never)]
    pub(crate) fn deliver(&mut self, id: TaskId) -> Option<Cancelled> {
        if self.hears_of_alarm(id) {
            return Some(Cancelled::default());
        }
        self.alarm_to_future(id);
        let task = self.tasks.get_mut(id)?;
        task.check_cancel = false;
        let waits: Vec<Wait> = task.waits().copied().collect();
        let (must_cancel, mut pending) = self.take_kept(id);
        let mut thrown: Vec<(FrameIndex, bool, Cancelled)> = Vec::new();
        for wait in waits {
            let marked =
                must_cancel.is_some() || pending.iter().any(|&(target, _)| self.is_inside(id, wait.frame(), target));
            if let Some(cancelled) = self.arrived(id, wait, marked) {
                thrown.push((wait.frame(), true, cancelled));
            }
        }
        // What reached a branch by its wait is not delivered there again.
        pending.retain(|&(target, _)| !thrown.iter().any(|&(frame, ..)| self.is_inside(id, frame, target)));
        match must_cancel {
            Some(message) if thrown.is_empty() => thrown.push((None, false, Cancelled::with(message))),
            Some(message) => thrown.extend(
                self.branches_left(id, &thrown).map(|frame| (Some(frame), true, Cancelled::with(message.clone()))),
            ),
            None => {}
        }
        thrown.extend(pending.into_iter().map(|(frame, message)| (Some(frame), false, Cancelled::with(message))));
        thrown
            .into_iter()
            .fold(None, |root, (frame, here, cancelled)| root.or_else(|| self.throw(id, frame, here, cancelled)))
    }

    /// The cancellation that one wait of a task has brought, if it has.
    fn arrived(&mut self, id: TaskId, wait: Wait, marked: bool) -> Option<Cancelled> {
        let now = self.now;
        let future = self.future_mut(wait.future);
        let done = future.is_done();
        // A marked task that is resumed by a cancelled future gets that future's cancellation.
        let mut cancelled = if done && (wait.requested || marked) { future.read_cancelled() } else { None };
        let task = self.tasks.get_mut(id)?;
        if wait.held {
            cancelled = Some(Cancelled::with(task.extra().held.clone()));
        } else if !done {
            task.check_cancel |= wait.requested;
            return None;
        }
        if cancelled.is_some() {
            // Told once: the await may outlive the frame it stands in (it was borrowed there).
            task.remove_wait(wait.future, now);
        }
        for wait in task.waits_mut().filter(|other| other.future == wait.future) {
            (wait.requested, wait.held) = (false, false);
        }
        cancelled
    }

    fn is_inside(&self, id: TaskId, frame: FrameIndex, target: u32) -> bool {
        let extra = self.tasks.get(id).and_then(|task| task.known_extra());
        extra.is_some_and(|extra| extra.frames.is_inside(frame, Some(target)))
    }

    /// The innermost frames of a task at which nothing was thrown yet.
    fn branches_left(&self, id: TaskId, thrown: &[(FrameIndex, bool, Cancelled)]) -> impl Iterator<Item = u32> + use<> {
        let frames = self.tasks.get(id).and_then(|task| task.known_extra()).map(|extra| &extra.frames);
        let mut left = frames.map_or_else(Vec::new, |frames| frames.innermost(None));
        left.retain(|&frame| {
            !thrown.iter().any(|&(at, ..)| frames.is_some_and(|frames| frames.catcher(at) == Some(frame)))
        });
        left.into_iter()
    }

    /// Throws into a task: `here` at exactly this place, else wherever the code inside `frame` now waits. What no
    /// frame catches is returned: it ends the task.
    pub(crate) fn throw(
        &mut self,
        id: TaskId,
        frame: FrameIndex,
        here: bool,
        cancelled: Cancelled,
    ) -> Option<Cancelled> {
        let Some(extra) = self.tasks.get_mut(id).and_then(|task| task.known_extra_mut()) else {
            return Some(cancelled);
        };
        let catchers =
            if here { extra.frames.catcher(frame).into_iter().collect() } else { extra.frames.innermost(frame) };
        if catchers.is_empty() {
            return Some(cancelled);
        }
        for index in catchers {
            self.thrown += 1;
            self.errands.extend(extra.frames.throw(index, cancelled.clone()).map(Errand::Wake));
        }
        None
    }
}
