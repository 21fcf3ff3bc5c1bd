//! Handles of scheduled callbacks: to cancel them while they wait.

use std::cell::Cell;
use std::rc::Rc;

use crate::context;
use crate::ident::LoopId;
use crate::instant::Instant;
use crate::kernel::Key;

/// A callback that was scheduled with `call_soon`, `call_later` or `call_at`.
///
/// ```
/// use seedbed::{EventLoop, Sim, yield_now};
/// let report = Sim::new(0).run(async {
///     let handle = EventLoop::current().call_soon(|| seedbed::note!("never")).unwrap();
///     handle.cancel();
///     yield_now().await;
///     handle.is_cancelled()
/// });
/// assert!(report.unwrap());
/// ```
#[doc(alias = "asyncio.Handle")]
#[doc(alias = "asyncio.TimerHandle")]
#[derive(Clone, Debug)]
pub struct Handle {
    run: u32,
    loop_id: LoopId,
    key: Key,
    when: Option<Instant>,
    cancelled: Rc<Cell<bool>>,
}

impl Handle {
    pub(super) fn new(run: u32, loop_id: LoopId, key: Key, when: Option<Instant>) -> Self {
        Self { run, loop_id, key, when, cancelled: Rc::new(Cell::new(false)) }
    }

    /// Cancels the callback, if it has not run yet, and drops it.
    pub fn cancel(&self) {
        if self.cancelled.replace(true) {
            return;
        }
        let closure = context::try_of(self.run, |kernel| {
            let closure = kernel.closures.remove(self.key);
            if closure.is_some() && self.when.is_some() {
                kernel.timer_cancelled(self.loop_id);
            }
            closure
        });
        drop(closure);
    }

    /// True if it was cancelled, whether or not it had run before.
    #[doc(alias = "cancelled")]
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.get()
    }

    /// The instant for which it was scheduled; none for `call_soon`.
    #[must_use]
    pub fn when(&self) -> Option<Instant> {
        self.when
    }
}
