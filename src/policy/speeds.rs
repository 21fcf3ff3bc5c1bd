//! Tasks of different speed, each by the number of steps that it has left.

use super::profile::Profile;
use super::propose::{Observation, Policy, Ready};
use super::walk::Walk;
use crate::choice::{Kind, Prng, Turn};
use crate::seed::Seed;

/// As [`Urw`](super::Urw), but every task has a speed of its own, drawn for the run: 1, 2, 4, 8 or 16 times that of the slowest.
///
/// URW makes all tasks end at about the same time, so it hardly ever lets one stay far behind, as bugs of starvation need; priorities do, but
/// then hardly anything else happens. Speeds lie between the two. This is an idea of our own; `docs/policies.md` in the repository
/// has the measurements.
///
/// ```
/// use seedbed::policy::{Policy as _, Profile, Speeds};
/// use seedbed::{Seed, Sim, spawn};
/// let seed = Seed::new(1);
/// let policy = Speeds::new(seed, &Profile::default()).with_clock();
/// assert_eq!(policy.name(), "speeds+clock");
/// assert!(Sim::new(seed).policy(policy).run(async { spawn(async {}).await.unwrap() }).is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Speeds {
    prng: Prng,
    walk: Walk,
}

/// From 1 to 16, as powers of two.
const SPEEDS: u32 = 5;

impl Speeds {
    /// With draws decided by `seed`, for a program that is like this.
    #[must_use]
    pub fn new(seed: Seed, profile: &Profile) -> Self {
        Self { prng: Prng::new(seed, "speeds"), walk: Walk::new(profile, SPEEDS) }
    }

    /// The clock takes part.
    #[must_use]
    pub fn with_clock(mut self) -> Self {
        self.walk.take_clock();
        self
    }
}

impl Policy for Speeds {
    fn name(&self) -> String {
        if self.walk.has_clock() { "speeds+clock".to_owned() } else { "speeds".to_owned() }
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        self.walk.next(ready, &mut self.prng)
    }

    fn observe(&mut self, event: Observation) {
        self.walk.observe(event, &mut self.prng);
    }

    fn answer(&mut self, kind: Kind, bound: u32) -> u32 {
        if kind == Kind::Branch { self.prng.below(bound) } else { 0 }
    }
}
