//! A barrier: a fixed number of tasks wait for each other.

use std::cell::Cell;
use std::rc::Rc;

use super::line::{Line, OtherLoop, Turn};
use super::resource::Resource;

/// Why a wait at a [`Barrier`] ended without the others.
///
/// ```
/// use seedbed::{Sim, sync::{Barrier, BarrierError}};
/// let report = Sim::new(0).run(async {
///     let barrier = Barrier::new(2);
///     barrier.abort().await;
///     barrier.wait().await
/// });
/// assert_eq!(report.unwrap(), Err(BarrierError::Aborted));
/// ```
#[doc(alias = "asyncio.BrokenBarrierError")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum BarrierError {
    /// It was broken when the wait began (asyncio: `Barrier aborted`).
    Aborted,
    /// It was aborted, or reset, during the wait (asyncio: `Abort or reset of barrier`).
    Broken,
    /// It serves another loop.
    OtherLoop,
}

impl std::fmt::Display for BarrierError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Aborted => f.write_str("Barrier aborted: reset it before it is used again"),
            Self::Broken => f.write_str("Abort or reset of barrier"),
            Self::OtherLoop => OtherLoop.fmt(f),
        }
    }
}

impl std::error::Error for BarrierError {}

impl From<OtherLoop> for BarrierError {
    fn from(_: OtherLoop) -> Self {
        Self::OtherLoop
    }
}

/// `Filling` lets tasks in; the last of them starts `Draining`, a reset with tasks inside `Resetting`; both let nobody
/// in until the last task has left, which ends them. `Broken` lets nobody stay, until a reset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Filling,
    Draining,
    Resetting,
    Broken,
}

/// What all handles of a barrier share.
///
/// asyncio builds it on a condition. The lock of that condition is never held across an await, so nobody ever waits for
/// it: here only the line of those who wait to be notified is left.
#[derive(Debug)]
struct Core {
    resource: Resource,
    line: Line,
    parties: usize,
    state: Cell<State>,
    /// Tasks inside.
    count: Cell<usize>,
}

impl Core {
    fn notify_all(&self) {
        if self.line.call_all() > 0 {
            self.resource.signalled(true);
        }
    }

    /// asyncio's `Condition.wait`.
    async fn notified(&self) -> Result<(), OtherLoop> {
        let mut notice = Notice { core: self, turn: self.line.join("Barrier::wait", &self.resource)?, heard: false };
        (&mut notice.turn).await;
        notice.heard = true;
        Ok(())
    }

    async fn wait(&self) -> Result<usize, BarrierError> {
        while matches!(self.state.get(), State::Draining | State::Resetting) {
            self.notified().await?;
        }
        if self.state.get() == State::Broken {
            return Err(BarrierError::Aborted);
        }
        let inside = Inside::enter(self);
        if inside.index + 1 == self.parties {
            self.state.set(State::Draining);
            self.notify_all();
            return Ok(inside.index);
        }
        while self.state.get() == State::Filling {
            self.notified().await?;
        }
        match self.state.get() {
            State::Broken | State::Resetting => Err(BarrierError::Broken),
            State::Filling | State::Draining => Ok(inside.index),
        }
    }
}

/// A wait for a notification. Whoever gives it up passes the notification on (asyncio: whether or not there was one).
struct Notice<'a> {
    core: &'a Core,
    turn: Turn<'a>,
    heard: bool,
}

impl Drop for Notice<'_> {
    fn drop(&mut self) {
        if !self.heard {
            self.turn.leave();
            self.core.line.call(1);
        }
    }
}

/// A task's time inside the barrier; the last to leave opens it again.
struct Inside<'a> {
    core: &'a Core,
    index: usize,
}

impl<'a> Inside<'a> {
    fn enter(core: &'a Core) -> Self {
        let index = core.count.get();
        core.count.set(index + 1);
        Self { core, index }
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        let core = self.core;
        core.count.set(core.count.get() - 1);
        if core.count.get() == 0 {
            if matches!(core.state.get(), State::Resetting | State::Draining) {
                core.state.set(State::Filling);
            }
            core.notify_all();
        }
    }
}

/// A meeting point: tasks wait until as many have come as the barrier has parties, then all go on. It can be used again
/// at once.
///
/// ```
/// use seedbed::{Sim, now, sleep, spawn, sync::Barrier};
/// use std::time::Duration;
///
/// let report = Sim::new(0).run(async {
///     let start = Barrier::new(3).named("start");
///     let runners = [1, 2, 3].map(|seconds| {
///         let start = start.clone();
///         spawn(async move {
///             sleep(Duration::from_secs(seconds)).await;
///             start.wait().await.unwrap();
///             now().to_string()
///         })
///     });
///     let mut starts = Vec::new();
///     for runner in runners {
///         starts.push(runner.await.unwrap());
///     }
///     starts
/// });
/// assert_eq!(report.unwrap(), ["3.000", "3.000", "3.000"]);
/// ```
#[doc(alias = "asyncio.Barrier")]
#[doc(alias = "tokio::sync::Barrier")]
#[derive(Clone)]
pub struct Barrier {
    core: Rc<Core>,
}

