//! Unfair policies come to an end.

use super::profile::Profile;
use super::propose::{Observation, Policy, Ready};
use crate::choice::{FaultSet, Kind, Prng, Turn};
use crate::seed::Seed;

/// Another policy for as long as a run can be expected to last, and a fair one after that.
///
/// A policy with priorities may keep a task waiting for ever while another polls, and one that moves the clock may let a client time out and
/// try again for ever; a correct program would then never end. So after eight times the choices of the plain run (and a thousand), all
/// ready tasks are equally likely, and time is exact: what was disturbed can recover.
///
/// ```
/// use seedbed::policy::{Fair, Pct, Profile};
/// use seedbed::{Seed, Sim, spawn, yield_now};
/// use std::{cell::Cell, rc::Rc};
/// let seed = Seed::new(1);
/// let profile = Profile::default();
/// let policy = Fair::new(Pct::new(2, seed, &profile), seed, &profile);
/// let report = Sim::new(seed).policy(policy).run(async {
///     let flag = Rc::new(Cell::new(false));
///     let seen = Rc::clone(&flag);
///     let poller = spawn(async move {
///         while !seen.get() {
///             yield_now().await;
///         }
///     });
///     spawn(async move { flag.set(true) }).await.unwrap();
///     poller.await.unwrap();
/// });
/// assert!(report.is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Fair<P> {
    policy: P,
    prng: Prng,
    /// Choices until the end of unfairness.
    left: u32,
}

impl<P: Policy> Fair<P> {
    /// `policy` first, then a walk that `seed` decides.
    #[must_use]
    pub fn new(policy: P, seed: Seed, profile: &Profile) -> Self {
        let left = profile.choices().saturating_mul(8).saturating_add(1_000);
        Self { policy, prng: Prng::new(seed, "fair"), left }
    }
}

impl<P: Policy> Policy for Fair<P> {
    fn name(&self) -> String {
        self.policy.name()
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        if self.left == 0 {
            return Turn::Task(self.prng.below(ready.len()));
        }
        if ready.len() > 1 || ready.may_expire() {
            self.left -= 1;
        }
        self.policy.next(ready)
    }

    fn observe(&mut self, event: Observation) {
        if self.left > 0 {
            self.policy.observe(event);
        }
    }

    fn faults(&self) -> FaultSet {
        self.policy.faults()
    }

    fn answer(&mut self, kind: Kind, bound: u32) -> u32 {
        if self.left == 0 && kind != Kind::Branch { 0 } else { self.policy.answer(kind, bound) }
    }
}
