//! What falls due outside the loops, and in which order.

use std::cmp::Ordering;

use super::arena::Key;
use crate::ident::JobId;

/// What falls due.
#[derive(Clone, Copy, Debug)]
pub(super) enum Due {
    Job(JobId),
    /// A closure of the executors' own.
    Call(Key),
}

/// Something that falls due outside the loops, ordered by instant and then by sequence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    /// Virtual nanoseconds above the sequence: one comparison says which of two comes first, and no two that differ are equal.
    order: u128,
    pub(super) due: Due,
}

impl Event {
    pub(super) fn new(at: u64, sequence: u64, due: Due) -> Self {
        Self { order: u128::from(at) << 64 | u128::from(sequence), due }
    }

    pub(super) fn at(self) -> u64 {
        u64::try_from(self.order >> 64).unwrap_or(u64::MAX)
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Event {}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Event {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order.cmp(&other.order)
    }
}
