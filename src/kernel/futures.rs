//! The future objects of a run: how they are made, found under their keys, and given back.

use super::arena::Key;
use super::future::{Callback, Fut, Kind, State};
use super::machine::{Errand, Kernel};
use super::tasks::Address;
use crate::ident::LoopId;

impl Kernel {
    /// A future object, a task's or another; none if the key is stale.
    #[inline]
    pub(crate) fn find(&self, key: Key) -> Option<&Fut> {
        match key.in_tasks() {
            Some((slot, id)) => self.tasks.future(slot, id),
            None => self.futures.get(key),
        }
    }

    #[inline]
    pub(crate) fn find_mut(&mut self, key: Key) -> Option<&mut Fut> {
        match key.in_tasks() {
            Some((slot, id)) => self.tasks.future_mut(slot, id),
            None => self.futures.get_mut(key),
        }
    }

    #[inline]
    pub(crate) fn future(&self, key: Key) -> &Fut {
        self.find(key).expect("seedbed bug: a future outlived its kernel entry, please report")
    }

    #[inline]
    pub(crate) fn future_mut(&mut self, key: Key) -> &mut Fut {
        self.find_mut(key).expect("seedbed bug: a future outlived its kernel entry, please report")
    }

    /// The state of a future as a reader outside sees it.
    pub(crate) fn state(&self, key: Key) -> State {
        self.find(key).map_or(State::Cancelled, Fut::state)
    }

    #[inline]
    pub(crate) fn new_future(&mut self, loop_id: LoopId, kind: Kind) -> Address {
        let key = self.futures.insert(Fut::new(loop_id, kind));
        Address { run: self.run, key }
    }

    /// Gives the entry of a future back that has settled and holds nothing; false, with nothing done, in any other case.
    #[inline(always)]
    pub(crate) fn release_plainly(&mut self, key: Key) -> bool {
        match key.in_tasks() {
            Some((slot, id)) => self.tasks.forget_if_bare(slot, id),
            None => self.futures.forget_if(key, Fut::is_bare),
        }
    }

    /// Gives a future's entry back; false if it was settled.
    #[inline]
    pub(crate) fn release_future(&mut self, key: Key) -> bool {
        match self.find(key) {
            None => false,
            Some(future) if future.is_done() => {
                self.discard_future(key);
                false
            }
            Some(_) => self.release_pending(key),
        }
    }

    #[inline(never)]
    fn release_pending(&mut self, key: Key) -> bool {
        let callbacks = self.find_mut(key).map(Fut::take_callbacks);
        for callback in callbacks.into_iter().flatten() {
            if let Callback::Wake(registration) = callback {
                // The registration is forgotten with the await.
                let waker = self.wakers.get_mut(registration).and_then(|registered| registered.waker.take());
                self.errands.extend(waker.map(Errand::Drop));
            }
        }
        self.discard_future(key);
        true
    }

    fn discard_future(&mut self, key: Key) {
        match key.in_tasks() {
            Some((slot, id)) => self.tasks.free(slot, id),
            None => self.futures.discard(key),
        }
    }
}
