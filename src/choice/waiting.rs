//! Those who wait, in the order of their arrival: any of them is found by its place, and taken out, in logarithmic time.

/// Slots of one word of bits.
const WORD: usize = u64::BITS as usize;

/// A line in which everybody arrives at the end and may leave from anywhere.
///
/// Slots are filled from the left and emptied anywhere, so those in use stand in the order of arrival. Of 64 slots one word says which are
/// in use, and a Fenwick tree (*A New Data Structure for Cumulative Frequency Tables*, 1994) counts them by words, so that a short line
/// is a few instructions. When the slots are used up, those in use close ranks: at most once in as many arrivals as that moves.
#[derive(Debug)]
pub(super) struct Waiting<T> {
    slots: Vec<Option<T>>,
    /// One bit a slot.
    used: Vec<u64>,
    /// `counts[n]` is the number of used slots in the range of words that ends with word `n - 1` and is as long as the lowest bit of `n`.
    /// Invariant: one longer than `used`, whose length is a power of two.
    counts: Vec<u32>,
    len: usize,
}

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), used: vec![0], counts: vec![0; 2], len: 0 }
    }
}

impl<T> Waiting<T> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn push_back(&mut self, arrived: T) {
        if self.slots.len() == self.used.len() * WORD {
            self.close_ranks();
        }
        let slot = self.slots.len();
        self.slots.push(Some(arrived));
        self.used[slot / WORD] |= 1 << (slot % WORD);
        self.count(slot / WORD, 1);
        self.len += 1;
    }

    /// Takes the one at that place out; those behind it move up.
    pub(super) fn remove(&mut self, place: usize) -> Option<T> {
        let slot = self.slot_at(place)?;
        let taken = self.slots[slot].take()?;
        self.used[slot / WORD] &= !(1 << (slot % WORD));
        self.count(slot / WORD, u32::MAX);
        self.len -= 1;
        if self.len == 0 {
            // Who comes next starts from the left again, so that a short line never has to close ranks.
            self.slots.clear();
        }
        Some(taken)
    }

    pub(super) fn get(&self, place: usize) -> Option<&T> {
        self.slots[self.slot_at(place)?].as_ref()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().flatten()
    }

    /// All of them, from the first to the last.
    pub(super) fn into_all(self) -> impl Iterator<Item = T> {
        self.slots.into_iter().flatten()
    }

    /// Moves those that wait to the left, and makes room for as many again.
    fn close_ranks(&mut self) {
        self.slots.retain(Option::is_some);
        let words = (2 * self.len).div_ceil(WORD).next_power_of_two();
        self.used.clear();
        self.used.resize(words, 0);
        self.counts.clear();
        self.counts.resize(words + 1, 0);
        for word in 0..self.len.div_ceil(WORD) {
            let here = (self.len - word * WORD).min(WORD);
            self.used[word] = u64::MAX >> (WORD - here);
            self.count(word, u32::try_from(here).expect("seedbed bug: more than 64 slots in a word, please report"));
        }
    }

    /// Adds to the count of a word; `u32::MAX` takes one away.
    fn count(&mut self, word: usize, slots: u32) {
        let mut n = word + 1;
        while let Some(range) = self.counts.get_mut(n) {
            *range = range.wrapping_add(slots);
            n += n & n.wrapping_neg();
        }
    }

    /// The used slot before which `place` others are in use.
    fn slot_at(&self, place: usize) -> Option<usize> {
        if place >= self.len {
            return None;
        }
        let (mut word, mut left, mut width) = (0, place, self.used.len());
        while width > 0 {
            if let Some(&count) = self.counts.get(word + width).filter(|&&count| count as usize <= left) {
                (word, left) = (word + width, left - count as usize);
            }
            width /= 2;
        }
        let mut bits = self.used[word];
        for _ in 0..left {
            bits &= bits - 1;
        }
        Some(word * WORD + bits.trailing_zeros() as usize)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::Waiting;

    proptest! {
        /// It is a `VecDeque`, but for the time it takes. Numbers under 60 take somebody out, so that lines grow, shrink and empty.
        #[test]
        fn it_is_a_line(deeds in prop::collection::vec((0..100_u32, any::<prop::sample::Index>()), 0..2_000), leaving in 20..60_u32) {
            let (mut line, mut plain) = (Waiting::default(), VecDeque::new());
            for (number, (deed, place)) in deeds.into_iter().enumerate() {
                if deed < leaving && !plain.is_empty() {
                    let place = place.index(plain.len());
                    prop_assert_eq!(line.get(place), plain.get(place));
                    prop_assert_eq!(line.remove(place), plain.remove(place));
                } else {
                    line.push_back(number);
                    plain.push_back(number);
                }
                prop_assert_eq!(line.len(), plain.len());
            }
            prop_assert_eq!(line.remove(plain.len()), None);
            prop_assert!(line.iter().eq(&plain));
            prop_assert!(line.into_all().eq(plain));
        }
    }
}
