//! The queue of handles that are ready: a ring whose number of places is a power of two.
//!
//! A `VecDeque` does the same for any number of places; a step takes one handle and puts one, and pays for that each time.

use super::handle::Ready;
use crate::ident::TaskId;

/// What stands in a place that nobody uses.
const NOTHING: Ready = Ready::Step(TaskId::new(u32::MAX));

/// The places of the first ring that a queue gets.
const PLACES_MIN: usize = 8;

#[derive(Debug, Default)]
pub(crate) struct ReadyQueue {
    /// Invariant: none, or a power of two, and not more than 2³¹.
    places: Vec<Ready>,
    /// Handles taken so far, and handles put; both wrap, and the difference is the length.
    taken: u32,
    put: u32,
}

impl ReadyQueue {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.put.wrapping_sub(self.taken) as usize
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.put == self.taken
    }

    #[inline]
    fn place_of(&self, count: u32) -> usize {
        count as usize & self.places.len().wrapping_sub(1)
    }

    /// Puts a handle at the end if there is a place left; false, with nothing done, if not.
    #[inline]
    pub(crate) fn push_in_place(&mut self, handle: Ready) -> bool {
        if self.len() == self.places.len() {
            return false;
        }
        let at = self.place_of(self.put);
        let Some(place) = self.places.get_mut(at) else { return false };
        *place = handle;
        self.put = self.put.wrapping_add(1);
        true
    }

    /// Puts a handle at the end.
    #[inline]
    pub(crate) fn push_back(&mut self, handle: Ready) {
        if !self.push_in_place(handle) {
            self.grow();
            let has_place = self.push_in_place(handle);
            debug_assert!(has_place, "seedbed bug: a ring that has grown is full, please report");
        }
    }

    /// The handle whose turn it is.
    #[inline]
    pub(crate) fn front(&self) -> Option<Ready> {
        if self.is_empty() { None } else { self.places.get(self.place_of(self.taken)).copied() }
    }

    /// The task whose step the next handle is, if it is a step.
    #[inline]
    pub(crate) fn front_step(&self) -> Option<TaskId> {
        if self.is_empty() {
            return None;
        }
        match self.places.get(self.place_of(self.taken)) {
            Some(&Ready::Step(task)) => Some(task),
            _ => None,
        }
    }

    /// Takes the handle that `front` or `front_step` has shown.
    #[inline]
    pub(crate) fn take_front(&mut self) {
        debug_assert!(!self.is_empty(), "seedbed bug: a handle was taken that is not there, please report");
        self.taken = self.taken.wrapping_add(1);
    }

    #[inline]
    pub(crate) fn pop_front(&mut self) -> Option<Ready> {
        let handle = self.front()?;
        self.take_front();
        Some(handle)
    }

    /// Puts the first handles, so many of them, behind all others.
    pub(crate) fn rotate(&mut self, count: usize) {
        for _ in 0..count {
            self.pop_front().into_iter().for_each(|handle| self.push_back(handle));
        }
    }

    /// Takes all handles out.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = Ready> {
        std::iter::from_fn(|| self.pop_front())
    }

    /// Becomes a new queue in the memory of this one, or without any if that is more than `kept` places.
    pub(crate) fn renew(mut self, kept: usize) -> Self {
        if self.places.len() > kept {
            return Self::default();
        }
        (self.taken, self.put) = (0, 0);
        self
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let places = (self.places.len() * 2).max(PLACES_MIN);
        assert!(u32::try_from(places).is_ok(), "seedbed bug: a ready queue outgrew u32, please report");
        let mut grown = Vec::with_capacity(places);
        grown.extend(self.drain());
        (self.taken, self.put) = (0, u32::try_from(grown.len()).unwrap_or(0));
        grown.resize(places, NOTHING);
        self.places = grown;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::super::arena::Key;
    use super::{Ready, ReadyQueue};
    use crate::ident::TaskId;

    #[derive(Clone, Copy, Debug)]
    enum Deed {
        Push,
        PushInPlace,
        Pop,
        Rotate(usize),
        Drain,
        Renew,
    }

    fn deeds() -> impl Strategy<Value = Vec<Deed>> {
        let deed = prop_oneof![
            12 => Just(Deed::Push),
            3 => Just(Deed::PushInPlace),
            8 => Just(Deed::Pop),
            2 => (0usize..6).prop_map(Deed::Rotate),
            1 => Just(Deed::Drain),
            1 => Just(Deed::Renew),
        ];
        prop::collection::vec(deed, 0..200)
    }

    proptest! {
        /// It holds what a `VecDeque` holds, also where the counters wrap.
        #[test]
        fn is_a_queue(deeds in deeds(), begin in prop_oneof![Just(0), (u32::MAX - 40)..=u32::MAX]) {
            let mut queue = ReadyQueue { places: Vec::new(), taken: begin, put: begin };
            let mut model = VecDeque::new();
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
                        let room = model.len() < queue.places.len();
                        prop_assert_eq!(queue.push_in_place(handle), room);
                        model.extend(room.then_some(handle));
                    }
                    Deed::Pop => prop_assert_eq!(queue.pop_front(), model.pop_front()),
                    Deed::Rotate(count) => {
                        let count = count.min(model.len());
                        queue.rotate(count);
                        model.rotate_left(count);
                    }
                    Deed::Drain => prop_assert!(queue.drain().eq(model.drain(..))),
                    Deed::Renew => {
                        queue = queue.renew(16);
                        prop_assert!(queue.places.len() <= 16);
                        model.clear();
                    }
                }
                prop_assert_eq!((queue.len(), queue.is_empty()), (model.len(), model.is_empty()));
                prop_assert_eq!(queue.front(), model.front().copied());
                let step = model.front().and_then(|handle| if let Ready::Step(task) = handle { Some(*task) } else { None });
                prop_assert_eq!(queue.front_step(), step);
            }
        }
    }
}
