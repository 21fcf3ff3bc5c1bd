//! A uniform random walk over the schedules.

use super::propose::{Policy, Ready};
use crate::choice::{Kind, Prng, Turn};
use crate::seed::Seed;

/// Each time, one of the ready tasks, all equally likely; branches of a `select!` too.
///
/// ```
/// use seedbed::{Seed, Sim, policy::Random, spawn, yield_now};
/// let order = |seed: u64| {
///     let report = Sim::new(seed).policy(Random::new(Seed::from(seed))).run(async {
///         let tasks = [0, 1, 2, 3].map(|n| spawn(async move { seedbed::note!("{n}") }));
///         for task in tasks {
///             task.await.unwrap();
///         }
///     });
///     report.trace.summary()
/// };
/// assert_eq!(order(1), order(1));
/// assert!((0..20).any(|seed| order(seed) != order(1)));
/// ```
#[derive(Clone, Debug)]
pub struct Random {
    prng: Prng,
}

impl Random {
    /// A walk that this seed decides.
    #[must_use]
    pub fn new(seed: Seed) -> Self {
        Self { prng: Prng::new(seed, "random") }
    }
}

impl Policy for Random {
    fn name(&self) -> String {
        "random".to_owned()
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        Turn::Task(self.prng.below(ready.len()))
    }

    fn answer(&mut self, _: Kind, bound: u32) -> u32 {
        self.prng.below(bound)
    }
}
