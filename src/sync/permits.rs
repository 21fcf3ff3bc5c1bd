//! What semaphores have in common: counting permits, and handing them out in turn.

use std::cell::Cell;
use std::rc::Rc;

use super::line::{Line, OtherLoop, Turn};
use super::resource::Resource;
use crate::ident::TaskId;

/// A [`BoundedSemaphore`](super::BoundedSemaphore) has all its permits back already.
///
/// ```
/// use seedbed::sync::{BoundedSemaphore, ReleasedTooOften};
/// assert_eq!(BoundedSemaphore::new(1).release(), Err(ReleasedTooOften));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReleasedTooOften;

impl std::fmt::Display for ReleasedTooOften {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BoundedSemaphore released too many times: release once for each permit that was acquired")
    }
}

impl std::error::Error for ReleasedTooOften {}

/// What all handles of a semaphore share.
#[derive(Debug)]
pub(super) struct Permits {
    pub(super) resource: Resource,
    pub(super) line: Line,
    /// Permits that nobody has, nor was called to take.
    value: Cell<usize>,
    /// The most there may be.
    bound: usize,
}

impl Permits {
    pub(super) fn new(value: usize, bound: usize) -> Rc<Self> {
        let resource = Resource::new("semaphore");
        Rc::new(Self { resource, line: Line::default(), value: Cell::new(value), bound })
    }

    /// True if whoever asks now has to wait: nothing is left, or it is others' turn.
    pub(super) fn is_locked(&self) -> bool {
        self.value.get() == 0 || !self.line.is_clear()
    }

    /// asyncio's `acquire`. Returns the task that has the permit, if it is one.
    pub(super) async fn acquire(&self, what: &str) -> Result<Option<TaskId>, OtherLoop> {
        if !self.is_locked() {
            let holder = self.resource.taken(what, false);
            self.value.set(self.value.get() - 1);
            return Ok(holder);
        }
        let mut attempt = Attempt { permits: self, turn: self.line.join(what, &self.resource)?, taken: false };
        (&mut attempt.turn).await;
        attempt.taken = true;
        Ok(self.resource.taken(what, true))
    }

    /// Gives permits to those who wait; whoever is called has it taken off the value already.
    fn call(&self, most: usize) {
        let offered = most.min(self.value.get());
        self.value.set(self.value.get() - offered);
        let called = self.line.call(offered);
        self.value.set(self.value.get() + offered - called);
    }

    pub(super) fn release(&self, holder: Option<TaskId>) -> Result<(), ReleasedTooOften> {
        if self.value.get() >= self.bound {
            return Err(ReleasedTooOften);
        }
        self.resource.given_back(holder, !self.line.is_empty());
        self.value.set(self.value.get() + 1);
        self.call(1);
        Ok(())
    }
}

/// A wait for a permit. Whoever gives up after it was given one gives it to the next.
struct Attempt<'a> {
    permits: &'a Permits,
    turn: Turn<'a>,
    taken: bool,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.turn.leave();
        if !self.taken && self.turn.was_called() {
            self.permits.value.set(self.permits.value.get() + 1);
        }
        // Permits given back while others had to stand behind this one.
        self.permits.call(usize::MAX);
    }
}

/// A permit with a guard; panics where `acquire` has an error.
pub(super) async fn permit(permits: Rc<Permits>, what: &'static str) -> Permit {
    match permits.acquire(what).await {
        Ok(holder) => Permit { permits, holder },
        Err(error) => panic!("{what}: {error}"),
    }
}

/// A permit of a [`Semaphore`](super::Semaphore) or a [`BoundedSemaphore`](super::BoundedSemaphore), given back when it
/// is dropped.
#[must_use = "the permit is given back as soon as it is dropped"]
pub struct Permit {
    permits: Rc<Permits>,
    holder: Option<TaskId>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        // Somebody may have given it back by hand; then a bounded semaphore has all of them.
        let _all_are_back = self.permits.release(self.holder);
    }
}

/// The one way in which semaphores and permits are shown.
pub(super) fn debug(name: &str, permits: &Permits, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    f.debug_struct(name).field("permits", &permits.value.get()).field("waiting", &permits.line.len()).finish()
}

impl std::fmt::Debug for Permit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        debug("Permit", &self.permits, f)
    }
}
