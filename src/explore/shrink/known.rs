//! What is known already: plans whose outcome needs no run.

use std::collections::{BTreeMap, VecDeque};

use crate::choice::{Address, Departures, Reached};
use crate::trace::{Digest, Digester};

/// How many plans are remembered.
const PLANS: usize = 10_000;

/// How many runs are remembered with all that they asked.
const RUNS: usize = 64;

/// How many departures may be looked at to spare one run.
const WORTH: usize = 4_096;

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
    /// Runs that were not taken: what they asked, and what they were told. The newest first.
    runs: VecDeque<(Departures, Reached)>,
}

impl Known {
    /// Tells whether a run of this plan would bring nothing new.
    pub(super) fn contains(&mut self, plan: &Departures) -> bool {
        let digest = digest(plan);
        let known = self.stamps.contains_key(&digest) || self.is_a_run(plan);
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

    /// Remembers a run that was not taken, so that plans which it cannot tell from its own are known too.
    pub(super) fn insert_run(&mut self, plan: Departures, reached: Reached) {
        self.runs.truncate(RUNS - 1);
        self.runs.push_front((plan, reached));
    }

    /// A run is what it was told. Where a plan says the same as another one to every question of the other's run, its run is that run.
    fn is_a_run(&self, plan: &Departures) -> bool {
        let is_it = |(told, reached): &(Departures, Reached)| {
            let alike = |one: &Departures, other: &Departures| {
                one.iter().all(|(address, answer)| other.get(address) == Some(answer) || !reached.contains(address))
            };
            alike(plan, told) && alike(told, plan)
        };
        let mut budget = WORTH;
        let affordable = |(told, _): &&(Departures, Reached)| {
            let cost = told.len() + plan.len() + 1;
            let affordable = cost <= budget;
            budget = budget.saturating_sub(cost);
            affordable
        };
        self.runs.iter().take_while(affordable).any(is_it)
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
        feed(&mut digester, address);
        digester.feed(u64::from(answer.get()), 0);
    }
    digester.digest()
}

fn feed(digester: &mut Digester, address: &Address) {
    digester.feed_text(address.subject());
    digester.feed(address.kind() as u64, u64::from(address.n()));
}
