//! Passes that keep the number of departures: lower values, earlier numbers; and the check that nothing more can go.

use std::num::NonZeroU32;

use super::search::{Halt, Search};
use crate::choice::{Address, Kind};

/// Values up to this one are all tried.
const ALL: u32 = 32;

/// Lowers every value as far as bisection goes; what it takes for a threshold need not be one, and is checked at the end.
pub(super) fn lower(search: &mut Search<'_>) -> Result<(), Halt> {
    search.begin("lower values");
    for address in addresses(search) {
        lower_one(search, &address)?;
    }
    Ok(())
}

fn addresses(search: &Search<'_>) -> Vec<Address> {
    search.best().iter().map(|(address, _)| address.clone()).collect()
}

fn lower_one(search: &mut Search<'_>, address: &Address) -> Result<(), Halt> {
    let Some(value) = value(search, address).filter(|value| *value > 1) else { return Ok(()) };
    if try_value(search, address, 1)? {
        return Ok(());
    }
    if address.kind() == Kind::Rng {
        return Ok(());
    }
    bisect(search, address, value)
}

/// Looks for the value from which on it fails, given that 1 does not and `high` does.
fn bisect(search: &mut Search<'_>, address: &Address, mut high: u32) -> Result<(), Halt> {
    let mut low = 1;
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if !try_value(search, address, middle)? {
            low = middle;
            continue;
        }
        // The run may have realised less than was asked of it.
        match value(search, address).filter(|value| *value > low) {
            Some(value) => high = value,
            None => return Ok(()),
        }
    }
    Ok(())
}

/// The values below `value` that are tried before it counts as lowest, in growing order.
fn lower_values(address: &Address, value: u32) -> Vec<u32> {
    if address.kind() == Kind::Rng {
        return (1..value.min(9)).collect();
    }
    if value <= ALL {
        return (1..value).collect();
    }
    let mut values: Vec<u32> = (0..u32::BITS).map(|bit| 1 << bit).take_while(|power| *power < value - 1).collect();
    values.push(value - 1);
    values
}

fn value(search: &Search<'_>, address: &Address) -> Option<u32> {
    search.best().get(address).map(NonZeroU32::get)
}

fn try_value(search: &mut Search<'_>, address: &Address, value: u32) -> Result<bool, Halt> {
    let value = NonZeroU32::new(value).expect("seedbed bug: a plain value was tried, please report");
    search.with(address, value)
}

/// Moves departures to smaller numbers: the first time is a better story than the seventeenth.
pub(super) fn earlier(search: &mut Search<'_>) -> Result<(), Halt> {
    search.begin("earlier");
    for address in addresses(search) {
        let n = address.n();
        let mut wanted: Vec<u32> =
            (0..n.min(4)).chain([n / 2, n.saturating_sub(1)]).filter(|other| *other < n).collect();
        wanted.dedup();
        for other in wanted {
            let Some(value) = search.best().get(&address) else { break };
            let moved = Address::new(address.subject(), address.kind(), other)
                .expect("seedbed bug: the subject of an address is no path, please report");
            if search.best().get(&moved).is_some() {
                continue;
            }
            let mut plan = search.best().clone();
            plan.remove(&address);
            plan.insert(moved, value);
            if search.attempt(plan)? {
                break;
            }
        }
    }
    Ok(())
}

/// Tells whether no departure can be left out and no value lowered. Nothing is taken on the way if so.
pub(super) fn is_minimal(search: &mut Search<'_>) -> Result<bool, Halt> {
    search.begin("check");
    for address in addresses(search) {
        if search.without([&address])? {
            return Ok(false);
        }
        let value = value(search, &address).unwrap_or(1);
        for lower in lower_values(&address, value) {
            if try_value(search, &address, lower)? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
