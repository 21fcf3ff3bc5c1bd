//! Waiting: what happens when a leaf future is polled and what it waits for has not settled.

use std::task::Waker;

use super::arena::Key;
use super::future::{Callback, Fut, Kind, Registered, State, Wait};
use super::machine::{Errand, Kernel};
use crate::ident::TaskId;

/// Who waits: kept by the leaf future, to withdraw when it is dropped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Waiting {
    Not,
    /// A task, told by scheduling its next step.
    Task(TaskId),
    /// Code told through a waker that is not a task's own, under the key of its registration.
    Foreign(Key),
    /// The await is an error that the task is told one pass later, as asyncio does.
    Never(Fault),
}

/// Why an await can never succeed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// The task awaits itself.
    Itself,
    /// The future belongs to another loop than the task.
    OtherLoop,
}

/// What an await found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Found {
    Pending,
    Settled(State),
    Never(Fault),
    /// No loop runs, and no job: nothing would ever wake the code that asks.
    NoLoop,
}

impl Kernel {
    /// Looks at a future on behalf of the code that runs now, and registers it as waiting if the future is pending.
    /// `own` says that the waker is the current task's own.
    #[inline]
    pub(crate) fn poll_future(&mut self, key: Key, waiting: &mut Waiting, own: bool, waker: &Waker) -> Found {
        let Fut { kind, .. } = *self.future(key);
        let (state, loop_id) = (self.future(key).state(), self.future(key).loop_id());
        if state != State::Pending {
            self.forget_wait(key, waiting);
            return Found::Settled(state);
        }
        if let (Some(id), true, Waiting::Not) = (self.current, own, *waiting)
            && let Some(task) = self.tasks.get_mut(id)
            && task.loop_id() == loop_id
            && task.wait.is_none()
            && kind != Kind::Task(id)
        {
            task.set_wait(Wait::new(key, self.frame), self.now);
            self.future_mut(key).add_callback(Callback::Step(id));
            *waiting = Waiting::Task(id);
            return Found::Pending;
        }
        self.poll_pending(key, waiting, own, waker)
    }

    /// What only awaits through a combinator, by a job, or polled again need.
    #[inline(never)]
    fn poll_pending(&mut self, key: Key, waiting: &mut Waiting, own: bool, waker: &Waker) -> Found {
        let current = self.current;
        let future = self.future(key);
        if let Some(id) = current {
            if future.kind == Kind::Task(id) {
                return Found::Never(Fault::Itself);
            }
            if self.tasks.get(id).is_some_and(|task| task.loop_id() != future.loop_id()) {
                return Found::Never(Fault::OtherLoop);
            }
        }
        match *waiting {
            Waiting::Task(id) if own && current == Some(id) => self.note_wait(key, own),
            Waiting::Foreign(registration) if !own && self.registered_by(registration) == current => {
                self.renew_waker(registration, waker);
                self.note_wait(key, own);
            }
            _ => {
                self.end_wait(key, waiting);
                self.begin_wait(key, waiting, own, waker);
            }
        }
        Found::Pending
    }

    fn registered_by(&self, registration: Key) -> Option<TaskId> {
        self.wakers.get(registration).and_then(|registered| registered.task)
    }

    /// Notes that a task can only wait for this future, because it blocks: for the report of a deadlock.
    pub(crate) fn wait_in_words(&mut self, id: TaskId, key: Key) {
        let (now, frame) = (self.now, self.frame);
        if let Some(task) = self.tasks.get_mut(id) {
            task.add_wait(Wait::new(key, frame), now);
        }
    }

    /// Notes that the running task waits for this future, unless that is known: a wait ends with the frame it began in.
    fn note_wait(&mut self, key: Key, own: bool) {
        let (now, frame) = (self.now, self.frame);
        if let Some(id) = self.current
            && let Some(task) = self.tasks.get_mut(id)
            && task.waits().all(|wait| wait.future != key)
        {
            let mut wait = Wait::new(key, frame);
            wait.wrapped = !own;
            task.add_wait(wait, now);
        }
    }

    fn begin_wait(&mut self, key: Key, waiting: &mut Waiting, own: bool, waker: &Waker) {
        self.note_wait(key, own);
        let current = self.current;
        let callback = match current {
            Some(id) if own => {
                *waiting = Waiting::Task(id);
                Callback::Step(id)
            }
            _ => {
                self.registrations += 1;
                let number = self.registrations;
                if let (None, Some(job)) = (current, self.outside.current) {
                    self.outside.add_wait(number, job, key);
                }
                let waker = Some(waker.clone());
                let registration = self.wakers.insert(Registered { waker, task: current, number });
                *waiting = Waiting::Foreign(registration);
                Callback::Wake(registration)
            }
        };
        self.future_mut(key).add_callback(callback);
    }

    fn renew_waker(&mut self, registration: Key, waker: &Waker) {
        let Some(registered) = self.wakers.get_mut(registration) else { return };
        if registered.waker.as_ref().is_some_and(|kept| !kept.will_wake(waker)) {
            let old = registered.waker.replace(waker.clone());
            self.errands.extend(old.map(Errand::Drop));
        }
    }

    /// Withdraws a wait: the leaf was dropped, or waits in another way from now on.
    pub(crate) fn end_wait(&mut self, key: Key, waiting: &mut Waiting) {
        let callback = match *waiting {
            Waiting::Task(id) => Callback::Step(id),
            Waiting::Foreign(registration) => Callback::Wake(registration),
            Waiting::Not | Waiting::Never(_) => return,
        };
        self.forget_wait(key, waiting);
        if let Some(future) = self.find_mut(key)
            && !future.is_done()
        {
            future.remove_callback(callback);
        }
    }

    /// A wait is over; its callback has been called, or is withdrawn by the caller.
    #[inline]
    fn forget_wait(&mut self, key: Key, waiting: &mut Waiting) {
        if let Waiting::Task(id) = *waiting
            && self.current == Some(id)
            && let Some(task) = self.tasks.get_mut(id)
            && task.future.extra.is_none()
        {
            // The one await of a task that goes on.
            if task.wait.is_some_and(|wait| wait.future == key) {
                task.clear_wait(self.now);
            }
            *waiting = Waiting::Not;
            return;
        }
        self.forget_any_wait(key, waiting);
    }

    #[inline(never)]
    fn forget_any_wait(&mut self, key: Key, waiting: &mut Waiting) {
        let task = match std::mem::replace(waiting, Waiting::Not) {
            Waiting::Not | Waiting::Never(_) => return,
            Waiting::Task(id) => Some(id),
            Waiting::Foreign(registration) => self.unregister(registration),
        };
        let Some(id) = task else { return };
        let now = self.now;
        let removed = self.tasks.get_mut(id).and_then(|task| task.remove_wait(key, now));
        if let Some(wait) = removed.filter(|wait| wait.requested && self.current != Some(id)) {
            self.keep_undelivered(id, wait);
        }
    }

    /// Forgets a waker, and says whose combinator it was, if it was a task's.
    fn unregister(&mut self, registration: Key) -> Option<TaskId> {
        let Registered { waker, task, number } = self.wakers.remove(registration)?;
        self.errands.extend(waker.map(Errand::Drop));
        if task.is_none() {
            self.outside.remove_wait(number);
        }
        task
    }
}
