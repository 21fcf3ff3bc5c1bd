//! Things by numbers that are given out in order: what is unfinished stands between the oldest of them and the newest.

use std::collections::VecDeque;

/// Values by ascending numbers, most of which are gone soon.
///
/// A look costs the same however many there are. A number that is gone takes eight bytes for as long as an older one is there.
#[derive(Debug)]
pub(super) struct Numbered<T> {
    /// The number of the first place.
    first: u32,
    /// Invariant: empty, or somebody stands in the first place.
    places: VecDeque<Option<Box<T>>>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { first: 0, places: VecDeque::new() }
    }
}

impl<T> Numbered<T> {
    /// # Panics
    ///
    /// If the number is not above all that stand here: a bug of the kernel.
    pub(super) fn insert(&mut self, number: u32, value: T) {
        if self.places.is_empty() {
            self.first = number;
        }
        let place = self.place(number);
        assert!(place >= self.places.len(), "seedbed bug: the number {number} comes too late, please report");
        self.places.resize_with(place, || None);
        self.places.push_back(Some(Box::new(value)));
    }

    #[inline]
    fn place(&self, number: u32) -> usize {
        number.wrapping_sub(self.first) as usize
    }

    #[inline]
    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.places.get(self.place(number))?.as_deref()
    }

    #[inline]
    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        let place = self.place(number);
        self.places.get_mut(place)?.as_deref_mut()
    }

    pub(super) fn remove(&mut self, number: u32) -> Option<T> {
        let place = self.place(number);
        let value = self.places.get_mut(place)?.take()?;
        while let Some(None) = self.places.front() {
            self.places.pop_front();
            self.first += 1;
        }
        Some(*value)
    }

    /// By their numbers, from the lowest to the highest.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let numbered = (self.first..).zip(&self.places);
        numbered.filter_map(|(number, place)| Some((number, place.as_deref()?)))
    }

    /// Takes all out, from the lowest number to the highest.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = (u32, T)> + use<T> {
        let Self { first, places } = std::mem::take(self);
        (first..).zip(places).filter_map(|(number, place)| Some((number, *place?)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::Numbered;

    proptest! {
        /// It is a `BTreeMap`, but for the time it takes.
        #[test]
        fn it_is_a_map(deeds in prop::collection::vec((any::<bool>(), 0..3_u32, any::<prop::sample::Index>()), 0..200), start in 0..5_u32) {
            let (mut numbered, mut map, mut next) = (Numbered::default(), BTreeMap::new(), start);
            for (arrives, gap, which) in deeds {
                if arrives {
                    next += gap;
                    numbered.insert(next, next * 2);
                    map.insert(next, next * 2);
                    next += 1;
                } else {
                    let number = start + u32::try_from(which.index(100)).unwrap();
                    prop_assert_eq!(numbered.remove(number), map.remove(&number));
                }
                prop_assert_eq!(numbered.get(next.wrapping_sub(3)), map.get(&next.wrapping_sub(3)));
                prop_assert!(numbered.iter().eq(map.iter().map(|(&number, value)| (number, value))));
            }
            prop_assert!(numbered.take_all().eq(map));
            prop_assert_eq!(numbered.iter().count(), 0);
        }
    }
}
