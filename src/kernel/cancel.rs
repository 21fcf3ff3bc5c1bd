//! Cancellation as CPython 3.13 does it: down to the innermost future that can be cancelled.

use std::sync::Arc;

use super::arena::Key;
use super::frames::FrameIndex;
use super::future::{Cancelled, Kind, State};
use super::machine::Kernel;
use crate::ident::TaskId;
use crate::trace::Event;

type Message = Option<Arc<str>>;

/// How far a request went at one task.
enum Hop {
    /// It was passed on to a future, or it waits for the task's next step.
    Done,
    /// The task waits for another task only: ask that one.
    Next(TaskId),
}

impl Kernel {
    /// Cancels a future of any kind; false if it was done (or nothing of it could be cancelled).
    pub(crate) fn cancel(&mut self, key: Key, message: &Message) -> bool {
        let Some(future) = self.futures.get_mut(key) else { return false };
        if future.is_done() {
            return false;
        }
        match future.kind {
            Kind::Task(id) => {
                self.cancel_task(id, None, message);
                true
            }
            Kind::Gather => self.cancel_gather(key, message),
            _ => {
                if message.is_some() || future.extra.is_some() {
                    future.extra().message.clone_from(message);
                }
                self.settle(key, State::Cancelled);
                true
            }
        }
    }

    fn cancel_gather(&mut self, key: Key, message: &Message) -> bool {
        let children = self.future_mut(key).extra().children.clone();
        let mut any = false;
        for child in children {
            any |= self.cancel(child, message);
        }
        if any {
            self.future_mut(key).extra().cancel_requested = true;
        }
        any
    }

    /// Requests the cancellation of what a task runs inside `target`. The request travels along a chain of tasks that
    /// wait for each other in a loop, not by recursion, so that the chain may be long.
    pub(crate) fn cancel_task(&mut self, id: TaskId, target: FrameIndex, message: &Message) {
        let mut hops = self.tasks.live();
        let (mut id, mut target) = (id, target);
        while let Hop::Next(next) = self.request(id, target, message, hops == 0) {
            (id, target) = (next, None);
            hops = hops.saturating_sub(1);
        }
    }

    /// One task's part in a request. `circular` is set when the chain of waits has closed on itself.
    fn request(&mut self, id: TaskId, target: FrameIndex, message: &Message, circular: bool) -> Hop {
        let by = self.actor();
        let text = message.as_deref().map(|message| self.recorder.text(message));
        self.emit(Event::CancelRequested { task: id, by, message: text });
        let Some(task) = self.tasks.get(id) else { return Hop::Done };
        let key = task.future;
        let waits: Vec<Key> =
            task.waits().filter(|wait| task.takes_request(wait.frame, target)).map(|wait| wait.future).collect();
        self.future_mut(key).extra().requests += 1;
        let idle = waits.is_empty();
        if !circular
            && let [only] = waits[..]
            && let Some(inner) = self.pending_task(only)
        {
            self.mark_requested(id, only);
            return Hop::Next(inner);
        }
        let mut any = false;
        for wait in waits {
            if !circular && self.cancel(wait, message) {
                self.mark_requested(id, wait);
                any = true;
            }
        }
        if !any {
            self.keep_request(id, target, message, circular || idle);
        }
        Hop::Done
    }

    fn pending_task(&self, key: Key) -> Option<TaskId> {
        match self.futures.get(key) {
            Some(future) if !future.is_done() => match future.kind {
                Kind::Task(id) => Some(id),
                _ => None,
            },
            _ => None,
        }
    }

    fn mark_requested(&mut self, id: TaskId, key: Key) {
        let Some(task) = self.tasks.get_mut(id) else { return };
        task.check_cancel = true;
        for wait in task.waits_mut().filter(|wait| wait.future == key) {
            wait.requested = true;
        }
    }

    /// Keeps a request for the task's next step (asyncio's `_must_cancel`), and sees to it that there is one: what the
    /// task waits for may take no request and wake it all the same (a gather whose children have ended); `idle` says
    /// that it waits for nothing of the kind.
    fn keep_request(&mut self, id: TaskId, target: FrameIndex, message: &Message, idle: bool) {
        let Some(task) = self.tasks.get_mut(id) else { return };
        task.check_cancel = true;
        let (key, running) = (task.future, task.running);
        match target {
            Some(frame) => task.extra().frames.set_pending(frame, message.clone()),
            None => task.extra().must_cancel = Some(message.clone()),
        }
        self.future_mut(key).extra().message.clone_from(message);
        if idle && !running {
            self.queue_step(id);
        }
    }

