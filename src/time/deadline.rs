//! The state machine behind a timeout, as CPython's `timeouts.py` has it.

use std::cell::RefCell;
use std::rc::Rc;

use crate::context;
use crate::ident::{LoopId, TaskId};
use crate::instant::Instant;
use crate::kernel::{Closure, Key, Target};
use crate::trace::Event;

/// `Created` before the first poll, `Entered` while the future runs, `Expiring` once the deadline has cancelled it,
/// `Expired` or `Exited` at the end. Each is entered at most once, in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Created,
    Entered,
    Expiring,
    Expired,
    Exited,
}

/// Whom the deadline cancels: a task, and in it a frame.
#[derive(Clone, Copy, Debug)]
struct Aim {
    run: u32,
    task: TaskId,
    future: Key,
    frame: u32,
    /// Requests that the task had when the timeout began.
    requests: u32,
    loop_id: LoopId,
}

/// What becomes of a cancellation that leaves a timeout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Leaving {
    /// It was the timeout's own.
    Elapsed,
    /// It came from outside, and goes on.
    Other,
}

#[derive(Debug)]
pub(super) struct Deadline {
    state: State,
    when: Option<Instant>,
    target: Option<Aim>,
    /// The callback that waits for the deadline. Invariant: none unless `Entered`.
    handle: Option<Key>,
}

impl Deadline {
    pub(super) fn new(when: Option<Instant>) -> Self {
        Self { state: State::Created, when, target: None, handle: None }
    }

    pub(super) fn is_created(&self) -> bool {
        self.state == State::Created
    }

    pub(super) fn when(&self) -> Option<Instant> {
        self.when
    }

    pub(super) fn expired(&self) -> bool {
        matches!(self.state, State::Expiring | State::Expired)
    }

    /// The first poll.
    pub(super) fn start(this: &Rc<RefCell<Self>>, frame: Option<(TaskId, u32)>, when: Option<Instant>) {
        let target = frame.map(|(task, frame)| {
            context::with("timeout", |kernel| {
                let entry = kernel.tasks.get(task).expect("seedbed bug: a timeout of an ended task, please report");
                let (future, loop_id) = (entry.future, entry.loop_id);
                Aim { run: kernel.run, task, future, frame, requests: kernel.requests(future), loop_id }
            })
        });
        {
            let mut deadline = this.borrow_mut();
            deadline.state = State::Entered;
            deadline.target = target;
        }
        assert!(target.is_some(), "a timeout works inside a task only: a job cannot be cancelled");
        Self::schedule(this, when);
    }

    pub(super) fn reschedule(this: &Rc<RefCell<Self>>, when: Option<Instant>) -> Result<(), RescheduleError> {
        match this.borrow().state {
            State::Entered => {}
            State::Created => return Err(RescheduleError::Created),
            State::Expiring => return Err(RescheduleError::Expiring),
            State::Expired => return Err(RescheduleError::Expired),
            State::Exited => return Err(RescheduleError::Finished),
        }
        Self::schedule(this, when);
        Ok(())
    }

    /// Sets the deadline of a timeout that has begun.
    fn schedule(this: &Rc<RefCell<Self>>, when: Option<Instant>) {
        let (old, target) = {
            let mut deadline = this.borrow_mut();
            deadline.when = when;
            (deadline.handle.take(), deadline.target)
        };
        let Some(target) = target else { return };
        discard(target, old);
        let Some(when) = when else {
            emit_armed(target, None);
            return;
        };
        let weak = Rc::downgrade(this);
        let expire: Closure = Box::new(move || {
            if let Some(deadline) = weak.upgrade() {
                Self::expire(&deadline);
            }
        });
        emit_armed(target, Some(when));
        let handle = context::of(target.run, |kernel| {
            let when = when.as_nanos();
            if when <= kernel.now {
                return kernel.call_soon(target.loop_id, expire).ok();
            }
            let key = kernel.closures.insert(expire);
            kernel.add_timer(target.loop_id, when, Target::Call(key));
            Some(key)
        });
        this.borrow_mut().handle = handle;
    }

    /// The deadline has passed: cancels what is inside.
    fn expire(this: &Rc<RefCell<Self>>) {
        let target = {
            let mut deadline = this.borrow_mut();
            deadline.handle = None;
            if deadline.state != State::Entered {
                return;
            }
            deadline.state = State::Expiring;
            deadline.target
        };
        let Some(target) = target else { return };
        context::of(target.run, |kernel| {
            kernel.emit(Event::TimeoutExpired { who: target.task.into() });
            kernel.cancel_task(target.task, Some(target.frame), &None);
        });
    }

    /// The future inside is done or unwound: CPython's `__aexit__`.
    pub(super) fn leave(&mut self) -> Leaving {
        let Some(target) = self.target else { return Leaving::Other };
        discard(target, self.handle.take());
        match self.state {
            State::Expiring => {
                self.state = State::Expired;
                let left = context::of(target.run, |kernel| kernel.uncancel(target.future));
                if left <= target.requests { Leaving::Elapsed } else { Leaving::Other }
            }
            State::Created | State::Entered | State::Expired | State::Exited => {
                self.state = State::Exited;
                Leaving::Other
            }
        }
    }

    /// The timeout was dropped: whether it was unwound from outside or forgotten, it leaves.
    pub(super) fn abandon(this: &Rc<RefCell<Self>>) {
        let mut deadline = this.borrow_mut();
        if matches!(deadline.state, State::Entered | State::Expiring) {
            let Some(target) = deadline.target else { return };
            if context::try_of(target.run, |_| ()).is_some() {
                deadline.leave();
            }
        }
    }
}

fn emit_armed(target: Aim, until: Option<Instant>) {
    context::of(target.run, |kernel| {
        if kernel.tasks.get(target.task).is_some_and(|task| !task.hidden) {
            let who = target.task.into();
            kernel.emit(Event::TimeoutArmed { who, until });
        }
    });
}

/// Withdraws the callback of an old deadline, and drops it outside the borrow.
fn discard(target: Aim, handle: Option<Key>) {
    let Some(handle) = handle else { return };
    let closure = context::of(target.run, |kernel| {
        let closure = kernel.closures.remove(handle);
        if closure.is_some() {
            kernel.timer_cancelled(target.loop_id);
        }
        closure
    });
    drop(closure);
}

/// Why a deadline could not be moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum RescheduleError {
    /// The timeout was not polled yet.
    Created,
    /// The deadline has passed, and the future is being cancelled.
    Expiring,
    /// The timeout ended with [`Elapsed`](crate::Elapsed), or would have.
    Expired,
    /// The future finished in time, or was cancelled from outside.
    Finished,
}

impl std::fmt::Display for RescheduleError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Created => "Timeout has not been entered",
            Self::Expiring => "Cannot change state of expiring Timeout",
            Self::Expired => "Cannot change state of expired Timeout",
            Self::Finished => "Cannot change state of finished Timeout",
        })
    }
}

impl std::error::Error for RescheduleError {}
