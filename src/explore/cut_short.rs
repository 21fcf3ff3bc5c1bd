//! How long a run may go on that nobody asked for: one that takes many times the steps of the failing one does not fail as it did.

use crate::kernel::LimitKind;
use crate::sim::{Failure, FailureKind};

/// A run may take so many times the steps of the failing one, and some more.
const PATIENCE: u64 = 4;
const FLOOR: u64 = 10_000;

/// How many steps a run may take beside one that failed after so many.
pub(super) fn steps_cap(steps: u64) -> u64 {
    steps.saturating_mul(PATIENCE).max(FLOOR)
}

/// Whether a run was ended by that bound, which is no failure of the program.
pub(super) fn was_cut_short(failure: &Failure, steps_cap: u64) -> bool {
    let cap = steps_cap.to_string();
    matches!(&failure.kind, FailureKind::Limit { limit: LimitKind::Steps, bound, .. } if *bound == cap)
}
