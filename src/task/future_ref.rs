//! A future object without its type: what can be asked of any task or promise.

use std::rc::Rc;

use crate::context::{self, Closure};
use crate::ident::TaskId;
use crate::kernel::{Address, Callback, Key, Owner, State};

/// A reference to any task or promise, to watch or cancel it. Two are equal if they mean the same one.
///
/// It keeps the future's entry alive, not its loop. Questions about a future of another run panic and say so.
///
/// ```
/// use seedbed::{Promise, Sim};
/// let report = Sim::new(0).run(async {
///     let promise = Promise::<u32>::new();
///     let before = promise.is_done();
///     promise.cancel();
///     (before, promise.is_done(), promise.is_cancelled())
/// });
/// assert_eq!(report.unwrap(), (false, true, true));
/// ```
#[doc(alias = "asyncio.Future")]
#[derive(Clone)]
pub struct FutureRef {
    owner: Rc<dyn Owner>,
}

/// The number of a registered done callback, to withdraw it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallbackId(Key);

/// The loop of a future is closed: a request was noted, but nobody can be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LoopClosed;

impl std::fmt::Display for LoopClosed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Event loop is closed")
    }
}

impl std::error::Error for LoopClosed {}

impl FutureRef {
    pub(crate) fn new(owner: Rc<dyn Owner>) -> Self {
        Self { owner }
    }

    pub(crate) fn address(&self) -> Address {
        self.owner.address()
    }

    pub(crate) fn owner(&self) -> &Rc<dyn Owner> {
        &self.owner
    }

    pub(crate) fn task_id(&self) -> Option<TaskId> {
        self.address().key.task()
    }

    fn state(&self) -> State {
        let Address { run, key } = self.address();
        context::of(run, |kernel| kernel.state(key))
    }

    /// True once it has a value, an error, or was cancelled.
    #[doc(alias = "done")]
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.state() != State::Pending
    }

    /// True if it ended cancelled.
    #[doc(alias = "cancelled")]
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.state() == State::Cancelled
    }

    /// True if it ended with an error: a panic, or an `Err` of a fallible task or promise.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        self.state() == State::Failed
    }

    /// Requests cancellation; false if it was done already.
    ///
    /// A promise is cancelled at once. A task is asked: what it waits for is cancelled, down to the innermost future,
    /// and the task unwinds to its innermost [`catch_cancel`](crate::catch_cancel) (or ends) when it next runs, as in
    /// CPython 3.13.
    #[doc(alias = "asyncio.Task.cancel")]
    #[doc(alias = "abort")]
    #[allow(clippy::must_use_candidate, reason = "most callers do not care whether it was done")]
    pub fn cancel(&self) -> bool {
        self.request(None).0
    }

    /// As [`cancel`](Self::cancel), with a message for whoever catches it.
    #[allow(clippy::must_use_candidate, reason = "most callers do not care whether it was done")]
    pub fn cancel_with(&self, message: &str) -> bool {
        self.request(Some(message)).0
    }

    /// As [`cancel`](Self::cancel), and tells when the future's loop is closed.
    ///
    /// # Errors
    ///
    /// [`LoopClosed`]: the request is noted, but what it should schedule cannot be (asyncio raises here).
    pub fn try_cancel(&self, message: Option<&str>) -> Result<bool, LoopClosed> {
        match self.request(message) {
            (_, true) => Err(LoopClosed),
            (hit, false) => Ok(hit),
        }
    }

    fn request(&self, message: Option<&str>) -> (bool, bool) {
        let Address { run, key } = self.address();
        let message = message.map(std::sync::Arc::from);
        context::of(run, |kernel| {
            kernel.hit_closed_loop = false;
            let hit = kernel.cancel(key, &message);
            (hit, std::mem::take(&mut kernel.hit_closed_loop))
        })
    }

    /// Calls `callback` once it is done: on the loop, in a handle of its own, in the order of registration.
    pub fn add_done_callback(&self, callback: impl FnOnce() + 'static) -> CallbackId {
        let Address { run, key } = self.address();
        let closure: Closure = Box::new(callback);
        context::of(run, |kernel| {
            let id = kernel.closures.insert(closure.into());
            kernel.add_done_callback(key, Callback::Call(id));
            CallbackId(id)
        })
    }

    /// Withdraws a callback; false if it is scheduled already, or unknown.
    #[allow(clippy::must_use_candidate, reason = "withdrawing is the point")]
    pub fn remove_done_callback(&self, id: CallbackId) -> bool {
        let Address { run, key } = self.address();
        let (removed, closure) = context::of(run, |kernel| {
            let removed = kernel.remove_done_callback(key, id.0);
            (removed, if removed { kernel.closures.remove(id.0) } else { None })
        });
        drop(closure);
        removed
    }
}

impl PartialEq for FutureRef {
    fn eq(&self, other: &Self) -> bool {
        self.address() == other.address()
    }
}

impl Eq for FutureRef {}

impl std::hash::Hash for FutureRef {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.address().hash(state);
    }
}

impl std::fmt::Debug for FutureRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Address { run, key } = self.address();
        let state = context::try_of(run, |kernel| kernel.state(key));
        f.debug_struct("FutureRef").field("task", &key.task()).field("state", &state).finish()
    }
}
