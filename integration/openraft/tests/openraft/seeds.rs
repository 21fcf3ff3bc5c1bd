//! A seed is a run: made twice in a process, and in another one.

use std::time::Duration;

use seedbed_trials::{Trial, trials_are_reproducible};

use crate::clusters::{FAULTS, Plan, serve};

/// Three nodes, in the orders of the portfolio.
pub(crate) fn trial() -> Trial {
    Trial::of(FAULTS, || serve(Plan::of(3))).virtual_time(Duration::from_secs(7_200))
}

#[test]
fn a_seed_is_a_run_in_every_process() {
    trials_are_reproducible("seeds::a_seed_is_a_run_in_every_process", &[trial()]);
}
