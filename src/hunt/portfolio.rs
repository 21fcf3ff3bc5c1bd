//! Which policy makes which run of a hunt.

use crate::choice::FaultSet;
use crate::policy::{Fifo, Policy, Profile, by_name_and, portfolio, swarm, with_faults};
use crate::seed::Seed;

/// The name that asks for a mixture of policies, which is also what a hunt does when none is named.
pub(super) const PORTFOLIO: &str = "portfolio";

/// The number of the plain run.
pub(super) const PLAIN: u64 = 0;

/// The seed of a run: the base seed itself for the plain one, so that a hunt of one run is a run of its seed.
pub(super) fn seed_of(run: u64, base: Seed) -> Seed {
    if run == PLAIN { base } else { base.nth(run) }
}

/// The policy of a run, with some of the faults that may strike. `name` has been checked.
pub(super) fn policy_of(run: u64, name: &str, faults: FaultSet, seed: Seed, profile: &Profile) -> Box<dyn Policy> {
    let some = swarm(faults, seed);
    match (run, name) {
        (PLAIN, _) => Box::new(Fifo),
        (_, PORTFOLIO) => with_faults(portfolio(run, seed, profile), some, seed, profile),
        (_, name) => by_name_and(name, some, seed, profile)
            .expect("seedbed bug: an unknown policy was let through, please report"),
    }
}
