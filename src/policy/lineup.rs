//! The tasks of one loop that wait for their turn, in wake order: any place is found in logarithmic time.

use crate::ident::TaskId;

/// What is kept of one who waits, or has waited.
#[derive(Clone, Copy, Debug, Default)]
struct Standing {
    /// Its place in the order of everything that ever became ready on the loop.
    arrival: u64,
    /// Virtual nanoseconds at which it joined.
    since: u64,
    /// The block that it joined.
    block: u32,
}

/// The tasks that wait for their turn.
///
/// They stand in blocks of so many, each of which is filled from the left and closes ranks when one leaves it: with fewer tasks than a block holds, which is
/// what most programs have, a turn is one index and one short move. Where there are several blocks, a Fenwick tree (Fenwick, *A New Data
/// Structure for Cumulative Frequency Tables*, 1994) counts those who stand in them: the one at a place, and the place of one, take one
/// walk down the tree. When the blocks are used up, all close ranks; that happens at most once in as many arrivals as it moves.
#[derive(Debug, Default)]
pub(crate) struct Lineup<const BLOCK: u32 = 128> {
    /// The numbers of the tasks. Block `n` begins at `n * BLOCK`; what stands behind its length means nothing.
    tasks: Vec<u32>,
    /// How many stand in each block. Invariant: those behind `last` are 0, and it is empty or as long as the capacity.
    lengths: Vec<u32>,
    /// The block in which the next one joins.
    last: u32,
    /// `counts[n]` is the number of tasks in the range of blocks that ends with block `n - 1` and is as long as the lowest bit of `n`.
    /// Kept only while `last` is not 0. Invariant: then its length is one more than the capacity, a power of two.
    counts: Vec<u32>,
    /// By the number of the task; of one that does not wait, what it was when it did.
    standing: Vec<Standing>,
    len: u32,
}

impl<const BLOCK: u32> Lineup<BLOCK> {
    #[inline]
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// Forgets everything, and keeps the memory of one block, and of not more than `kept` tasks.
    pub(crate) fn renew(&mut self, kept: usize) {
        let Self { tasks, lengths, last, counts, standing, len } = self;
        tasks.truncate(BLOCK as usize);
        lengths.truncate(1);
        lengths.fill(0);
        counts.clear();
        standing.clear();
        standing.shrink_to(kept);
        (*last, *len) = (0, 0);
    }

    /// Puts one who became ready behind all that wait. It must not wait already.
    #[inline]
    pub(crate) fn join(&mut self, task: TaskId, arrival: u64, since: u64) {
        debug_assert_eq!(self.place_of(task), None, "seedbed bug: {task} is ready twice, please report");
        if self.lengths.get(self.last as usize).is_none_or(|&length| length == BLOCK) {
            self.begin_block();
        }
        let block = self.last;
        let length = &mut self.lengths[block as usize];
        self.tasks[(block * BLOCK + *length) as usize] = task.get();
        *length += 1;
        self.len += 1;
        if block > 0 {
            self.add(block, 1);
        }
        let joined = Standing { arrival, since, block };
        match self.standing.get_mut(task.get() as usize) {
            Some(standing) => *standing = joined,
            None => self.stand_first(task, joined),
        }
    }

    #[cold]
    #[inline(never)]
    fn stand_first(&mut self, task: TaskId, joined: Standing) {
        self.standing.resize(task.get() as usize, Standing::default());
        self.standing.push(joined);
    }

    /// Takes the one at that place out; what stood behind it moves up.
    #[inline]
    pub(crate) fn remove(&mut self, place: u32) -> Option<TaskId> {
        let (block, at) = self.find(place)?;
        let length = self.lengths.get_mut(block as usize)?;
        let start = (block * BLOCK) as usize;
        let standing = self.tasks.get_mut(start + at as usize..start + *length as usize)?;
        let &mut task = standing.first_mut()?;
        standing.copy_within(1.., 0);
        *length -= 1;
        self.len -= 1;
        if self.last > 0 {
            self.leave(block);
        }
        Some(TaskId::new(task))
    }

    #[inline(never)]
    fn leave(&mut self, block: u32) {
        self.add(block, u32::MAX);
        if self.len == 0 {
            // Whoever comes next starts from the left again. All lengths are 0 now.
            self.last = 0;
        }
    }

    /// The one at that place, 0 being the longest ready.
    #[inline]
    pub(crate) fn at(&self, place: u32) -> Option<TaskId> {
        let (block, at) = self.find(place)?;
        Some(TaskId::new(self.tasks[(block * BLOCK + at) as usize]))
    }

