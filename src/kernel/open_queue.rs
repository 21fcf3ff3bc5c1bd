//! What waits for its turn on a loop while a policy or a plan decides: steps of tasks, and apart from them expiries and callbacks.

use std::collections::VecDeque;

use super::handle::Ready;
use crate::ident::TaskId;
use crate::policy::Lineup;

/// The ready queue in the form in which its middle can be taken.
///
/// Taken from the front alone, it is the plain queue: an expiry or a callback has its turn when no step that arrived before it is left.
/// When the clock is moved, those that it makes due pass all steps: a task that is slow does not hold up timers.
#[derive(Debug, Default)]
pub(crate) struct OpenQueue {
    pub(super) steps: Lineup,
    /// Expiries and callbacks, with the number of their arrival.
    others: VecDeque<(u64, Ready)>,
    /// How many handles have arrived so far.
    arrivals: u64,
    /// Expiries and callbacks with a smaller number wait for no step.
    released: u64,
    /// The clock is being moved: what arrives by it waits for no step.
    clock_moves: bool,
}

impl OpenQueue {
    pub(super) fn len(&self) -> usize {
        self.steps.len() as usize + self.others.len()
    }

    /// Puts a handle behind all others.
    #[inline]
    pub(super) fn admit(&mut self, handle: Ready, now: u64) {
        match handle {
            Ready::Step(task) => self.steps.join(task, self.arrivals, now),
            Ready::Expiry(_) | Ready::Call(_) => self.others.push_back((self.arrivals, handle)),
        }
        self.arrivals += 1;
    }

    /// The clock is about to be moved: the timers that expire by it do so now.
    pub(super) fn moving_clock(&mut self) {
        self.clock_moves = true;
    }

    /// Takes the expiry or callback whose turn it is, if it is one's.
    #[inline]
    pub(super) fn take_other(&mut self) -> Option<Ready> {
        if self.others.is_empty() && !self.clock_moves { None } else { self.take_first_other() }
    }

    #[inline(never)]
    fn take_first_other(&mut self) -> Option<Ready> {
        if std::mem::take(&mut self.clock_moves) {
            self.released = self.arrivals;
        }
        let &(arrival, handle) = self.others.front()?;
        let in_front = self.steps.first().is_none_or(|(first, _)| arrival < first);
        if !in_front && arrival >= self.released {
            return None;
        }
        self.others.pop_front();
        Some(handle)
    }

    /// Takes the step at that place.
    #[inline]
    pub(super) fn take_step(&mut self, place: u32) -> Option<TaskId> {
        self.steps.remove(place)
    }

    /// Forgets everything, and keeps the memory: not more than `kept` places of each sort.
    pub(super) fn renew(&mut self, kept: usize) {
        let Self { steps, others, arrivals, released, clock_moves } = self;
        steps.renew(kept);
        others.clear();
        others.shrink_to(kept);
        (*arrivals, *released, *clock_moves) = (0, 0, false);
    }

    /// Takes everything, in the order of arrival.
    pub(super) fn drain(&mut self) -> Vec<Ready> {
        let mut all: Vec<(u64, Ready)> = self.others.drain(..).collect();
        while let Some((arrival, _)) = self.steps.first() {
            all.extend(self.steps.remove(0).map(|task| (arrival, Ready::Step(task))));
        }
        all.sort_unstable_by_key(|(arrival, _)| *arrival);
        all.into_iter().map(|(_, handle)| handle).collect()
    }
}
