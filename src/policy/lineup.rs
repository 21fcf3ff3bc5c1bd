//! The tasks of one loop that wait for their turn, in wake order: any place is found in logarithmic time.

use crate::ident::TaskId;

/// One who waits.
#[derive(Clone, Copy, Debug)]
struct Standing {
    task: TaskId,
    /// Its place in the order of everything that ever became ready on the loop.
    arrival: u64,
    /// Virtual nanoseconds at which it joined.
    since: u64,
}

/// The tasks that wait for their turn.
///
/// Slots are filled from the left and emptied anywhere, so the slots in use stand in wake order. A Fenwick tree over them (Fenwick, *A New
/// Data Structure for Cumulative Frequency Tables*, 1994) counts those in use: the one at a place, and the place of one, take one walk
/// down the tree. When the slots are used up, those in use close ranks; that happens at most once in as many arrivals as it moves.
#[derive(Debug, Default)]
pub(crate) struct Lineup {
    slots: Vec<Option<Standing>>,
    /// `counts[n]` is the number of used slots in the range that ends with slot `n - 1` and is as long as the lowest bit of `n`.
    /// Invariant: its length is one more than the capacity, a power of two, or it is empty.
    counts: Vec<u32>,
    /// The slot of each task by its number, or `ABSENT`.
    slot_of: Vec<u32>,
    len: u32,
}

const ABSENT: u32 = u32::MAX;

/// Slots at the beginning; most programs never need more.
const SLOTS: usize = 16;

impl Lineup {
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// Puts one who became ready behind all that wait.
    ///
    /// # Panics
    ///
    /// If it waits already: a bug of the kernel.
    pub(crate) fn join(&mut self, task: TaskId, arrival: u64, since: u64) {
        if self.slots.len() + 1 >= self.counts.len() {
            self.close_ranks();
        }
        let slot = u32::try_from(self.slots.len()).expect("seedbed bug: more than 2^32 ready tasks, please report");
        let number = task.get() as usize;
        if number >= self.slot_of.len() {
            self.slot_of.resize(number + 1, ABSENT);
        }
        assert_eq!(self.slot_of[number], ABSENT, "seedbed bug: {task} is ready twice, please report");
        self.slot_of[number] = slot;
        self.slots.push(Some(Standing { task, arrival, since }));
        self.add(slot, 1);
        self.len += 1;
    }

    /// Takes the one at that place out; what stood behind it moves up.
    pub(crate) fn remove(&mut self, place: u32) -> Option<(TaskId, u64)> {
        let slot = self.slot_at(place)?;
        let Standing { task, arrival, .. } = self.slots[slot as usize].take()?;
        self.slot_of[task.get() as usize] = ABSENT;
        self.add(slot, u32::MAX);
        self.len -= 1;
        if self.len == 0 {
            // Whoever comes next starts from the left again, so a short queue never has to close ranks. All counts are 0 now.
            self.slots.clear();
        }
        Some((task, arrival))
    }

    /// The one at that place, 0 being the longest ready.
    pub(crate) fn at(&self, place: u32) -> Option<TaskId> {
        Some(self.standing(place)?.task)
    }

    /// Where a task stands, if it waits.
    pub(crate) fn place_of(&self, task: TaskId) -> Option<u32> {
        let slot = *self.slot_of.get(task.get() as usize)?;
        if slot == ABSENT { None } else { Some(self.before(slot)) }
    }

    /// When the longest ready one arrived, and at which instant.
    pub(crate) fn first(&self) -> Option<(u64, u64)> {
        self.standing(0).map(|first| (first.arrival, first.since))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = TaskId> {
        self.slots.iter().flatten().map(|standing| standing.task)
    }

    fn standing(&self, place: u32) -> Option<Standing> {
        self.slots[self.slot_at(place)? as usize]
    }

    /// Moves those that wait to the left, and makes room for as many again.
    fn close_ranks(&mut self) {
        self.slots.retain(Option::is_some);
        let capacity = (2 * self.slots.len()).next_power_of_two().max(SLOTS);
        self.counts.clear();
        self.counts.resize(capacity + 1, 0);
        for slot in 0..self.len {
            let standing = self.slots[slot as usize].expect("seedbed bug: an empty slot was kept, please report");
            self.slot_of[standing.task.get() as usize] = slot;
            self.add(slot, 1);
        }
    }

    /// Adds to the count of a slot; `u32::MAX` takes one away.
    fn add(&mut self, slot: u32, count: u32) {
        let mut n = slot as usize + 1;
        while let Some(range) = self.counts.get_mut(n) {
            *range = range.wrapping_add(count);
            n += n & n.wrapping_neg();
        }
    }

    /// How many used slots stand before that one.
    fn before(&self, slot: u32) -> u32 {
        let (mut n, mut sum) = (slot as usize, 0);
        while n > 0 {
            sum += self.counts[n];
            n &= n - 1;
        }
        sum
    }

    /// The used slot before which `place` others are in use.
    fn slot_at(&self, place: u32) -> Option<u32> {
        if place >= self.len {
            return None;
        }
        let (mut slot, mut left) = (0, place);
        let mut width = self.counts.len() - 1;
        while width > 0 {
            if let Some(&count) = self.counts.get(slot + width).filter(|&&count| count <= left) {
                slot += width;
                left -= count;
            }
            width /= 2;
        }
        u32::try_from(slot).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Lineup, TaskId};

    proptest! {
        /// Whatever joins and leaves, the lineup is a list to which is appended and from whose middle is taken.
        #[test]
        fn it_is_a_list(turns in prop::collection::vec((any::<bool>(), any::<prop::sample::Index>()), 0..400)) {
            let (mut lineup, mut list, mut next) = (Lineup::default(), Vec::new(), 0);
            for (joins, index) in turns {
                if joins || list.is_empty() {
                    // Numbers are not used in order.
                    let task = TaskId::new(next ^ 5);
                    lineup.join(task, u64::from(next), 7);
                    list.push((task, u64::from(next)));
                    next += 1;
                } else {
                    let place = index.index(list.len());
                    prop_assert_eq!(lineup.remove(u32::try_from(place).unwrap()), Some(list.remove(place)));
                }
                prop_assert_eq!(lineup.iter().collect::<Vec<_>>(), list.iter().map(|(task, _)| *task).collect::<Vec<_>>());
                for (place, (task, _)) in (0..).zip(&list) {
                    prop_assert_eq!(lineup.at(place), Some(*task));
                    prop_assert_eq!(lineup.place_of(*task), Some(place));
                }
                prop_assert_eq!(lineup.first(), list.first().map(|(_, arrival)| (*arrival, 7)));
                prop_assert_eq!(lineup.at(lineup.len()), None);
                prop_assert_eq!(lineup.place_of(TaskId::new(1_000)), None);
            }
        }
    }
}
