//! The ready tasks by priority, for policies that always run the highest.

use std::collections::BTreeSet;

use super::propose::Ready;
use crate::choice::Turn;
use crate::ident::TaskId;

/// Who has the highest priority of those that are ready.
///
/// The clock can be one of them; it takes part whenever it may move.
#[derive(Clone, Debug, Default)]
pub(super) struct Ranking {
    /// Invariant: holds `(p, t)` exactly while `priorities[t]` is `p`. Of two equal priorities the later task is higher.
    ranked: BTreeSet<(u64, TaskId)>,
    /// By the number of the task; `None` while it does not wait.
    priorities: Vec<Option<u64>>,
    /// The priority of the clock, if it takes part.
    clock: Option<u64>,
}

/// Who is the highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Top {
    Task(TaskId),
    Clock,
}

impl Ranking {
    /// Ranks one who became ready, or ranks it anew.
    pub(super) fn rank(&mut self, task: TaskId, priority: u64) {
        self.forget(task);
        let number = task.get() as usize;
        if number >= self.priorities.len() {
            self.priorities.resize(number + 1, None);
        }
        self.priorities[number] = Some(priority);
        self.ranked.insert((priority, task));
    }

    /// One that was ready has its turn.
    pub(super) fn forget(&mut self, task: TaskId) {
        if let Some(priority) = self.priorities.get_mut(task.get() as usize).and_then(Option::take) {
            self.ranked.remove(&(priority, task));
        }
    }

    pub(super) fn rank_clock(&mut self, priority: u64) {
        self.clock = Some(priority);
    }

    /// The highest of those that are ready, with its place.
    pub(super) fn top(&self, ready: &Ready<'_>) -> (Top, Turn) {
        // Tasks of loops that do not run now are ranked too. There is hardly ever more than one loop.
        let mut here =
            self.ranked.iter().rev().filter_map(|&(priority, task)| Some((priority, task, ready.place_of(task)?)));
        let highest = here.next();
        let expires = ready.may_expire() && self.clock > highest.map(|(priority, ..)| priority);
        match highest {
            _ if expires => (Top::Clock, Turn::Clock),
            Some((_, task, place)) => (Top::Task(task), Turn::Task(place)),
            None => unreachable!("seedbed bug: somebody is ready and nobody is ranked, please report"),
        }
    }
}