    /// asyncio's `uncancel`: one request less; at zero, those not yet delivered are withdrawn.
    pub(crate) fn uncancel(&mut self, key: Key) -> u32 {
        let Some(future) = self.futures.get_mut(key) else { return 0 };
        let Some(extra) = &mut future.extra else { return 0 };
        if extra.requests == 0 {
            return 0;
        }
        extra.requests -= 1;
        let left = extra.requests;
        if left == 0
            && let Kind::Task(id) = future.kind
            && let Some(task) = self.tasks.get_mut(id)
            && let Some(extra) = &mut task.extra
        {
            extra.must_cancel = None;
            extra.frames.withdraw();
        }
        left
    }

    /// At the start of a step: decides what is thrown into the task, and where. `Some` means that the whole coroutine
    /// is to be dropped.
    #[cold]
    #[inline(never)]
    pub(crate) fn deliver(&mut self, id: TaskId) -> Option<Cancelled> {
        let task = self.tasks.get_mut(id)?;
        task.check_cancel = false;
        let waits: Vec<_> = task.waits().copied().collect();
        let mut must_cancel = task.extra.as_mut().and_then(|extra| extra.must_cancel.take());
        let mut pending = task.extra.as_mut().map(|extra| extra.frames.take_pending()).unwrap_or_default();
        let marked = must_cancel.is_some() || !pending.is_empty();
        let mut thrown: Vec<(FrameIndex, bool, Cancelled)> = Vec::new();
        let mut still_requested = false;
        for wait in waits {
            let future = self.future_mut(wait.future);
            if !future.is_done() {
                still_requested |= wait.requested;
                continue;
            }
            // A marked task that is resumed by a cancelled future gets that future's cancellation.
            let cancelled = if wait.requested || marked { future.read_cancelled() } else { None };
            if wait.requested {
                self.unmark_requested(id, wait.future);
            }
            if let Some(cancelled) = cancelled {
                // Told once: the await may outlive the frame it stands in (it was borrowed there).
                if let Some(task) = self.tasks.get_mut(id) {
                    task.remove_wait(wait.future);
                }
                thrown.push((wait.frame, true, cancelled));
                must_cancel = None;
                pending.clear();
            }
        }
        thrown.extend(must_cancel.map(|message| (None, false, Cancelled::with(message))));
        thrown.extend(pending.into_iter().map(|(frame, message)| (Some(frame), false, Cancelled::with(message))));
        let task = self.tasks.get_mut(id)?;
        task.check_cancel = still_requested;
        thrown.into_iter().fold(None, |root, (frame, here, cancelled)| {
            root.or_else(|| self.throw(id, frame, here, cancelled))
        })
    }

    fn unmark_requested(&mut self, id: TaskId, key: Key) {
        if let Some(task) = self.tasks.get_mut(id) {
            for wait in task.waits_mut().filter(|wait| wait.future == key) {
                wait.requested = false;
            }
        }
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
        let Some(extra) = self.tasks.get_mut(id).and_then(|task| task.extra.as_mut()) else { return Some(cancelled) };
        let catchers = if here {
            extra.frames.catcher(frame).into_iter().collect()
        } else {
            extra.frames.innermost(frame)
        };
        if catchers.is_empty() {
            return Some(cancelled);
        }
        for index in catchers {
            self.deferred.extend(extra.frames.throw(index, cancelled.clone()));
        }
        None
    }

    /// After a step that left the task suspended: a request made during the step is passed on to what it now waits
    /// for; if that takes none, the step that will deliver it is scheduled.
    pub(crate) fn pass_on_requests(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get_mut(id) else { return };
        let Some(extra) = &mut task.extra else { return };
        let mut requests: Vec<(FrameIndex, Message)> = Vec::new();
        requests.extend(extra.must_cancel.clone().map(|message| (None, message)));
        let pending = extra.frames.take_pending();
        requests.extend(pending.into_iter().map(|(frame, message)| (Some(frame), message)));
        for (target, message) in requests {
            let Some(task) = self.tasks.get_mut(id) else { return };
            let waits: Vec<Key> =
                task.waits().filter(|wait| task.takes_request(wait.frame, target)).map(|wait| wait.future).collect();
            let idle = waits.is_empty();
            let mut any = false;
            for wait in waits {
                if self.cancel(wait, &message) {
                    self.mark_requested(id, wait);
                    any = true;
                }
            }
            let Some(task) = self.tasks.get_mut(id) else { return };
            if any {
                if target.is_none() {
                    task.extra().must_cancel = None;
                }
                continue;
            }
            task.check_cancel = true;
            if let Some(frame) = target {
                task.extra().frames.set_pending(frame, message);
            }
            if idle {
                self.queue_step(id);
            }
        }
    }
}

impl super::tasks::Task {
    /// True if a request aimed at `target` concerns an await in `frame`. In a task with frames that catch, an await
    /// outside all of them cannot be unwound by itself, so the frames decide.
    fn takes_request(&self, frame: FrameIndex, target: FrameIndex) -> bool {
        let Some(extra) = &self.extra else { return true };
        extra.frames.is_inside(frame, target)
            && (!extra.frames.any_catches() || extra.frames.catcher(frame).is_some())
    }
}
