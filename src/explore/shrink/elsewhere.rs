//! Passes that leave the neighbourhood: two departures merged into one, and part of them drawn afresh.

use std::num::NonZeroU32;

use super::search::{Halt, Search};
use crate::choice::{Address, Departures, FaultSet, Kind, Prng, Turn};
use crate::policy::{Policy, Ready};
use crate::seed::Seed;

/// With more departures, pairs are too many.
const PAIRS_OF: usize = 40;

/// With no more departures than this, none are drawn afresh.
const FEW: usize = 8;

/// How often the rest is drawn for each part that is kept.
const DRAWS: u64 = 3;

/// Puts one departure in the place of several, with a value that stands for theirs.
///
/// What a removal cannot do: three tasks that are overtaken by one each may come to the same as one that is overtaken by three.
pub(super) fn merge(search: &mut Search<'_>) -> Result<(), Halt> {
    search.begin("several in one");
    let addresses: Vec<Address> = search.best().iter().map(|(address, _)| address.clone()).collect();
    if addresses.len() > PAIRS_OF {
        return Ok(());
    }
    for kept in &addresses {
        let like = |other: &&Address| other.kind() == kept.kind() && *other != kept;
        let others: Vec<&Address> = addresses.iter().filter(like).collect();
        if others.len() > 1 {
            put_in_place_of(search, kept, &others)?;
        }
        for other in others {
            put_in_place_of(search, kept, &[other])?;
        }
    }
    Ok(())
}

/// Tries one departure without others, with the largest of their values, all together, and twice that: too much is realised as what is
/// possible, and lowered later.
fn put_in_place_of(search: &mut Search<'_>, kept: &Address, gone: &[&Address]) -> Result<(), Halt> {
    let Some(own) = search.best().get(kept) else { return Ok(()) };
    let values: Vec<NonZeroU32> = gone.iter().filter_map(|address| search.best().get(address)).collect();
    if values.len() < gone.len() {
        return Ok(());
    }
    let largest = values.iter().fold(own, |largest, value| largest.max(*value));
    let together = values.iter().fold(own, |sum, value| sum.saturating_add(value.get()));
    for value in [largest, together, together.saturating_add(together.get())] {
        let mut plan = search.best().clone();
        for address in gone {
            plan.remove(address);
        }
        plan.insert(kept.clone(), value);
        if search.attempt(plan)? {
            break;
        }
    }
    Ok(())
}

/// Keeps the earlier part of the departures and draws the rest afresh, sparsely, where many are left and nothing else helps.
pub(super) fn draw_afresh(search: &mut Search<'_>, round: u64) -> Result<(), Halt> {
    search.begin("some drawn afresh");
    for eighths in [7, 6, 4, 2] {
        for draw in 0..DRAWS {
            if search.best().len() <= FEW {
                return Ok(());
            }
            let mut early: Vec<(Address, NonZeroU32)> =
                search.best().iter().map(|(address, value)| (address.clone(), value)).collect();
            early.sort_by_key(|(address, _)| address.n());
            early.truncate(early.len() * eighths / 8);
            let label = format!("afresh {round} {eighths} {draw}");
            let policy = Sparse { prng: Prng::new(Seed::of_path(&label), "sparse") };
            search.attempt_with(early.into_iter().collect::<Departures>(), policy)?;
        }
    }
    Ok(())
}

/// Departs rarely: what it brings about has few departures.
#[derive(Debug)]
struct Sparse {
    prng: Prng,
}

impl Policy for Sparse {
    fn name(&self) -> String {
        "sparse".to_owned()
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        if self.prng.chance(1, 16) { Turn::Task(self.prng.below(ready.len())) } else { Turn::PLAIN }
    }

    fn faults(&self) -> FaultSet {
        // A late timer may stand for several moves of the clock; of the other faults there are those that the kept departures have.
        FaultSet::of(&[Kind::Late])
    }

    fn answer(&mut self, _: Kind, bound: u32) -> u32 {
        if self.prng.chance(1, 16) { self.prng.below(bound) } else { 0 }
    }
}
