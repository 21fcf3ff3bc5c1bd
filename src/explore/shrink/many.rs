//! Passes for failures with many departures: the shortest beginning that is enough, and other runs that depart rarely.
//!
//! Leaving out a departure in the middle of a long run makes everything after it another run, so that halving finds hardly a part that can
//! go. What comes last can go without that. And where the failure is not rare, some run fails with few departures of the same kinds, which
//! takes a few dozen runs to find. Clusters of openraft that fail come from 1,809 departures to 3 in 250 runs so, where halving alone had 17
//! left after as long; those whose failure takes a thousand moves of the clock, one by one, stay long.

use super::search::{Halt, Search};
use crate::choice::{Departures, FaultSet, Kind, Prng, Turn};
use crate::policy::{Policy, Ready};
use crate::seed::Seed;

/// With no more departures than this, leaving out is quick.
const MANY: usize = 64;

/// How often a run is drawn for each rarity.
const DRAWS: u64 = 20;

/// One departure in about so many questions.
const RARITIES: [u32; 3] = [16, 64, 256];

/// The last of the beginnings that are tried differ by this part of the run.
const FINEST: u64 = 256;

/// Makes few of many departures.
pub(super) fn few_of_many(search: &mut Search<'_>, round: u64) -> Result<(), Halt> {
    if search.best().len() > MANY {
        beginning(search)?;
    }
    if search.best().len() > MANY {
        drawn_anew(search, round)?;
    }
    Ok(())
}

/// Bisects for the shortest beginning of the run after which it may go plainly.
fn beginning(search: &mut Search<'_>) -> Result<(), Halt> {
    search.begin("a beginning");
    let of = search.questions();
    let (mut low, mut high) = (0, of);
    while high - low > (of / FINEST).max(1) && search.best().len() > MANY {
        let middle = low + (high - low) / 2;
        if search.attempt_first(middle)? {
            high = middle;
        } else {
            low = middle;
        }
    }
    Ok(())
}

/// Draws runs from nothing, with departures of the kinds that are there, ever more rarely.
fn drawn_anew(search: &mut Search<'_>, round: u64) -> Result<(), Halt> {
    search.begin("drawn anew");
    for rarity in RARITIES {
        for draw in 0..DRAWS {
            if search.best().len() <= MANY {
                return Ok(());
            }
            let kinds: Vec<Kind> = search.best().iter().map(|(address, _)| address.kind()).collect();
            let policy = Rare {
                prng: Prng::new(Seed::of_path(&format!("anew {round} {rarity} {draw}")), "rare"),
                rarity,
                order: kinds.contains(&Kind::Overtaken),
                clock: kinds.contains(&Kind::Clock),
                generators: kinds.contains(&Kind::Rng),
                faults: kinds.iter().copied().collect(),
                left: search.best().len(),
            };
            if search.attempt_with(Departures::new(), policy)? {
                break;
            }
        }
    }
    Ok(())
}

/// Departs in the ways of a failing run, and rarely.
#[derive(Debug)]
struct Rare {
    prng: Prng,
    rarity: u32,
    order: bool,
    clock: bool,
    generators: bool,
    faults: FaultSet,
    /// With more departures than there are, a run is not simpler: none are made after that.
    left: usize,
}

impl Rare {
    fn departs(&mut self) -> bool {
        let departs = self.left > 0 && self.prng.chance(1, self.rarity);
        self.left -= usize::from(departs);
        departs
    }
}

impl Policy for Rare {
    fn name(&self) -> String {
        "rare".to_owned()
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        let clock = u32::from(self.clock && ready.may_expire());
        let others = if self.order { ready.len() } else { 1 };
        if others + clock < 2 || !self.departs() {
            return Turn::PLAIN;
        }
        match self.prng.below(others + clock) {
            place if place < others => Turn::Task(place),
            _ => Turn::Clock,
        }
    }

    fn faults(&self) -> FaultSet {
        self.faults
    }

    fn answer(&mut self, kind: Kind, bound: u32) -> u32 {
        match kind {
            // Each stream of numbers is as good as any other, so that this one is drawn each time.
            Kind::Rng if self.generators => self.prng.below(bound),
            Kind::Rng => 0,
            _ if self.departs() => self.prng.below(bound),
            _ => 0,
        }
    }
}
