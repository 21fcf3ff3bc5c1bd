//! Passes that leave departures out: by kind, by subject, then in halves and ever smaller parts.

use std::collections::BTreeMap;

use super::many::few_of_many;
use super::search::{Halt, Search};
use crate::choice::{Address, Departures};

/// Leaves out whatever can be left out.
pub(super) fn fewer(search: &mut Search<'_>, round: u64) -> Result<(), Halt> {
    search.begin("without any");
    if search.attempt(Departures::new())? {
        return Ok(());
    }
    search.begin("without a kind");
    leave_out(search, &groups(search.best(), |address| address.kind() as u8))?;
    few_of_many(search, round)?;
    search.begin("without a task");
    leave_out(search, &groups(search.best(), |address| address.subject().to_owned()))?;
    search.begin("without some");
    let one_by_one: Vec<_> = search.best().iter().map(|(address, _)| vec![address.clone()]).collect();
    leave_out(search, &one_by_one)
}

/// The addresses of a plan that have something in common, in the order of what they have.
fn groups<K: Ord>(plan: &Departures, key: impl Fn(&Address) -> K) -> Vec<Vec<Address>> {
    let mut groups = BTreeMap::<K, Vec<Address>>::new();
    for (address, _) in plan {
        groups.entry(key(address)).or_default().push(address.clone());
    }
    groups.into_values().collect()
}

/// Leaves out all groups; if that is too much, does the same to either half. So a group that is needed costs two runs for each halving,
/// and one that is not needed shares its run with its neighbours.
fn leave_out(search: &mut Search<'_>, groups: &[Vec<Address>]) -> Result<(), Halt> {
    let is_there = groups.iter().flatten().any(|address| search.best().get(address).is_some());
    if !is_there || search.without(groups.iter().flatten())? || groups.len() == 1 {
        return Ok(());
    }
    let (first, second) = groups.split_at(groups.len() / 2);
    leave_out(search, first)?;
    leave_out(search, second)
}
