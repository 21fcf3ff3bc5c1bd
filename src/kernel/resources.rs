//! Named resources (locks, queues, …) and the tasks that hold them, for the report of a deadlock.

use crate::ident::{ResourceId, TaskId};

/// Who holds what.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    holders: Vec<Vec<TaskId>>,
}

impl Resources {
    pub(crate) fn add(&mut self, id: ResourceId) {
        debug_assert_eq!(
            id.get() as usize,
            self.holders.len(),
            "seedbed bug: resource ids must be dense, please report"
        );
        self.holders.push(Vec::new());
    }

    pub(crate) fn clear(&mut self) {
        self.holders.clear();
    }

    pub(crate) fn acquired(&mut self, id: ResourceId, by: TaskId) {
        self.holders[id.get() as usize].push(by);
    }

    /// A release by whoever: asyncio's locks have no owner, so the releasing task is preferred, then the oldest holder.
    pub(crate) fn released(&mut self, id: ResourceId, by: Option<TaskId>) {
        let holders = &mut self.holders[id.get() as usize];
        let at = holders.iter().position(|&holder| Some(holder) == by).unwrap_or(0);
        if at < holders.len() {
            holders.remove(at);
        }
    }

    pub(crate) fn holders(&self, id: ResourceId) -> &[TaskId] {
        self.holders.get(id.get() as usize).map_or(&[], Vec::as_slice)
    }
}
