//! Partial order sampling: every step has a random priority of its own.

use super::propose::{Observation, Policy, Ready};
use super::ranking::Ranking;
use crate::choice::{Kind, Prng, Turn};
use crate::seed::Seed;

/// POS (Yuan, Yang, Gu: *Partial Order Aware Concurrency Sampling*, CAV 2018), in its basic form.
///
/// Each time a task becomes ready it draws a priority; the highest that is ready runs. A task with a low one stays behind for long,
/// which a uniform walk hardly ever lets happen.
///
/// Where it departs from the paper: there, what races with the step just taken draws again. What tasks share is not known here (an `Rc` is
/// as good as a lock), so nothing is drawn twice. With the clock as a candidate ([`with_clock`](Self::with_clock)), each expiry is a
/// step with a priority like any other.
///
/// ```
/// use seedbed::policy::{Policy as _, Pos};
/// use seedbed::{Seed, Sim, sleep, spawn};
/// use std::time::Duration;
/// let seed = Seed::new(1);
/// let policy = Pos::new(seed).with_clock();
/// assert_eq!(policy.name(), "pos+clock");
/// let report = Sim::new(seed).policy(policy).run(async {
///     let nap = spawn(sleep(Duration::from_millis(10)));
///     nap.await.unwrap();
/// });
/// assert!(report.is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Pos {
    prng: Prng,
    ranking: Ranking,
    clock: bool,
}

impl Pos {
    /// With draws decided by `seed`.
    #[must_use]
    pub fn new(seed: Seed) -> Self {
        Self { prng: Prng::new(seed, "pos"), ranking: Ranking::default(), clock: false }
    }

    /// The clock takes part: each expiry draws a priority.
    #[must_use]
    pub fn with_clock(mut self) -> Self {
        self.clock = true;
        self.ranking.rank_clock(self.prng.next_u64());
        self
    }
}

impl Policy for Pos {
    fn name(&self) -> String {
        if self.clock { "pos+clock".to_owned() } else { "pos".to_owned() }
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        self.ranking.top(ready).1
    }

    fn observe(&mut self, event: Observation) {
        match event {
            Observation::Ready { task } => self.ranking.rank(task, self.prng.next_u64()),
            Observation::Ran { task } => self.ranking.forget(task),
            Observation::Expired if self.clock => self.ranking.rank_clock(self.prng.next_u64()),
            Observation::Spawned { .. } | Observation::Expired | Observation::Ended { .. } => {}
        }
    }

    fn answer(&mut self, kind: Kind, bound: u32) -> u32 {
        if kind == Kind::Branch { self.prng.below(bound) } else { 0 }
    }
}
