//! Futures in asyncio's sense: a state that settles once, and whom to tell when it does.

use std::sync::Arc;
use std::task::Waker;

use super::arena::Key;
use crate::ident::{JobId, LoopId, ResourceId, TaskId};

/// Why an await ended early: the cancellation that was delivered, with its message if it had one.
///
/// It is what asyncio's `CancelledError` is: [`catch_cancel`](crate::catch_cancel) hands it out, and
/// [`Cancelled::resume`] lets it go on unwinding.
///
/// ```
/// use seedbed::task::Cancelled;
/// assert_eq!(Cancelled::new(Some("too slow")).message(), Some("too slow"));
/// assert_eq!(Cancelled::new(None).to_string(), "cancelled");
/// ```
#[doc(alias = "asyncio.CancelledError")]
#[doc(alias = "CancelledError")]
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cancelled {
    message: Option<Arc<str>>,
}

impl Cancelled {
    /// A cancellation with this message, or none.
    #[must_use]
    pub fn new(message: Option<&str>) -> Self {
        Self { message: message.map(Arc::from) }
    }

    pub(crate) fn with(message: Option<Arc<str>>) -> Self {
        Self { message }
    }

    /// The message given to `cancel_with`, if there was one.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }
}

impl std::fmt::Display for Cancelled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.message {
            Some(message) => write!(f, "cancelled: {message}"),
            None => f.write_str("cancelled"),
        }
    }
}

impl std::error::Error for Cancelled {}

/// A panic that a run caught: what was said, and where.
///
/// ```
/// let report = seedbed::Sim::new(0).run(async {
///     let failed = seedbed::spawn(async { panic!("no such account") }).await;
///     let Err(seedbed::TaskError::Panicked(panic)) = failed else { unreachable!("it panics") };
///     panic.message.clone()
/// });
/// assert_eq!(report.unwrap(), "no such account");
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct PanicReport {
    /// What the panic said, or a note that its payload was no text.
    pub message: String,
    /// `file:line:column` of the panic, where the panic hook saw it.
    pub location: Option<String>,
    /// Path of the task that panicked, or what else was running.
    pub task: String,
}

impl std::fmt::Display for PanicReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} panicked", self.task)?;
        if let Some(location) = &self.location {
            write!(f, " at {location}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Where a future stands. It leaves `Pending` once and never returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    Pending,
    /// It has a value.
    Finished,
    /// It has an error (asyncio: an exception that is not a cancellation of itself).
    Failed,
    Cancelled,
}

/// Who is told when a future settles, in the order of registration.
#[derive(Debug)]
pub(crate) enum Callback {
    /// A task awaits it directly: its next step is scheduled.
    Step(TaskId),
    /// A closure is called in a handle of its own.
    Call(Key),
    /// A waker that is not a task's own (a combinator's, a job's).
    Wake(Box<Registered>),
}

/// A waker of another library, under the number of its registration.
#[derive(Debug)]
pub(crate) struct Registered {
    pub(crate) number: u64,
    pub(crate) waker: Waker,
}

/// What a future stands for; decides how it is cancelled, and what a report says of its waiters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Promise,
    Sleep,
    Task(TaskId),
    /// Cancelling it cancels its children, and it settles through them.
    Gather,
    Shield,
    Resource(ResourceId),
    Job(JobId),
    /// A wait of the loop's own.
    Other(Purpose),
}

/// What a wait of the loop's own is for; its words stand in `blocked`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    DefaultExecutor,
    Pool,
    Wait,
    WaitFor,
    TaskGroup,
    AsCompleted,
    Clock,
    Rest,
}

