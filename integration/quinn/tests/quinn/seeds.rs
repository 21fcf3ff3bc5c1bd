//! A seed is a run: made twice in a process, and in another one.

use seedbed_trials::{Trial, trials_are_reproducible};

use crate::streams::traffic;
use crate::world::FAULTS;

pub(crate) fn trials() -> Vec<Trial> {
    [1, 10].map(|segments| Trial::of(FAULTS, move || traffic(segments))).into()
}

#[test]
fn a_seed_is_a_run_in_every_process() {
    trials_are_reproducible("seeds::a_seed_is_a_run_in_every_process", &trials());
}
