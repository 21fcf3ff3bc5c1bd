//! A seed is a run: made twice in a process, and in another one.

use seedbed_trials::{Trial, trials_are_reproducible};

use crate::programs::{DAY, FAULTS, churn};

pub(crate) fn trial() -> Trial {
    Trial::of(FAULTS, || churn(5, 8)).virtual_time(DAY)
}

#[test]
fn a_seed_is_a_run() {
    trials_are_reproducible("seeds::a_seed_is_a_run", &[trial()]);
}
