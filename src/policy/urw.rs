//! Uniform random walk: tasks by the number of steps that they have left.

use super::profile::Profile;
use super::propose::{Observation, Policy, Ready};
use super::walk::Walk;
use crate::choice::{Kind, Prng, Turn};
use crate::seed::Seed;

/// URW (Zhao, Wolff, Mathur, Roychoudhury: *Selectively Uniform Concurrency Testing*, ASPLOS 2025, the walk without selection).
///
/// The next task is drawn in proportion to the steps that it has left. Among independent tasks every interleaving is then equally
/// likely, where a uniform choice of tasks prefers those in which they take turns. How many steps a task has left is what it took in
/// the run of the [`Profile`], its children that are yet to come included, less what it took here; at least 1.
///
/// Where it departs from the paper: a task that waits counts for nothing, because it cannot be chosen. With the clock as a candidate
/// ([`with_clock`](Self::with_clock)), the timers that are left are its steps.
///
/// ```
/// use seedbed::policy::{Policy as _, Profile, Urw};
/// use seedbed::{Seed, Sim, spawn};
/// let seed = Seed::new(1);
/// let policy = Urw::new(seed, &Profile::default());
/// assert_eq!(policy.name(), "urw");
/// assert!(Sim::new(seed).policy(policy).run(async { spawn(async {}).await.unwrap() }).is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Urw {
    prng: Prng,
    walk: Walk,
}

impl Urw {
    /// With draws decided by `seed`, for a program that is like this.
    #[must_use]
    pub fn new(seed: Seed, profile: &Profile) -> Self {
        Self { prng: Prng::new(seed, "urw"), walk: Walk::new(profile, 1) }
    }

    /// The clock takes part.
    #[must_use]
    pub fn with_clock(mut self) -> Self {
        self.walk.take_clock();
        self
    }
}

impl Policy for Urw {
    fn name(&self) -> String {
        if self.walk.has_clock() { "urw+clock".to_owned() } else { "urw".to_owned() }
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
