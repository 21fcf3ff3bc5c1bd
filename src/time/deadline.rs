//! The state machine behind a timeout, as CPython's `timeouts.py` has it.

use crate::context;
use crate::ident::{LoopId, TaskId};
use crate::instant::Instant;
use crate::kernel::{Kernel, Target};
use crate::trace::Event;

/// `Created` before the first poll, `Entered` while the future runs, `Expired` or `Exited` at the end. Each is entered at
/// most once, in this order. CPython's `EXPIRING` is an entered timeout whose frame has expired, which the kernel notes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Created,
    Entered,
    Expired,
    Exited,
}

/// Whom the deadline cancels: a task, and in it a frame.
#[derive(Clone, Copy, Debug)]
struct Aim {
    run: u32,
    task: TaskId,
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

#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    state: State,
    when: Option<Instant>,
    /// Invariant: there is one from `Entered` on.
    aim: Option<Aim>,
    /// The number of the timer that brings the deadline, stale once that has passed; 0 if there is none.
    timer: u64,
}

impl Deadline {
    pub(super) fn new(when: Option<Instant>) -> Self {
        Self { state: State::Created, when, aim: None, timer: 0 }
    }

    pub(super) fn when(&self) -> Option<Instant> {
        self.when
    }

    pub(super) fn expired(&self) -> bool {
        match (self.state, self.aim) {
            (State::Expired, _) => true,
            (State::Entered, Some(aim)) => {
                context::try_of(aim.run, |kernel| kernel.has_expired(aim.task, aim.frame)).unwrap_or(false)
            }
            _ => false,
        }
    }

    /// The first poll.
    #[inline]
    pub(super) fn start(&mut self, kernel: &mut Kernel, task: TaskId, frame: u32, when: Option<Instant>) {
        let entry = kernel.tasks.get(task).expect("seedbed bug: a timeout of an ended task, please report");
        let requests = entry.future.extra.as_ref().map_or(0, |extra| extra.requests);
        let aim = Aim { run: kernel.run, task, frame, requests, loop_id: entry.loop_id() };
        self.state = State::Entered;
        self.aim = Some(aim);
        let hidden = entry.hidden;
        self.schedule(kernel, aim, hidden, when);
    }

    pub(super) fn reschedule(&mut self, when: Option<Instant>) -> Result<(), RescheduleError> {
        let aim = match (self.state, self.aim) {
            (State::Created, _) | (_, None) => return Err(RescheduleError::Created),
            (State::Expired, _) => return Err(RescheduleError::Expired),
            (State::Exited, _) => return Err(RescheduleError::Finished),
            (State::Entered, Some(aim)) => aim,
        };
        context::of(aim.run, |kernel| {
            if kernel.has_expired(aim.task, aim.frame) {
                return Err(RescheduleError::Expiring);
            }
            // A task that has ended says nothing any more.
            let hidden = kernel.tasks.get(aim.task).is_none_or(|task| task.hidden);
            self.schedule(kernel, aim, hidden, when);
            Ok(())
        })
    }

    /// Sets the deadline of a timeout that has begun; of one that is `hidden`, the trace says nothing.
    #[inline]
    fn schedule(&mut self, kernel: &mut Kernel, aim: Aim, hidden: bool, when: Option<Instant>) {
        if self.timer > 0 {
            self.discard(kernel, aim);
        }
        self.when = when;
        if !hidden {
            kernel.emit(Event::TimeoutArmed { who: aim.task.into(), until: when });
        }
        let Some(when) = when.map(Instant::as_nanos) else { return };
        self.timer = if when > kernel.now {
            kernel.add_timer(aim.loop_id, when, Target::Timeout(aim.task, aim.frame))
        } else {
            kernel.timeout_soon(aim.loop_id, aim.task, aim.frame)
        };
        kernel.arm(aim.task, aim.frame, self.timer);
    }

    /// Withdraws an old deadline, and says whether there was one that had not passed.
    #[inline]
    fn discard(&mut self, kernel: &mut Kernel, aim: Aim) -> bool {
        let timer = std::mem::take(&mut self.timer);
        let waited = timer > 0 && kernel.disarm(aim.task, aim.frame, timer);
        if waited {
            kernel.timer_cancelled(aim.loop_id);
        }
        waited
    }

    /// The future inside is done or unwound, or the timeout was dropped with it: CPython's `__aexit__`.
    #[inline]
    pub(super) fn leave(&mut self, kernel: &mut Kernel, task: TaskId, frame: u32) -> Leaving {
        if self.state == State::Entered && self.timer > 0 && kernel.leave_in_time(task, frame, self.timer) {
            (self.state, self.timer) = (State::Exited, 0);
            return Leaving::Other;
        }
        let leaving = self.leave_late(kernel);
        kernel.leave_frame(task, frame);
        leaving
    }

    #[inline(never)]
    fn leave_late(&mut self, kernel: &mut Kernel) -> Leaving {
        let (State::Entered, Some(aim)) = (self.state, self.aim) else { return Leaving::Other };
        if self.discard(kernel, aim) || !kernel.has_expired(aim.task, aim.frame) {
            self.state = State::Exited;
            return Leaving::Other;
        }
        self.state = State::Expired;
        let left = kernel.uncancel_task(aim.task);
        if left <= aim.requests { Leaving::Elapsed } else { Leaving::Other }
    }
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
