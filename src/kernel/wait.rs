//! Waiting: what happens when a leaf future is polled and what it waits for has not settled.

use std::task::Waker;

use super::arena::Key;
use super::future::{Callback, Kind, Registered, State};
use super::machine::{Errand, Kernel};
use super::tasks::Wait;
use crate::ident::TaskId;

/// Who waits: kept by the leaf future, to withdraw when it is dropped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Waiting {
    Not,
    /// A task, told by scheduling its next step.
    Task(TaskId),
    /// Code told through a waker that is not a task's own, under the number of the registration; the task is the one
    /// whose combinator it is, if it is a task's.
    Foreign {
        registration: u64,
        task: Option<TaskId>,
    },
}

/// What an await found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Found {
    Pending,
    Settled(State),
    /// The task awaits itself.
    Itself,
    /// The future belongs to another loop than the task.
    OtherLoop,
    /// No loop runs, and no job: nothing would ever wake the code that asks.
    NoLoop,
}

impl Kernel {
    /// Looks at a future on behalf of the code that runs now, and registers it as waiting if the future is pending.
    /// `own` says that the waker is the current task's own.
    #[inline]
    pub(crate) fn poll_future(&mut self, key: Key, waiting: &mut Waiting, own: bool, waker: &Waker) -> Found {
        let future = self.futures.get_mut(key);
        let future = future.expect("seedbed bug: a future outlived its kernel entry, please report");
        if future.is_done() {
            let state = future.state;
            self.forget_wait(key, waiting);
            return Found::Settled(state);
        }
        if let (Some(id), true, Waiting::Not) = (self.current, own, *waiting)
            && let Some(task) = self.tasks.get_mut(id)
            && task.loop_id == future.loop_id
            && task.wait.is_none()
            && future.kind != Kind::Task(id)
        {
            task.wait = Some(Wait::new(key, self.frame, self.now));
            future.add_callback(Callback::Step(id));
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
                return Found::Itself;
            }
            if self.tasks.get(id).is_some_and(|task| task.loop_id != future.loop_id) {
                return Found::OtherLoop;
            }
        }
        match *waiting {
            Waiting::Task(id) if own && current == Some(id) => self.note_wait(key, own),
            Waiting::Foreign { registration, task } if !own && task == current => {
                self.renew_waker(key, registration, waker);
                self.note_wait(key, own);
            }
            _ => {
                self.end_wait(key, waiting);
                self.begin_wait(key, waiting, own, waker);
            }
        }
        Found::Pending
    }

    /// Notes that a task can only wait for this future, because it blocks: for the report of a deadlock.
    pub(crate) fn wait_in_words(&mut self, id: TaskId, key: Key) {
        let (since, frame) = (self.now, self.frame);
        if let Some(task) = self.tasks.get_mut(id) {
            task.add_wait(Wait::new(key, frame, since));
        }
    }

    /// Notes that the running task waits for this future, unless that is known: a wait ends with the frame it began in.
    fn note_wait(&mut self, key: Key, own: bool) {
        let (since, frame) = (self.now, self.frame);
        if let Some(id) = self.current
            && let Some(task) = self.tasks.get_mut(id)
            && task.waits().all(|wait| wait.future != key)
        {
            task.add_wait(Wait { wrapped: !own, ..Wait::new(key, frame, since) });
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
                if let (None, Some(job)) = (current, self.outside.current) {
                    self.outside.add_wait(self.registrations, job, key);
                }
                *waiting = Waiting::Foreign { registration: self.registrations, task: current };
                Callback::Wake(Box::new(Registered { number: self.registrations, waker: waker.clone() }))
            }
        };
        self.future_mut(key).add_callback(callback);
    }

    fn renew_waker(&mut self, key: Key, registration: u64, waker: &Waker) {
        let mut old = None;
        for callback in self.future_mut(key).callbacks_mut() {
            if let Callback::Wake(kept) = callback
                && kept.number == registration
                && !kept.waker.will_wake(waker)
            {
                old = Some(std::mem::replace(&mut kept.waker, waker.clone()));
            }
        }
        self.errands.extend(old.map(Errand::Drop));
    }

    /// Withdraws a wait: the leaf was dropped, or waits in another way from now on.
    pub(crate) fn end_wait(&mut self, key: Key, waiting: &mut Waiting) {
        let was = *waiting;
        if was != Waiting::Not {
            self.forget_wait(key, waiting);
            self.withdraw_callback(key, was);
        }
    }

    /// A wait is over; its callback has been called, or is withdrawn by the caller.
    #[inline]
    fn forget_wait(&mut self, key: Key, waiting: &mut Waiting) {
        if let Waiting::Task(id) = *waiting
            && self.current == Some(id)
            && let Some(task) = self.tasks.get_mut(id)
            && task.extra.is_none()
        {
            // The one await of a task that goes on.
            task.wait = task.wait.filter(|wait| wait.future != key);
            *waiting = Waiting::Not;
            return;
        }
        self.forget_any_wait(key, waiting);
    }

    #[inline(never)]
    fn forget_any_wait(&mut self, key: Key, waiting: &mut Waiting) {
        let task = match std::mem::replace(waiting, Waiting::Not) {
            Waiting::Not => return,
            Waiting::Task(id) => Some(id),
            Waiting::Foreign { registration, task } => {
                if task.is_none() {
                    self.outside.remove_wait(registration);
                }
                task
            }
        };
        let Some(id) = task else { return };
        let removed = self.tasks.get_mut(id).and_then(|task| task.remove_wait(key));
        if let Some(wait) = removed.filter(|wait| wait.requested && self.current != Some(id)) {
            self.keep_undelivered(id, wait);
        }
    }

    fn withdraw_callback(&mut self, key: Key, was: Waiting) {
        let Some(future) = self.futures.get_mut(key) else { return };
        if future.is_done() {
            return;
        }
        let removed = future.remove_callback(|callback| match (was, callback) {
            (Waiting::Task(id), Callback::Step(task)) => *task == id,
            (Waiting::Foreign { registration, .. }, Callback::Wake(kept)) => kept.number == registration,
            _ => false,
        });
        if let Some(Callback::Wake(kept)) = removed {
            self.errands.push(Errand::Drop(kept.waker));
        }
    }
}