    /// Where a task stands, if it waits.
    pub(crate) fn place_of(&self, task: TaskId) -> Option<u32> {
        // If it does not wait, it stands in no block, that one included.
        let block = self.standing.get(task.get() as usize)?.block;
        let at = position(self.block(block), task.get())?;
        Some(self.before(block) + at)
    }

    /// When the longest ready one arrived, and at which instant.
    #[inline]
    pub(crate) fn first(&self) -> Option<(u64, u64)> {
        let first = self.standing[self.at(0)?.get() as usize];
        Some((first.arrival, first.since))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = TaskId> {
        (0..=self.last).flat_map(|block| self.block(block)).map(|&task| TaskId::new(task))
    }

    /// The numbers of those who stand in that block.
    fn block(&self, block: u32) -> &[u32] {
        let length = self.lengths.get(block as usize).map_or(0, |&length| length as usize);
        self.tasks.get((block * BLOCK) as usize..).and_then(|tasks| tasks.get(..length)).unwrap_or_default()
    }

    /// Makes the next block the last one; where there is none, all close ranks, and there is room for as many again.
    #[cold]
    #[inline(never)]
    fn begin_block(&mut self) {
        let counted = self.last > 0;
        if self.last as usize + 1 < self.lengths.len() {
            self.last += 1;
        } else {
            return self.close_ranks();
        }
        if !counted {
            self.count();
        }
    }

    #[inline(never)]
    fn close_ranks(&mut self) {
        self.tasks = self.iter().map(TaskId::get).collect();
        for (&task, nth) in self.tasks.iter().zip(0..) {
            self.standing[task as usize].block = nth / BLOCK;
        }
        let capacity = (2 * self.len.div_ceil(BLOCK)).next_power_of_two();
        self.lengths = (0..capacity).map(|block| self.len.saturating_sub(block * BLOCK).min(BLOCK)).collect();
        self.last = self.len / BLOCK;
        self.tasks.resize((capacity * BLOCK) as usize, 0);
        self.count();
    }

    /// Makes the counts anew.
    fn count(&mut self) {
        self.counts.clear();
        self.counts.resize(self.lengths.len() + 1, 0);
        for (block, at) in (0..).zip(0..self.lengths.len()) {
            self.add(block, self.lengths[at]);
        }
    }

    /// Adds to the count of a block; `u32::MAX` takes one away.
    fn add(&mut self, block: u32, count: u32) {
        let mut n = block as usize + 1;
        while let Some(range) = self.counts.get_mut(n) {
            *range = range.wrapping_add(count);
            n += n & n.wrapping_neg();
        }
    }

    /// How many stand in the blocks before that one.
    fn before(&self, block: u32) -> u32 {
        let (mut n, mut sum) = (block as usize, 0);
        while n > 0 {
            sum += self.counts[n];
            n &= n - 1;
        }
        sum
    }

    /// The block of the one at that place, and its place in the block.
    #[inline]
    fn find(&self, place: u32) -> Option<(u32, u32)> {
        if place >= self.len {
            return None;
        }
        Some(if self.last == 0 { (0, place) } else { self.walk(place) })
    }

    #[inline(never)]
    fn walk(&self, place: u32) -> (u32, u32) {
        let (mut block, mut left) = (0, place);
        let mut width = 1 << self.lengths.len().ilog2();
        while width > 0 {
            if let Some(&count) = self.counts.get((block + width) as usize).filter(|&&count| count <= left) {
                block += width;
                left -= count;
            }
            width /= 2;
        }
        (block, left)
    }
}

/// Where a number stands. Several are compared at a time, which the plain search does not do.
fn position(tasks: &[u32], task: u32) -> Option<u32> {
    const LANES: usize = 16;
    let (lanes, from) = tasks.chunks(LANES).zip((0..).step_by(LANES)).find(|(lanes, _)| lanes.contains(&task))?;
    lanes.iter().zip(from..).find_map(|(&other, at)| (other == task).then_some(at))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Lineup, TaskId};

    proptest! {
        /// Whatever joins and leaves, the lineup is a list to which is appended and from whose middle is taken.
        #[test]
        fn it_is_a_list(turns in prop::collection::vec((any::<bool>(), any::<prop::sample::Index>()), 0..400)) {
            let (mut lineup, mut list, mut next) = (Lineup::<4>::default(), Vec::new(), 0);
            for (joins, index) in turns {
                if joins || list.is_empty() {
                    // Numbers are not used in order.
                    let task = TaskId::new(next ^ 5);
                    lineup.join(task, u64::from(next), 7);
                    list.push((task, u64::from(next)));
                    next += 1;
                } else {
                    let place = index.index(list.len());
                    prop_assert_eq!(lineup.remove(u32::try_from(place).unwrap()), Some(list.remove(place).0));
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
