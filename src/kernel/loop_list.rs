//! The loops of a run, by number; the memory of those of the run before is used again.

use super::loops::Loop;

/// The loops of a run.
#[derive(Debug, Default)]
pub(crate) struct Loops {
    /// Those behind the first `len` are as good as new.
    made: Vec<Loop>,
    len: usize,
}

impl Loops {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn push(&mut self) {
        if self.len == self.made.len() {
            self.made.push(Loop::default());
        }
        self.len += 1;
    }

    #[inline(always)]
    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut Loop> {
        self.made.get_mut(number)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Loop> {
        self.made.iter_mut().take(self.len)
    }

    /// Forgets all loops, and keeps the memory of one: not more than `kept` places of each of its queues.
    pub(super) fn renew(&mut self, kept: usize) {
        self.made.truncate(1);
        self.made.iter_mut().for_each(|event_loop| event_loop.renew(kept));
        self.len = 0;
    }
}

impl std::ops::Index<usize> for Loops {
    type Output = Loop;

    #[inline(always)]
    fn index(&self, number: usize) -> &Loop {
        &self.made[number]
    }
}

impl std::ops::IndexMut<usize> for Loops {
    #[inline(always)]
    fn index_mut(&mut self, number: usize) -> &mut Loop {
        &mut self.made[number]
    }
}
