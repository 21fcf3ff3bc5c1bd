//! Tasks that a fault has put aside.

use std::collections::BTreeSet;

use crate::ident::TaskId;

/// Tasks that are scheduled and that a fault keeps from the ready queue.
#[derive(Debug, Default)]
pub(super) struct Aside {
    pub(super) count: u32,
    /// Those that are back in the queue and have stood still already: they are not asked again for the same turn, so that
    /// the numbers of turns do not depend on faults.
    pub(super) stood: BTreeSet<TaskId>,
}

impl Aside {
    pub(super) fn clear(&mut self) {
        self.count = 0;
        self.stood.clear();
    }
}
