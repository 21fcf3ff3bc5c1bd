//! Timers that expire late.

use super::propose::{Observation, Policy, Ready};
use crate::choice::{FaultSet, Kind, Prng, Turn};
use crate::seed::Seed;

/// Another policy, under which some timers expire late.
///
/// One timer in four is late: half of those by a nanosecond, so that timers of one deadline change places, the others by anything up to the bound
/// ([`Sim::stall`](crate::Sim::stall), and not more than the timer was to last), short spans as often as long ones.
///
/// ```
/// use seedbed::policy::{Fifo, Late};
/// use seedbed::{Seed, Sim, now, sleep};
/// use std::time::Duration;
/// let end = |seed: u64| {
///     let policy = Late::new(Fifo, Seed::new(seed));
///     Sim::new(seed).policy(policy).run(sleep(Duration::from_millis(10))).end
/// };
/// assert!((0..20).any(|seed| end(seed).as_nanos() > 10_000_000));
/// assert!((0..20).all(|seed| end(seed).as_nanos() <= 20_000_000));
/// ```
#[derive(Clone, Debug)]
pub struct Late<P> {
    policy: P,
    prng: Prng,
}

impl<P: Policy> Late<P> {
    /// Lateness decided by `seed`, everything else by `policy`.
    #[must_use]
    pub fn new(policy: P, seed: Seed) -> Self {
        Self { policy, prng: Prng::new(seed, "late") }
    }
}

impl<P: Policy> Policy for Late<P> {
    fn name(&self) -> String {
        format!("{}+late", self.policy.name())
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        self.policy.next(ready)
    }

    fn observe(&mut self, event: Observation) {
        self.policy.observe(event);
    }

    fn faults(&self) -> FaultSet {
        self.policy.faults().union(FaultSet::of(&[Kind::Late]))
    }

    fn answer(&mut self, kind: Kind, bound: u32) -> u32 {
        if kind != Kind::Late {
            return self.policy.answer(kind, bound);
        }
        span(&mut self.prng, 8, bound)
    }
}

/// A span of virtual time, below `bound` nanoseconds: mostly none, twice in `of` times some. Half of those last one nanosecond, so that what
/// falls on one instant changes places; of the others, short ones are as likely as long ones.
pub(super) fn span(prng: &mut Prng, of: u32, bound: u32) -> u32 {
    match prng.below(of) {
        0 => 1.min(bound - 1),
        1 => {
            let bits = prng.below(32 - (bound - 1).leading_zeros() + 1);
            prng.below(1_u32.checked_shl(bits).unwrap_or(u32::MAX).min(bound))
        }
        _ => 0,
    }
}
