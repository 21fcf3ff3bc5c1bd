//! Bounds on a run: every one has a number, and says so when it trips.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Which bound a run ran into.
///
/// ```
/// use seedbed::{Sim, FailureKind, LimitKind, yield_now};
/// let report = Sim::new(0).steps(100).run(async {
///     loop {
///         yield_now().await;
///     }
/// });
/// let failure = report.result.unwrap_err();
/// assert!(matches!(failure.kind, FailureKind::Limit { limit: LimitKind::Steps, .. }));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum LimitKind {
    /// Steps of tasks, callbacks and timers in all.
    Steps,
    /// Virtual time passed.
    VirtualTime,
    /// Unfinished tasks at one time.
    Tasks,
    /// Steps in a row that only woke themselves, with the clock standing still (a livelock).
    SelfWakes,
    /// Virtual time for which one callback or step blocked the loop.
    Blocked,
    /// Rounds of destructors that kept making new tasks while the run was taken down.
    Teardown,
}

impl LimitKind {
    /// The name of the setting that moves this bound, for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Steps => "steps",
            Self::VirtualTime => "virtual_time",
            Self::Tasks => "tasks",
            Self::SelfWakes => "self_wakes",
            Self::Blocked => "blocked",
            Self::Teardown => "teardown",
        }
    }
}

/// The bounds of one run. All are inclusive: a run may reach a bound, not pass it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Limits {
    pub(crate) steps: u64,
    pub(crate) virtual_time: Duration,
    pub(crate) tasks: u32,
    pub(crate) self_wakes: u64,
    pub(crate) blocked: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 100_000_000,
            // A century: longer than any test means, far from where the clock overflows (584 years).
            virtual_time: Duration::from_secs(100 * 365 * 24 * 3600),
            tasks: 4_000_000,
            self_wakes: 1_000_000,
            blocked: Duration::from_secs(24 * 3600),
        }
    }
}

/// How far a run has come, told to another thread: after every step, for a run that is suspected not to come back from one.
///
/// It takes the place of the limit on steps, whose check each step makes anyway; so runs that nobody suspects pay nothing.
#[derive(Debug, Default)]
pub(crate) struct Heartbeat {
    steps: AtomicU64,
}

impl Heartbeat {
    /// The number of the step that was begun last.
    pub(crate) fn steps(&self) -> u64 {
        self.steps.load(Ordering::Relaxed)
    }

    /// Tells that a step begins.
    pub(super) fn beat(&self, step: u64) {
        self.steps.store(step, Ordering::Relaxed);
    }
}
