//! One event loop's own state: its ready queue, its timers and its flags.

use std::any::Any;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;

use super::arena::Key;
use super::handle::Ready;
use super::open_queue::OpenQueue;
use super::ready_queue::ReadyQueue;
use crate::ident::TaskId;

/// What a timer does when it is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    Settle(Key),
    Call(Key),
    /// The deadline of a timeout passes: of this task, in this frame.
    Timeout(TaskId, u32),
}

/// A timer, ordered by deadline and then by creation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Timer {
    /// Virtual nanoseconds.
    pub(crate) deadline: u64,
    /// Four times the position in the order of creation, which no two timers of a run share, plus the sort of target.
    sequence: u64,
    key: Key,
}

impl Timer {
    #[inline]
    pub(crate) fn new(deadline: u64, sequence: u64, target: Target) -> Self {
        let (key, sort) = match target {
            Target::Settle(key) => (key, 0),
            Target::Call(key) => (key, 1),
            Target::Timeout(task, frame) => (Key { slot: task.get(), generation: frame }, 2),
        };
        Self { deadline, sequence: sequence << 2 | sort, key }
    }

    #[inline]
    pub(crate) fn target(&self) -> Target {
        match self.sequence & 3 {
            0 => Target::Settle(self.key),
            1 => Target::Call(self.key),
            _ => Target::Timeout(TaskId::new(self.key.slot), self.key.generation),
        }
    }

    /// The position in the order of creation.
    #[inline]
    pub(crate) fn number(&self) -> u64 {
        self.sequence >> 2
    }

    /// Deadline and sequence in one number, which compares in two instructions and without a branch.
    #[inline]
    fn order(&self) -> u128 {
        u128::from(self.deadline) << 64 | u128::from(self.sequence)
    }
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Below this many cancelled timers a queue is never cleaned (asyncio's `_MIN_SCHEDULED_TIMER_HANDLES`).
const CLEAN_FROM: usize = 100;

/// One event loop.
#[derive(Default)]
pub(crate) struct Loop {
    pub(crate) ready: ReadyQueue,
    /// Where the handles of `ready` wait while a policy or a plan decides; then `ready` holds what is yet to be moved there.
    pub(super) open: OpenQueue,
    pub(super) timers: BinaryHeap<Reverse<Timer>>,
    /// Timers in the queue whose target is gone: at most this many.
    stale: usize,
    /// A pass has begun since the loop was started.
    pub(crate) passed: bool,
    pub(crate) running: bool,
    pub(crate) stopping: bool,
    pub(crate) closed: bool,
    /// The default executor was shut down and takes no more jobs.
    pub(crate) executor_closed: bool,
    /// The default executor, made on first use; owned here, known to the executor module only.
    pub(crate) default_executor: Option<Rc<dyn Any>>,
    /// What is told of errors that nobody awaits; known to `combine` only.
    pub(crate) incident_handler: Option<Rc<dyn Any>>,
}

impl std::fmt::Debug for Loop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loop")
            .field("ready", &self.waiting())
            .field("timers", &self.timers.len())
            .field("running", &self.running)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}

impl Loop {
    /// How many handles wait for their turn.
    pub(crate) fn waiting(&self) -> usize {
        self.ready.len() + self.open.len()
    }

    pub(crate) fn add_timer(&mut self, timer: Timer) {
        self.timers.push(Reverse(timer));
    }

    /// Notes that a timer's target went away; true once three quarters of the queue are stale, and it is to be cleaned.
    #[inline]
    pub(super) fn timer_cancelled(&mut self) -> bool {
        self.stale += 1;
        let clean = self.stale > CLEAN_FROM && self.stale / 3 > self.timers.len() / 4;
        if clean {
            self.stale = 0;
        }
        clean
    }

    /// Drops the earliest timer, whose target is gone.
    pub(super) fn drop_stale(&mut self) {
        self.timers.pop();
        self.stale = self.stale.saturating_sub(1);
    }

    /// Takes the earliest timer if it is due at `now`.
    pub(crate) fn pop_due(&mut self, now: u64) -> Option<Timer> {
        let &Reverse(timer) = self.timers.peek()?;
        if timer.deadline > now {
            return None;
        }
        self.timers.pop();
        Some(timer)
    }

    /// When the timer is due that settles a future: looked for among all, for the words of a report.
    pub(crate) fn deadline_of(&self, key: Key) -> Option<u64> {
        let timer = self.timers.iter().find(|Reverse(timer)| matches!(timer.target(), Target::Settle(of) if of == key));
        timer.map(|Reverse(timer)| timer.deadline)
    }

    /// The earliest timer, live or not.
    #[inline]
    pub(crate) fn peek_timer(&self) -> Option<&Timer> {
        self.timers.peek().map(|Reverse(timer)| timer)
    }

    /// True if a timer is due, live or not.
    #[inline]
    pub(crate) fn is_due(&self, now: u64) -> bool {
        self.timers.peek().is_some_and(|Reverse(timer)| timer.deadline <= now)
    }

    /// Takes the earliest timer if it is due at `now` and settles a future.
    #[inline]
    pub(crate) fn pop_alarm(&mut self, now: u64) -> Option<Key> {
        let &Reverse(timer) = self.timers.peek()?;
        match timer.target() {
            Target::Settle(key) if timer.deadline <= now => {
                self.timers.pop();
                Some(key)
            }
            _ => None,
        }
    }

    /// Becomes a new loop in the memory of this one; not more than `kept` places of each queue.
    pub(crate) fn renew(&mut self, kept: usize) {
        let Self {
            ready,
            open,
            timers,
            stale,
            passed,
            running,
            stopping,
            closed,
            executor_closed,
            default_executor,
            incident_handler,
        } = self;
        ready.renew(kept);
        open.renew(kept);
        timers.clear();
        timers.shrink_to(kept);
        *stale = 0;
        (*passed, *running, *stopping, *closed, *executor_closed) = (false, false, false, false, false);
        (*default_executor, *incident_handler) = (None, None);
    }

    /// Forgets what is ready and what is scheduled, as asyncio's `close` does.
    pub(crate) fn clear(&mut self) -> (Vec<Ready>, Vec<Timer>) {
        self.stale = 0;
        if self.waiting() == 0 && self.timers.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let mut ready = self.open.drain();
        ready.extend(self.ready.drain());
        (ready, self.timers.drain().map(|Reverse(timer)| timer).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Key, Loop, Target, Timer};

    proptest! {
        /// Timers come due ordered by (deadline, sequence), whatever the order of insertion.
        #[test]
        fn timers_are_totally_ordered(deadlines in prop::collection::vec(0u64..20, 0..60)) {
            let mut event_loop = Loop::default();
            for (&deadline, sequence) in deadlines.iter().zip(0u64..) {
                let key = Key { slot: 0, generation: 0 };
                event_loop.add_timer(Timer::new(deadline, sequence, Target::Settle(key)));
            }
            let mut expected: Vec<(u64, u64)> = deadlines.iter().copied().zip(0u64..).collect();
            expected.sort_unstable();
            let mut popped = Vec::new();
            while let Some(timer) = event_loop.pop_due(u64::MAX) {
                popped.push((timer.deadline, timer.number()));
            }
            prop_assert_eq!(popped, expected);
        }
    }
}