impl Barrier {
    /// A barrier for this many tasks. It can be made anywhere, even outside a run.
    ///
    /// # Panics
    ///
    /// For zero parties: nobody could ever come last.
    ///
    /// ```
    /// assert_eq!(seedbed::sync::Barrier::new(3).parties(), 3);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(parties: usize) -> Self {
        assert!(parties > 0, "a barrier's parties must be > 0: nobody could ever come last");
        let (resource, line) = (Resource::new("barrier"), Line::default());
        let (state, count) = (Cell::new(State::Filling), Cell::new(0));
        Self { core: Rc::new(Core { resource, line, parties, state, count }) }
    }

    /// Names it, for traces and for the report of a deadlock.
    ///
    /// ```
    /// use seedbed::{FailureKind, Sim, sync::Barrier};
    /// let report = Sim::new(0).run(async { Barrier::new(2).named("start").wait().await });
    /// let FailureKind::Deadlock { blocked, .. } = report.result.unwrap_err().kind else { panic!("no deadlock") };
    /// assert_eq!(blocked[0].waits_for, "barrier start");
    /// ```
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.core.resource.rename(name);
        self
    }

    /// Waits until all parties have come, and returns as the how-manieth this task came, from 0. The last to come does
    /// not suspend. While the barrier lets the tasks of one meeting out, those of the next wait before it.
    ///
    /// A task that is cancelled leaves the barrier; the others go on waiting for one more.
    ///
    /// # Errors
    ///
    /// [`BarrierError::Aborted`] and [`BarrierError::Broken`], if it was aborted or reset before or meanwhile;
    /// [`BarrierError::OtherLoop`], if it would have to wait and others wait on another loop.
    ///
    /// ```
    /// use seedbed::{Sim, spawn, sync::Barrier, yield_now};
    /// let report = Sim::new(0).run(async {
    ///     let barrier = Barrier::new(2);
    ///     let first = spawn(barrier.wait());
    ///     yield_now().await;
    ///     let last = barrier.wait().await;
    ///     (first.await.unwrap(), last)
    /// });
    /// assert_eq!(report.unwrap(), (Ok(0), Ok(1)));
    /// ```
    #[doc(alias = "asyncio.Barrier.wait")]
    pub fn wait(&self) -> impl Future<Output = Result<usize, BarrierError>> + use<> {
        let core = Rc::clone(&self.core);
        async move { core.wait().await }
    }

    /// Empties the barrier: those who wait at it get [`BarrierError::Broken`]; it can then be used again, also after
    /// [`abort`](Self::abort). Never suspends.
    ///
    /// ```
    /// use seedbed::{Sim, sync::Barrier};
    /// let report = Sim::new(0).run(async {
    ///     let barrier = Barrier::new(1);
    ///     barrier.abort().await;
    ///     barrier.reset().await;
    ///     barrier.wait().await
    /// });
    /// assert_eq!(report.unwrap(), Ok(0));
    /// ```
    #[doc(alias = "asyncio.Barrier.reset")]
    pub fn reset(&self) -> impl Future<Output = ()> + use<> {
        let core = Rc::clone(&self.core);
        async move {
            core.state.set(if core.count.get() > 0 { State::Resetting } else { State::Filling });
            core.notify_all();
        }
    }

    /// Breaks the barrier: all who wait at it, or come until it is reset, get an error. Never suspends.
    ///
    /// ```
    /// use seedbed::{Sim, sync::Barrier};
    /// let report = Sim::new(0).run(async {
    ///     let barrier = Barrier::new(2);
    ///     barrier.abort().await;
    ///     barrier.broken()
    /// });
    /// assert!(report.unwrap());
    /// ```
    #[doc(alias = "asyncio.Barrier.abort")]
    pub fn abort(&self) -> impl Future<Output = ()> + use<> {
        let core = Rc::clone(&self.core);
        async move {
            core.state.set(State::Broken);
            core.notify_all();
        }
    }

    /// How many tasks it takes.
    ///
    /// ```
    /// assert_eq!(seedbed::sync::Barrier::new(2).parties(), 2);
    /// ```
    #[doc(alias = "asyncio.Barrier.parties")]
    #[must_use]
    pub fn parties(&self) -> usize {
        self.core.parties
    }

    /// How many tasks wait at it now.
    ///
    /// ```
    /// assert_eq!(seedbed::sync::Barrier::new(2).n_waiting(), 0);
    /// ```
    #[doc(alias = "asyncio.Barrier.n_waiting")]
    #[must_use]
    pub fn n_waiting(&self) -> usize {
        if self.core.state.get() == State::Filling { self.core.count.get() } else { 0 }
    }

    /// True from [`abort`](Self::abort) to [`reset`](Self::reset).
    ///
    /// ```
    /// assert!(!seedbed::sync::Barrier::new(2).broken());
    /// ```
    #[doc(alias = "asyncio.Barrier.broken")]
    #[must_use]
    pub fn broken(&self) -> bool {
        self.core.state.get() == State::Broken
    }

    /// Whether the running code may wait for it.
    ///
    /// # Errors
    ///
    /// [`OtherLoop`], if somebody has waited for it on another loop.
    ///
    /// ```
    /// assert_eq!(seedbed::sync::Barrier::new(2).check_loop(), Ok(()));
    /// ```
    pub fn check_loop(&self) -> Result<(), OtherLoop> {
        self.core.line.check()
    }
}

impl std::fmt::Debug for Barrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Barrier")
            .field("parties", &self.core.parties)
            .field("state", &self.core.state.get())
            .field("waiting", &self.n_waiting())
            .finish()
    }
}
