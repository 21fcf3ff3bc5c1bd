//! What is known already: plans whose outcome needs no run.

use std::collections::BTreeMap;

use crate::choice::Departures;
use crate::trace::{Digest, Digester};

/// How many plans are remembered.
const PLANS: usize = 10_000;

/// Plans that were tried. What became of them is not kept: a run that was simpler and failed is the best, or was, so nothing that
/// is remembered here can ever be taken again.
///
/// Plans are remembered by their digest. Two of them have the same one with a chance of 2⁻⁶⁴ a pair; one would then go untried.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// When each plan was last of use, and the other way round.
    stamps: BTreeMap<Digest, u64>,
    by_age: BTreeMap<u64, Digest>,
    clock: u64,
}

impl Known {
    /// Tells whether a run of this plan would bring nothing new.
    pub(super) fn contains(&mut self, plan: &Departures) -> bool {
        let digest = digest(plan);
        let known = self.stamps.contains_key(&digest);
        if known {
            self.touch(digest);
        }
        known
    }

    /// Remembers a plan, and the departures that its run realised.
    pub(super) fn insert(&mut self, plan: &Departures, realised: &Departures) {
        self.touch(digest(plan));
        self.touch(digest(realised));
    }

    fn touch(&mut self, digest: Digest) {
        self.clock += 1;
        if let Some(before) = self.stamps.insert(digest, self.clock) {
            self.by_age.remove(&before);
        }
        self.by_age.insert(self.clock, digest);
        if self.stamps.len() > PLANS
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.stamps.remove(&oldest);
        }
    }
}

fn digest(plan: &Departures) -> Digest {
    let mut digester = Digester::new();
    for (address, answer) in plan {
        digester.feed_text(address.subject());
        digester.feed(address.kind() as u64, address.n().into());
        digester.feed(answer.get().into(), 0);
    }
    digester.digest()
}

#[cfg(test)]
mod tests {
    use super::{Departures, Known, PLANS};

    fn plan(n: usize) -> Departures {
        Departures::from_iter([(format!("main overtaken {n}").parse().unwrap(), std::num::NonZeroU32::MIN)])
    }

    #[test]
    fn the_plan_that_was_longest_of_no_use_is_forgotten() {
        let mut known = Known::default();
        for n in 0..PLANS {
            known.insert(&plan(n), &plan(n));
        }
        assert!(known.contains(&plan(0)), "and it was of use just now");
        known.insert(&plan(PLANS), &Departures::new());
        let kept = [0, 1, 2, 3, PLANS].map(|n| known.contains(&plan(n)));
        assert_eq!(kept, [true, false, false, true, true]);
        assert!(known.contains(&Departures::new()), "what was realised is known, too");
        assert_eq!(known.stamps.len(), known.by_age.len());
    }
}
