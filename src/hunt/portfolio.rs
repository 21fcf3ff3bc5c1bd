//! Which policy makes which run of a hunt.

use crate::policy::{Fifo, Policy, Profile, by_name, portfolio};
use crate::seed::Seed;

/// The name that asks for a mixture of policies, which is also what a hunt does when none is named.
pub(super) const PORTFOLIO: &str = "portfolio";

/// The number of the plain run.
pub(super) const PLAIN: u64 = 0;

/// The seed of a run: the base seed itself for the plain one, so that a hunt of one run is a run of its seed.
pub(super) fn seed_of(run: u64, base: Seed) -> Seed {
    if run == PLAIN { base } else { base.nth(run) }
}

/// The policy of a run. `name` has been checked.
pub(super) fn policy_of(run: u64, name: &str, seed: Seed, profile: &Profile) -> Box<dyn Policy> {
    match (run, name) {
        (PLAIN, _) => Box::new(Fifo),
        (_, PORTFOLIO) => portfolio(run, seed, profile),
        (_, name) => {
            by_name(name, seed, profile).expect("seedbed bug: an unknown policy was let through, please report")
        }
    }
}
