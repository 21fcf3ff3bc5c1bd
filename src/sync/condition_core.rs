//! What a condition does: it gives a lock up, waits to be notified, and takes the lock again.

use std::rc::Rc;

use super::line::{Line, OtherLoop, Turn};
use super::lock::LockCore;
use super::resource::Resource;
use crate::task::catch_cancel;

/// Why a [`Condition`](super::Condition) could not be waited for.
///
/// ```
/// use seedbed::{Sim, sync::{Condition, ConditionError}};
/// let report = Sim::new(0).run(async { Condition::new().wait().await });
/// assert_eq!(report.unwrap(), Err(ConditionError::NotAcquired));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ConditionError {
    /// Nobody holds its lock (asyncio: `cannot wait on un-acquired lock`).
    NotAcquired,
    /// It, or its lock, serves another loop.
    OtherLoop,
}

impl std::fmt::Display for ConditionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotAcquired => f.write_str("cannot wait on un-acquired lock: acquire the condition first"),
            Self::OtherLoop => OtherLoop.fmt(f),
        }
    }
}

impl std::error::Error for ConditionError {}

impl From<OtherLoop> for ConditionError {
    fn from(_: OtherLoop) -> Self {
        Self::OtherLoop
    }
}

/// What all handles of a condition share.
#[derive(Debug)]
pub(super) struct ConditionCore {
    pub(super) resource: Resource,
    pub(super) line: Line,
    pub(super) lock: Rc<LockCore>,
}

impl ConditionCore {
    pub(super) fn new(lock: Rc<LockCore>) -> Rc<Self> {
        Rc::new(Self { resource: Resource::new("condition"), line: Line::default(), lock })
    }

    /// asyncio's `Condition.wait`: gives the lock up, waits to be notified, and takes the lock again, even if it is
    /// cancelled meanwhile, and however often.
    pub(super) async fn wait(&self) -> Result<(), ConditionError> {
        let hold = self.lock.hold().ok_or(ConditionError::NotAcquired)?;
        self.line.bind("Condition::wait")?;
        self.lock.release_if_held_as(hold);
        let mut wait = Notice { core: self, turn: self.line.join("Condition::wait", &self.resource)?, settled: false };
        let mut cancelled = catch_cancel(&mut wait.turn).await.err();
        wait.turn.leave();
        let acquired = loop {
            match catch_cancel(self.lock.acquire("Condition::wait", Some(hold))).await {
                Ok(acquired) => break acquired,
                Err(again) => cancelled = Some(again),
            }
        };
        wait.settled = true;
        if cancelled.is_some() || acquired.is_err() {
            // It may have been notified; somebody else is, in its stead. They look at what they wait for again.
            self.line.call(1);
        }
        acquired?;
        match cancelled {
            Some(cancelled) => match cancelled.resume().await {},
            None => Ok(()),
        }
    }

    pub(super) fn notify(&self, most: usize) {
        let heard = self.line.call(most);
        self.resource.signalled(heard > 0);
    }
}

/// A wait for a notification. Dropped with the notification in hand (and no way to take the lock again), it passes the
/// notification on.
struct Notice<'a> {
    core: &'a ConditionCore,
    turn: Turn<'a>,
    settled: bool,
}

impl Drop for Notice<'_> {
    fn drop(&mut self) {
        self.turn.leave();
        if !self.settled && self.turn.was_called() {
            self.core.line.call(1);
        }
    }
}
