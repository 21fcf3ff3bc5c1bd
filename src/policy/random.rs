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
    clock: bool,
}

impl Random {
    /// A walk that this seed decides.
    #[must_use]
    pub fn new(seed: Seed) -> Self {
        Self { prng: Prng::new(seed, "random"), clock: false }
    }

    /// The clock is one more candidate, as likely as each task.
    #[must_use]
    pub fn with_clock(mut self) -> Self {
        self.clock = true;
        self
    }
}

impl Policy for Random {
    fn name(&self) -> String {
        if self.clock { "random+clock".to_owned() } else { "random".to_owned() }
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        let clock = u32::from(self.clock && ready.may_expire());
        match self.prng.below(ready.len() + clock) {
            place if place < ready.len() => Turn::Task(place),
            _ => Turn::Clock,
        }
    }

    fn only_picks(&self) -> bool {
        !self.clock
    }

    fn answer(&mut self, kind: Kind, bound: u32) -> u32 {
        if kind == Kind::Branch { self.prng.below(bound) } else { 0 }
    }
}
