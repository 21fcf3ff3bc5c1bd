//! The queue of handles that are ready.
//!
//! Two counters would make a ring of it, as in `VecDeque`. A step takes one handle and puts one, and a ring pays for its bend each time;
//! here the places of handles that were taken are won back many at a time.

use super::handle::Ready;

/// The places that a queue gets first.
const PLACES_MIN: usize = 64;

/// Handles in the order in which they became ready.
#[derive(Debug, Default)]
pub(crate) struct ReadyQueue {
    /// Those that were taken already stand before the others, until their places are needed.
    handles: Vec<Ready>,
    /// Invariant: at most as many as there are handles.
    taken: usize,
}

impl ReadyQueue {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.handles.len() - self.taken
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.taken == self.handles.len()
    }

    /// Puts a handle at the end if there is a place left; false, with nothing done, if not.
    #[inline]
    pub(crate) fn push_in_place(&mut self, handle: Ready) -> bool {
        if self.handles.len() == self.handles.capacity() {
            return false;
        }
        self.handles.push(handle);
        true
    }

    /// Puts a handle at the end.
    #[inline]
    pub(crate) fn push_back(&mut self, handle: Ready) {
        if !self.push_in_place(handle) {
            self.make_room();
            self.handles.push(handle);
        }
    }

    #[inline]
    pub(crate) fn pop_front(&mut self) -> Option<Ready> {
        let handle = *self.handles.get(self.taken)?;
        self.taken += 1;
        Some(handle)
    }

    /// Puts the first handles, so many of them, behind all others.
    pub(crate) fn rotate(&mut self, count: usize) {
        for _ in 0..count {
            self.pop_front().into_iter().for_each(|handle| self.push_back(handle));
        }
    }

    /// Takes all handles out.
    #[inline]
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = Ready> {
        let taken = std::mem::take(&mut self.taken);
        self.handles.drain(..).skip(taken)
    }

    /// Forgets the handles that were taken, if there are no others.
    #[inline]
    pub(crate) fn clear_taken(&mut self) {
        if self.is_empty() {
            self.handles.clear();
            self.taken = 0;
        }
    }

    /// Forgets everything, and keeps the memory: not more than `kept` places.
    pub(crate) fn renew(&mut self, kept: usize) {
        self.handles.clear();
        self.handles.shrink_to(kept);
        self.taken = 0;
    }

    /// Moves the handles to the beginning where at least half of the places are free, and makes more places elsewhere: so a
    /// handle is moved once, on the average, at most.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self) {
        if self.taken * 2 < self.handles.len() || self.handles.is_empty() {
            self.handles.reserve(PLACES_MIN.max(self.handles.len()));
        } else {
            self.handles.drain(..self.taken);
            self.taken = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::super::arena::Key;
    use super::{PLACES_MIN, Ready, ReadyQueue};
    use crate::ident::TaskId;

    #[derive(Clone, Copy, Debug)]
    enum Deed {
        Push,
        PushInPlace,
        Pop,
        Rotate(usize),
        Drain,
        ClearTaken,
        Renew,
    }

    fn deeds() -> impl Strategy<Value = Vec<Deed>> {
        let deed = prop_oneof![
            12 => Just(Deed::Push),
            3 => Just(Deed::PushInPlace),
            8 => Just(Deed::Pop),
            2 => (0usize..6).prop_map(Deed::Rotate),
            1 => Just(Deed::Drain),
            2 => Just(Deed::ClearTaken),
            1 => Just(Deed::Renew),
        ];
        prop::collection::vec(deed, 0..200)
    }

    proptest! {
        /// It holds what a `VecDeque` holds.
        #[test]
        fn is_a_queue(deeds in deeds()) {
            let mut queue = ReadyQueue::default();
            let (mut model, mut most) = (VecDeque::new(), 0);
            for (deed, number) in deeds.into_iter().zip(0..) {
                let key = Key { slot: number, generation: 0 };
                let handle = match number % 4 {
                    0 => Ready::Call(key),
                    1 => Ready::Expiry(key),
                    _ => Ready::Step(TaskId::new(number)),
                };
                match deed {
                    Deed::Push => {
                        queue.push_back(handle);
                        model.push_back(handle);
                    }
                    Deed::PushInPlace => {
                        let pushed = queue.push_in_place(handle);
                        model.extend(pushed.then_some(handle));
                    }
                    Deed::Pop => prop_assert_eq!(queue.pop_front(), model.pop_front()),
                    Deed::Rotate(count) => {
                        let count = count.min(model.len());
                        queue.rotate(count);
                        model.rotate_left(count);
                    }
                    Deed::Drain => prop_assert!(queue.drain().eq(model.drain(..))),
                    Deed::ClearTaken => queue.clear_taken(),
                    Deed::Renew => {
                        queue.renew(16);
                        prop_assert!(queue.handles.capacity() <= 16);
                        model.clear();
                    }
                }
                most = most.max(model.len());
                prop_assert_eq!((queue.len(), queue.is_empty()), (model.len(), model.is_empty()));
                // Half of the places are free at most, as soon as there are a few.
                prop_assert!(queue.handles.capacity() <= (4 * most).max(2 * PLACES_MIN), "{} for {most}", queue.handles.capacity());
            }
        }
    }
}
