//! Futures in asyncio's sense: a state that settles once, and whom to tell when it does.

use std::sync::Arc;
use std::task::Waker;

use super::arena::Key;
use super::cut_short::{Cancelled, PanicReport};
use super::frames::{FrameIndex, Frames};
use crate::ident::{JobId, LoopId, ResourceId, TaskId};

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

/// The bits of a [`State`] in `Fut::home`.
const STATE_BITS: u32 = 2;
const STATE_MASK: u32 = (1 << STATE_BITS) - 1;

/// No run has more loops.
pub(super) const LOOPS_MAX: usize = 1 << (u32::BITS - STATE_BITS);

/// Who is told when a future settles, in the order of registration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Callback {
    /// A task awaits it directly: its next step is scheduled.
    Step(TaskId),
    /// A closure is called in a handle of its own.
    Call(Key),
    /// A waker that is not a task's own (a combinator's, a job's): the key of its registration.
    Wake(Key),
}

/// A waker of another library, from when it is registered until the await ends.
#[derive(Debug)]
pub(crate) struct Registered {
    /// None once it was called.
    pub(crate) waker: Option<Waker>,
    /// The task whose combinator it is, if it is a task's.
    pub(crate) task: Option<TaskId>,
    /// In the order of registration.
    pub(crate) number: u64,
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

/// One future that a task waits for, or an alarm: see `Kernel::sleep`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    pub(crate) future: Key,
    /// `NO_FRAME`, or the frame in which the await stands: an `Option` of a number would be 4 bytes more for every task.
    frame: u32,
    /// A cancellation of the task was passed on to this future.
    pub(crate) requested: bool,
    /// A combinator's waker is told, so code of other tasks may wait for the same future.
    pub(crate) wrapped: bool,
    /// A cancellation is thrown here at the next step, and the future is left as it is: see `Kernel::hold`.
    pub(crate) held: bool,
    /// It is an alarm, and has rung.
    pub(crate) rung: bool,
}

const NO_FRAME: u32 = u32::MAX;

impl Wait {
    #[inline]
    pub(crate) fn new(future: Key, frame: FrameIndex) -> Self {
        Self { future, frame: frame.unwrap_or(NO_FRAME), requested: false, wrapped: false, held: false, rung: false }
    }

    /// The frame in which the await stands.
    pub(crate) fn frame(&self) -> FrameIndex {
        (self.frame != NO_FRAME).then_some(self.frame)
    }
}

/// The rarely used part of an unfinished task.
#[derive(Debug, Default)]
pub(crate) struct TaskExtra {
    pub(crate) frames: Frames,
    /// Waits beyond the first, each with its beginning: a task has several only through `join!`, `select!` and the like.
    pub(crate) waits: Vec<(Wait, u64)>,
    /// asyncio's `_must_cancel`, with the message: deliver at the next step.
    pub(crate) must_cancel: Option<Option<Arc<str>>>,
    /// The message that goes with waits that are `held`.
    pub(crate) held: Option<Arc<str>>,
    /// A cancellation raised by the code itself, outside every frame.
    pub(crate) raised: Option<Cancelled>,
    /// The first child of each name, and how many have the name.
    pub(crate) named_children: Vec<(TaskId, u32)>,
}

impl TaskExtra {
    /// True if nothing is in it but, perhaps, the names of children.
    pub(crate) fn is_plain(&self) -> bool {
        let Self { frames, waits, must_cancel, held, raised, named_children: _ } = self;
        frames.is_empty() && waits.is_empty() && must_cancel.is_none() && held.is_none() && raised.is_none()
    }
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
    /// What only the future of a task has, and only until the task ends.
    pub(crate) task: TaskExtra,
}

/// One future: state, kind, and callbacks.
#[derive(Debug)]
pub(crate) struct Fut {
    pub(crate) extra: Option<Box<Extra>>,
    /// Invariant: empty once the future has settled; `extra.rest` is used only when this is taken.
    pub(crate) first: Option<Callback>,
    pub(crate) kind: Kind,
    /// Four times the number of the loop, plus the state.
    home: u32,
}

const _: () = assert!(size_of::<Fut>() == 32, "each task has one");

impl Fut {
    #[inline]
    pub(crate) fn new(loop_id: LoopId, kind: Kind) -> Self {
        Self { extra: None, first: None, kind, home: loop_id.get() << STATE_BITS | State::Pending as u32 }
    }

    #[inline]
    pub(crate) fn loop_id(&self) -> LoopId {
        LoopId::new(self.home >> STATE_BITS)
    }

    #[inline]
    pub(crate) fn state(&self) -> State {
        match self.home & STATE_MASK {
            0 => State::Pending,
            1 => State::Finished,
            2 => State::Failed,
            _ => State::Cancelled,
        }
    }

    #[inline]
    pub(crate) fn set_state(&mut self, state: State) {
        self.home = self.home & !STATE_MASK | state as u32;
    }

    /// The task that it is, if it is one.
    pub(crate) fn task(&self) -> Option<TaskId> {
        match self.kind {
            Kind::Task(id) => Some(id),
            _ => None,
        }
    }

    pub(crate) fn extra(&mut self) -> &mut Extra {
        self.extra.get_or_insert_default()
    }

    #[inline]
    pub(crate) fn is_done(&self) -> bool {
        self.home & STATE_MASK != State::Pending as u32
    }

    /// True if it has settled and holds nothing that would have to be dropped.
    #[inline]
    pub(crate) fn is_bare(&self) -> bool {
        debug_assert!(!self.is_done() || self.first.is_none(), "seedbed bug: callbacks after the end, please report");
        self.is_done() && self.extra.is_none()
    }

    #[inline]
    pub(crate) fn add_callback(&mut self, callback: Callback) {
        debug_assert!(!self.is_done(), "seedbed bug: a callback for a settled future, please report");
        if self.first.is_none() && self.extra.as_ref().is_none_or(|extra| extra.rest.is_empty()) {
            self.first = Some(callback);
        } else {
            self.extra().rest.push(callback);
        }
    }

    pub(crate) fn take_callbacks(&mut self) -> impl Iterator<Item = Callback> + use<> {
        let rest =
            self.first.is_some().then_some(self.extra.as_mut()).flatten().map(|extra| std::mem::take(&mut extra.rest));
        self.first.take().into_iter().chain(rest.into_iter().flatten())
    }

    /// Removes a callback: the first, if it was registered several times. Says whether it was there.
    pub(crate) fn remove_callback(&mut self, callback: Callback) -> bool {
        if self.first == Some(callback) {
            self.first = None;
            if let Some(extra) = &mut self.extra
                && !extra.rest.is_empty()
            {
                self.first = Some(extra.rest.remove(0));
            }
            return true;
        }
        let Some(extra) = &mut self.extra else { return false };
        let at = extra.rest.iter().position(|&other| other == callback);
        at.map(|at| extra.rest.remove(at)).is_some()
    }

    /// The cancellation that a reader of this future gets, if it ended as one. A cancelled task hands the one its
    /// coroutine ended with to its first reader only (CPython's `_make_cancelled_error`).
    pub(crate) fn read_cancelled(&mut self) -> Option<Cancelled> {
        match self.state() {
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
