//! Passes that leave the neighbourhood: two departures merged into one, and part of them drawn afresh.

use std::num::NonZeroU32;

use super::search::{Halt, Search};
use crate::choice::{Address, Departures, Kind, Prng, Turn};
use crate::policy::{Policy, Ready};
use crate::seed::Seed;

/// With more departures, pairs are too many.
const PAIRS_OF: usize = 40;

/// With no more departures than this, none are drawn afresh.
const FEW: usize = 8;

/// How often the rest is drawn for each part that is kept.
const DRAWS: u64 = 3;

/// Replaces two departures by one, which has the larger of their values or both together.
///
/// What a single removal cannot do: where three tasks are overtaken by one each, it may be enough that the first is overtaken by three.
pub(super) fn merge(search: &mut Search<'_>) -> Result<(), Halt> {
    search.begin("two in one");
    let addresses: Vec<Address> = search.best().iter().map(|(address, _)| address.clone()).collect();
    if addresses.len() > PAIRS_OF {
        return Ok(());
    }
    for kept in &addresses {
        for gone in addresses.iter().filter(|gone| gone.kind() == kept.kind() && *gone != kept) {
            let (Some(one), Some(other)) = (search.best().get(kept), search.best().get(gone)) else { continue };
            let together = one.saturating_add(other.get());
            for value in if other > one { vec![other, together] } else { vec![together] } {
                let mut plan = search.best().clone();
                plan.remove(gone);
                plan.insert(kept.clone(), value);
                if search.attempt(plan)? {
                    break;
                }
            }
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

    fn answer(&mut self, _: Kind, bound: u32) -> u32 {
        if self.prng.chance(1, 16) { self.prng.below(bound) } else { 0 }
    }
}
