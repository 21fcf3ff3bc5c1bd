//! Settling futures, and telling those who wait for them.

use super::arena::Key;
use super::future::{Callback, State};
use super::handle::Ready;
use super::machine::{Errand, Kernel};
use crate::ident::LoopId;

impl Kernel {
    /// Settles a pending future and schedules its callbacks in the order of registration.
    #[inline]
    pub(crate) fn settle(&mut self, key: Key, state: State) {
        debug_assert_ne!(state, State::Pending, "seedbed bug: settled as pending, please report");
        let future = self.future_mut(key);
        debug_assert!(!future.is_done(), "seedbed bug: settled twice, please report");
        future.set_state(state);
        let loop_id = future.loop_id();
        match (future.first.take(), &future.extra) {
            (None, _) => {}
            (Some(Callback::Step(task)), None) => self.queue_step(task),
            (Some(first), _) => self.schedule_callbacks(key, loop_id, first),
        }
    }

    #[inline(never)]
    fn schedule_callbacks(&mut self, key: Key, loop_id: LoopId, first: Callback) {
        let extra = self.future_mut(key).extra.as_mut();
        let rest = extra.map_or_else(Vec::new, |extra| std::mem::take(&mut extra.rest));
        self.schedule_callback(loop_id, first);
        for callback in rest {
            self.schedule_callback(loop_id, callback);
        }
    }

    /// Settles it if it still waits, and says whether it did.
    #[inline]
    pub(crate) fn settle_pending(&mut self, key: Key, state: State) -> bool {
        let pending = self.find(key).is_some_and(|future| !future.is_done());
        if pending {
            self.settle(key, state);
        }
        pending
    }

    /// Schedules one callback of a settled future.
    pub(crate) fn schedule_callback(&mut self, loop_id: LoopId, callback: Callback) {
        match callback {
            Callback::Step(task) => self.queue_step(task),
            Callback::Call(closure) => {
                self.make_ready(loop_id, Ready::Call(closure));
            }
            Callback::Wake(registration) => {
                let waker = self.wakers.get_mut(registration).and_then(|registered| registered.waker.take());
                self.errands.extend(waker.map(Errand::Wake));
            }
        }
    }

    /// Registers a callback, or schedules it at once if the future is settled (asyncio's `add_done_callback`).
    pub(crate) fn add_done_callback(&mut self, key: Key, callback: Callback) {
        let future = self.future_mut(key);
        if future.is_done() {
            let loop_id = future.loop_id();
            self.schedule_callback(loop_id, callback);
        } else {
            future.add_callback(callback);
        }
    }

    /// Withdraws a registered closure; true if it had not been scheduled yet.
    pub(crate) fn remove_done_callback(&mut self, key: Key, closure: Key) -> bool {
        self.find_mut(key).is_some_and(|future| future.remove_callback(Callback::Call(closure)))
    }
}
