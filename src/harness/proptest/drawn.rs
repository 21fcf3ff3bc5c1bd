//! `Drawn`: a run that is drawn: a seed and the name of a policy.

use crate::policy::{Profile, by_name, portfolio};
use crate::seed::Seed;
use crate::sim::Sim;

/// What decides the first run.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    pub(super) seed: Seed,
    /// A name that is known.
    pub(super) policy: String,
    /// Whether all runs have this policy.
    pub(super) fixed: bool,
}

impl Drawn {
    /// The run itself, as number 0, and then others.
    pub(super) fn another(&self, number: u64) -> Self {
        if number == 0 {
            return self.clone();
        }
        let seed = self.seed.nth(number);
        let policy = if self.fixed { self.policy.clone() } else { portfolio(number, seed, &Profile::default()).name() };
        Self { seed, policy, fixed: self.fixed }
    }

    pub(super) fn sim(&self) -> Sim {
        let policy = by_name(&self.policy, self.seed, &Profile::default());
        let policy = policy.expect("seedbed bug: an unknown policy was let through, please report");
        Sim::new(self.seed).policy(policy)
    }
}
