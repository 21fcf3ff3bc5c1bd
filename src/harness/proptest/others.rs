//! Other schedules for inputs that have changed: departures that were found for more inputs need not fit fewer.

use std::num::NonZeroU32;

use super::drawn::Drawn;
use crate::choice::{Address, Departures};

/// How many runs are drawn for inputs that pass as planned.
const DRAWS: u64 = 3;

/// How many plans are tried that differ in a value.
const LOWERED: usize = 12;

/// With more departures than this, one of them is hardly what keeps a plan from fitting.
const FEW: usize = 8;

/// A schedule for inputs that pass as planned.
#[derive(Debug)]
pub(super) enum Other {
    Planned(Departures),
    Drawn(Drawn),
}

/// The schedules to be tried where this plan does not do, the first one first; none where the order does not matter.
pub(super) fn others(plan: &Departures, drawn: &Drawn) -> Vec<Other> {
    if plan.is_empty() {
        return Vec::new();
    }
    let (few, renumbered) = (plan.len() <= FEW, renumbered(plan));
    let mut plans: Vec<_> = lowered(plan).take(if few { LOWERED } else { 0 }).collect();
    if few && renumbered != *plan {
        plans.extend(lowered(&renumbered).take(LOWERED));
        plans.push(renumbered);
    }
    let drawn = (0..DRAWS).map(|number| Other::Drawn(drawn.another(number)));
    plans.into_iter().map(Other::Planned).chain(drawn).collect()
}

/// Where an input less is a task less, others can be overtaken less often.
fn lowered(plan: &Departures) -> impl Iterator<Item = Departures> {
    plan.iter().flat_map(move |(address, value)| {
        (1..value.get()).rev().filter_map(NonZeroU32::new).map(move |lower| {
            let mut plan = plan.clone();
            plan.insert(address.clone(), lower);
            plan
        })
    })
}

/// Where an input less is a task less, those behind it have lower numbers.
fn renumbered(plan: &Departures) -> Departures {
    let one_less = |address: &Address| {
        let (parent, number) = address.subject().rsplit_once('/')?;
        let number = number.parse::<u32>().ok()?.checked_sub(1).filter(|number| *number > 0)?;
        Address::new(format!("{parent}/{number}"), address.kind(), address.n()).ok()
    };
    plan.iter().map(|(address, value)| (one_less(address).unwrap_or_else(|| address.clone()), value)).collect()
}
