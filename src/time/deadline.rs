//! The state machine behind a timeout, as CPython's `timeouts.py` has it.

use crate::context;
use crate::ident::{LoopId, TaskId};
use crate::instant::Instant;
use crate::kernel::{Call, Kernel, Key, Target};
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

#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    state: State,
    when: Option<Instant>,
    /// Invariant: there is one from `Entered` on.
    aim: Option<Aim>,
    /// The callback that waits for the deadline; stale once that has passed.
    handle: Option<Key>,
}

impl Deadline {
    pub(super) fn new(when: Option<Instant>) -> Self {
        Self { state: State::Created, when, aim: None, handle: None }
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
        let known = kernel.tasks.key(task).zip(kernel.tasks.get(task).map(|task| task.loop_id()));
        let (future, loop_id) = known.expect("seedbed bug: a timeout of an ended task, please report");
        let aim = Aim { run: kernel.run, task, future, frame, requests: kernel.requests(future), loop_id };
        self.state = State::Entered;
        self.aim = Some(aim);
        self.schedule(kernel, aim, when);
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
            self.schedule(kernel, aim, when);
            Ok(())
        })
    }

    /// Sets the deadline of a timeout that has begun.
    #[inline]
    fn schedule(&mut self, kernel: &mut Kernel, aim: Aim, when: Option<Instant>) {
        self.discard(kernel, aim);
        self.when = when;
        if kernel.tasks.get(aim.task).is_some_and(|task| !task.hidden) {
            kernel.emit(Event::TimeoutArmed { who: aim.task.into(), until: when });
        }
        let Some(when) = when.map(Instant::as_nanos) else { return };
        let expire = Call::Timeout(aim.task, aim.frame);
        self.handle = if when > kernel.now {
            let key = kernel.closures.insert(expire);
            kernel.add_timer(aim.loop_id, when, Target::Call(key));
            Some(key)
        } else {
            kernel.call_soon(aim.loop_id, expire).ok()
        };
    }

    /// Withdraws the callback of an old deadline, and says whether there was one that still waited.
    #[inline]
    fn discard(&mut self, kernel: &mut Kernel, aim: Aim) -> bool {
        let Some(handle) = self.handle.take() else { return false };
        let waited = kernel.closures.remove(handle).is_some();
        if waited {
            kernel.timer_cancelled(aim.loop_id);
        }
        waited
    }

    /// The future inside is done or unwound, or the timeout was dropped with it: CPython's `__aexit__`.
    #[inline]
    pub(super) fn leave(&mut self, kernel: &mut Kernel) -> Leaving {
        let (State::Entered, Some(aim)) = (self.state, self.aim) else { return Leaving::Other };
        if self.discard(kernel, aim) || !kernel.has_expired(aim.task, aim.frame) {
            self.state = State::Exited;
            return Leaving::Other;
        }
        self.state = State::Expired;
        let left = kernel.uncancel(aim.future);
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
