//! Which other values of a departure would do.

use std::num::NonZeroU32;

use super::explanation::Values;
use super::trials::{Halt, Trials, Verdict};
use crate::choice::{Address, Departures, Kind, Mismatch};

/// So many values above its own are tried one by one; beyond them, ever larger ones.
const ONE_BY_ONE: u32 = 32;

/// What came of one value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tried {
    Fails,
    Passes,
    /// The question has no such answer.
    Impossible,
}

/// Tries higher values than the departure's own.
pub(super) fn values(
    trials: &mut Trials<'_>,
    departures: &Departures,
    address: &Address,
) -> Result<Option<Values>, Halt> {
    let Some(own) = departures.get(address).map(NonZeroU32::get) else { return Ok(None) };
    let mut values = Values { failing: vec![own], passing: Vec::new(), complete: false };
    // Streams of random numbers have no order: a sample of them says as much as there is to say.
    let first = if address.kind() == Kind::Rng { 0 } else { own };
    for value in (first + 1..=first.saturating_add(ONE_BY_ONE)).filter(|value| *value != own) {
        if !put(trials, departures, address, value, &mut values)? {
            values.complete = true;
            return Ok(Some(values));
        }
    }
    if address.kind() != Kind::Rng {
        far(trials, departures, address, own.saturating_add(ONE_BY_ONE), &mut values)?;
        let above = |value: &&u32| **value > own;
        let threshold = values.passing.iter().find(above).copied();
        if let Some(passes) = threshold.filter(|passes| *passes > own.saturating_add(ONE_BY_ONE)) {
            between(trials, departures, address, passes, &mut values)?;
        }
    }
    for list in [&mut values.failing, &mut values.passing] {
        list.sort_unstable();
        list.dedup();
    }
    Ok(Some(values))
}

/// Tries ever larger values, each twice as far from `from` as the one before, until one is impossible.
fn far(
    trials: &mut Trials<'_>,
    departures: &Departures,
    address: &Address,
    from: u32,
    values: &mut Values,
) -> Result<(), Halt> {
    for power in 0..u32::BITS {
        let Some(value) = from.checked_add(1 << power) else { break };
        if !put(trials, departures, address, value, values)? {
            break;
        }
    }
    Ok(())
}

/// Finds the lowest value that passes, between the highest below `passes` that fails and it.
fn between(
    trials: &mut Trials<'_>,
    departures: &Departures,
    address: &Address,
    mut passes: u32,
    values: &mut Values,
) -> Result<(), Halt> {
    let mut fails = values.failing.iter().copied().filter(|value| *value < passes).max().unwrap_or(0);
    while passes - fails > 1 {
        let middle = fails + (passes - fails) / 2;
        match attempt(trials, departures, address, middle)? {
            Tried::Fails => {
                fails = middle;
                values.failing.push(middle);
            }
            Tried::Passes | Tried::Impossible => {
                passes = middle;
                values.passing.push(middle);
            }
        }
    }
    Ok(())
}

/// Tries a value and notes what came of it; false if it is impossible.
fn put(
    trials: &mut Trials<'_>,
    departures: &Departures,
    address: &Address,
    value: u32,
    values: &mut Values,
) -> Result<bool, Halt> {
    match attempt(trials, departures, address, value)? {
        Tried::Fails => values.failing.push(value),
        Tried::Passes => values.passing.push(value),
        Tried::Impossible => return Ok(false),
    }
    Ok(true)
}

fn attempt(trials: &mut Trials<'_>, departures: &Departures, address: &Address, value: u32) -> Result<Tried, Halt> {
    let mut plan = departures.clone();
    plan.insert(address.clone(), NonZeroU32::MIN.saturating_add(value - 1));
    let report = trials.replay(plan, false)?;
    let out_of_bounds =
        |mismatch: &Mismatch| matches!(mismatch, Mismatch::OutOfBounds { address: place, .. } if place == address);
    if report.mismatches.iter().any(out_of_bounds) {
        return Ok(Tried::Impossible);
    }
    Ok(if matches!(trials.judge(&report), Verdict::Same) { Tried::Fails } else { Tried::Passes })
}
