//! Faults from a seed.

use super::late::span;
use super::profile::Profile;
use super::propose::{Observation, Policy, Ready};
use crate::choice::{FaultSet, Kind, Prng, Turn};
use crate::seed::Seed;

/// Another policy, in whose runs faults strike.
///
/// Which kinds is said by a [`FaultSet`]; how often they strike is drawn for the whole run: about once in 4, 16 or 64 times, so that short programs
/// meet some and long ones still get somewhere. Lateness
/// is [`Late`](super::Late)'s. Orders are those of the policy inside, whatever the faults are: they are drawn from another stream of the seed.
///
/// After eight times the choices of the plain run (and a thousand), nothing strikes any more: what was disturbed can recover.
///
/// ```
/// use seedbed::choice::FaultSet;
/// use seedbed::policy::{Faulty, Policy, Profile, Random};
/// use seedbed::Seed;
/// let seed = Seed::new(1);
/// let faults: FaultSet = "stall+wake".parse().unwrap();
/// let policy = Faulty::new(Random::new(seed), faults, seed, &Profile::default());
/// assert_eq!((policy.name().as_str(), policy.faults()), ("random+stall+wake", faults));
/// ```
#[derive(Clone, Debug)]
pub struct Faulty<P> {
    policy: P,
    faults: FaultSet,
    prng: Prng,
    /// They strike about once in so many questions.
    rarity: u32,
    /// Questions until nothing strikes any more.
    left: u32,
}

impl<P: Policy> Faulty<P> {
    /// The kinds that this policy answers itself.
    const OWN: FaultSet = FaultSet::ALL.without(FaultSet::of(&[Kind::Late]));

    /// Faults of these kinds decided by `seed`, everything else by `policy`, in a program that is like `profile`.
    #[must_use]
    pub fn new(policy: P, faults: FaultSet, seed: Seed, profile: &Profile) -> Self {
        let left = profile.choices().saturating_mul(8).saturating_add(1_000);
        let faults = faults.without(FaultSet::ALL.without(Self::OWN));
        let mut prng = Prng::new(seed, "faults");
        let rarity = 4 << (2 * prng.below(3));
        Self { policy, faults, prng, rarity, left }
    }

    fn strike(&mut self, kind: Kind, bound: u32) -> u32 {
        let (prng, rarity) = (&mut self.prng, self.rarity);
        match kind {
            Kind::Slow | Kind::Stall | Kind::Wake => span(prng, 2 * rarity, bound),
            // A range that the program gave is used: half of all messages take the least, which those of a reliable link would not.
            Kind::Latency if prng.chance(1, 2) => prng.below(bound),
            Kind::Latency => 0,
            // One byte alone is what code is tried by; anything else is as likely.
            Kind::Short if prng.chance(1, 2 * rarity) => bound - 1,
            // The point itself says how often it strikes: at some of the answers.
            Kind::Point => prng.below(bound),
            _ if prng.chance(1, rarity) => prng.below(bound - 1) + 1,
            _ => 0,
        }
    }
}

impl<P: Policy> Policy for Faulty<P> {
    fn name(&self) -> String {
        if self.faults.is_empty() { self.policy.name() } else { format!("{}+{}", self.policy.name(), self.faults) }
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        self.policy.next(ready)
    }

    fn observe(&mut self, event: Observation) {
        self.policy.observe(event);
    }

    fn faults(&self) -> FaultSet {
        self.policy.faults().union(self.faults)
    }

    fn answer(&mut self, kind: Kind, bound: u32) -> u32 {
        if !self.faults.contains(kind) {
            return self.policy.answer(kind, bound);
        }
        if self.left == 0 {
            return 0;
        }
        self.left -= 1;
        self.strike(kind, bound)
    }

    fn is_plain(&self) -> bool {
        self.faults.is_empty() && self.policy.is_plain()
    }
}

/// These faults, timers that are late included, in the runs of a policy.
pub(crate) fn with_faults(policy: Box<dyn Policy>, faults: FaultSet, seed: Seed, profile: &Profile) -> Box<dyn Policy> {
    let policy = if faults.contains(Kind::Late) {
        Box::new(super::late::Late::new(policy, seed)) as Box<dyn Policy>
    } else {
        policy
    };
    let others = faults.without(FaultSet::of(&[Kind::Late]));
    if others.is_empty() { policy } else { Box::new(Faulty::new(policy, others, seed, profile)) }
}

/// Which of these faults there are in one run: each kind is as likely as not, and one there always is. Runs that have only some of them reach
/// what those that have all do not: a fault may hide another (Groce, Zhang, Eide, Chen, Regehr, *Swarm Testing*, ISSTA 2012).
pub(crate) fn swarm(allowed: FaultSet, seed: Seed) -> FaultSet {
    let mut prng = Prng::new(seed, "swarm");
    let drawn: FaultSet = allowed.kinds().filter(|_| prng.chance(1, 2)).collect();
    if !drawn.is_empty() {
        return drawn;
    }
    let count = u32::try_from(allowed.kinds().count()).expect("seedbed bug: more kinds than codes, please report");
    if count == 0 {
        return FaultSet::NONE;
    }
    let place = prng.below(count);
    (0..).zip(allowed.kinds()).filter(|(at, _)| *at == place).map(|(_, kind)| kind).collect()
}

#[cfg(test)]
mod tests {
    use super::{FaultSet, Seed, swarm};

    #[test]
    fn a_swarm_draws_some_and_in_time_every_set() {
        let allowed: FaultSet = "late+stall+wall".parse().unwrap();
        let drawn: std::collections::BTreeSet<String> =
            (0..200).map(|seed| swarm(allowed, Seed::new(seed)).to_string()).collect();
        assert_eq!(drawn.len(), 7, "{drawn:?}");
        assert_eq!(swarm(FaultSet::NONE, Seed::new(0)), FaultSet::NONE);
    }
}