/// The rarely used part of a future.
#[derive(Debug, Default)]
pub(crate) struct Extra {
    pub(crate) rest: Vec<Callback>,
    /// Number of cancellation requests of a task (asyncio's `cancelling()`).
    pub(crate) requests: u32,
    /// Message of the last request that was stored with the future itself.
    pub(crate) message: Option<Arc<str>>,
    /// The very cancellation that a task's coroutine ended with, for its first reader.
    pub(crate) ended_with: Option<Cancelled>,
    /// The error is itself a cancellation, the same for every reader (a gather that was cancelled).
    pub(crate) failed_with: Option<Cancelled>,
    pub(crate) panic: Option<Arc<PanicReport>>,
    pub(crate) children: Vec<Key>,
    pub(crate) cancel_requested: bool,
    pub(crate) name: Option<Box<str>>,
}

/// One future: state, kind, and callbacks.
#[derive(Debug)]
pub(crate) struct Fut {
    pub(crate) state: State,
    pub(crate) loop_id: LoopId,
    pub(crate) kind: Kind,
    /// Invariant: empty once the future has settled; `extra.rest` is used only when this is taken.
    pub(crate) first: Option<Callback>,
    pub(crate) extra: Option<Box<Extra>>,
}

impl Fut {
    pub(crate) fn new(loop_id: LoopId, kind: Kind) -> Self {
        Self { state: State::Pending, loop_id, kind, first: None, extra: None }
    }

    pub(crate) fn extra(&mut self) -> &mut Extra {
        self.extra.get_or_insert_default()
    }

    pub(crate) fn is_done(&self) -> bool {
        self.state != State::Pending
    }

    /// True if it has settled and holds nothing that would have to be dropped.
    #[inline]
    pub(crate) fn is_bare(&self) -> bool {
        debug_assert!(!self.is_done() || self.first.is_none(), "seedbed bug: callbacks after the end, please report");
        self.is_done() && self.extra.is_none()
    }

    pub(crate) fn add_callback(&mut self, callback: Callback) {
        debug_assert!(!self.is_done(), "seedbed bug: a callback for a settled future, please report");
        if self.first.is_none() && self.extra.as_ref().is_none_or(|extra| extra.rest.is_empty()) {
            self.first = Some(callback);
        } else {
            self.extra().rest.push(callback);
        }
    }

    pub(crate) fn take_callbacks(&mut self) -> impl Iterator<Item = Callback> {
        let rest =
            self.first.is_some().then_some(self.extra.as_mut()).flatten().map(|extra| std::mem::take(&mut extra.rest));
        self.first.take().into_iter().chain(rest.into_iter().flatten())
    }

    pub(crate) fn callbacks_mut(&mut self) -> impl Iterator<Item = &mut Callback> {
        self.first.iter_mut().chain(self.extra.iter_mut().flat_map(|extra| &mut extra.rest))
    }

    /// Removes the first callback for which `found` holds.
    pub(crate) fn remove_callback(&mut self, found: impl Fn(&Callback) -> bool) -> Option<Callback> {
        if self.first.as_ref().is_some_and(&found) {
            let removed = self.first.take();
            if let Some(extra) = &mut self.extra
                && !extra.rest.is_empty()
            {
                self.first = Some(extra.rest.remove(0));
            }
            return removed;
        }
        let rest = &mut self.extra.as_mut()?.rest;
        let at = rest.iter().position(found)?;
        Some(rest.remove(at))
    }

    /// The cancellation that a reader of this future gets, if it ended as one. A cancelled task hands the one its
    /// coroutine ended with to its first reader only (CPython's `_make_cancelled_error`).
    pub(crate) fn read_cancelled(&mut self) -> Option<Cancelled> {
        match self.state {
            State::Cancelled => Some(self.make_cancelled()),
            State::Failed => self.extra.as_ref()?.failed_with.clone(),
            State::Pending | State::Finished => None,
        }
    }

    /// CPython's `_make_cancelled_error`, which may be called on a future in any state.
    pub(crate) fn make_cancelled(&mut self) -> Cancelled {
        match &mut self.extra {
            None => Cancelled::default(),
            Some(extra) => extra.ended_with.take().unwrap_or_else(|| Cancelled::with(extra.message.clone())),
        }
    }
}
