//! A seed is a run: made twice in a process, and in another one.

use std::time::Duration;

use seedbed_trials::{Trial, trials_are_reproducible};

use crate::cluster::{FAULTS, Plan, live, live_on_this_machine};

const PLAN: fn() -> Plan = || Plan { rounds: 1, ..Plan::of(4) };

fn of<F: Future<Output = ()> + 'static>(program: impl Fn() -> F + 'static) -> Trial {
    Trial::of(FAULTS, program).virtual_time(Duration::from_secs(7_200))
}

/// A short life of a small cluster.
pub(crate) fn trial() -> Trial {
    of(|| live(PLAN()))
}

/// The same with the machine's randomness and clock; and with indirect pings.
#[allow(dead_code, reason = "the table says how many seeds diverge")]
pub(crate) fn uncured() -> [(&'static str, Trial); 2] {
    let indirect = || live(Plan { indirect_checks: 3, ..PLAN() });
    [("on this machine", of(|| live_on_this_machine(PLAN()))), ("with indirect pings", of(indirect))]
}

#[test]
fn a_seed_is_a_run() {
    trials_are_reproducible("seeds::a_seed_is_a_run", &[trial()]);
}
