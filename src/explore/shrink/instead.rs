//! Passes over time: one move of the clock, or one late timer, in the place of several departures.
//!
//! The address of a move of the clock is the step before it. Where another step would be the better one, a run has other departures beside the
//! move that make up for it, and no removal leads from the one place to the other. A timer that is late says in one departure what
//! takes several moves of the clock. Both are tried only where the failure takes time that goes differently already.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use super::search::{Halt, Search};
use crate::choice::{Address, Departures, Kind};
use crate::trace::{Event, Trace};

/// How many steps of a run are tried.
const STEPS: usize = 40;

/// How many timers are tried, of one task and of all. Each takes two runs.
const TIMERS_OF_ONE: u32 = 4;
const TIMERS: usize = 12;

/// How far from a move of the clock another one is tried that stands for it and one departure more.
const NEAR: usize = 3;

/// How many runs that may take: it is the last thing that is tried, and rarely worth more.
const RUNS: u64 = 60;

/// Puts one departure of time in the place of all, then in the place of two.
pub(super) fn time_instead(search: &mut Search<'_>) -> Result<(), Halt> {
    let takes_time = search.best().iter().any(|(address, _)| address.kind().is_of_time());
    if !takes_time || search.best().len() < 2 {
        return Ok(());
    }
    search.begin("one move of time");
    let steps = steps(&search.traced_best()?.trace);
    if one_move(search, &steps)? || one_late_timer(search, &steps)? {
        return Ok(());
    }
    move_for_two(search, &steps)
}

/// The moves of the clock that could be: one after each step of the run.
fn steps(trace: &Trace) -> Vec<Address> {
    let mut turns = BTreeMap::new();
    let polled = trace.events().filter_map(|entry| match entry.event() {
        Event::Polled { task } => Some(task),
        _ => None,
    });
    let step = |task| {
        let turn = turns.entry(task).or_insert(0_u32);
        let address = Address::new(trace.names().full_path(task), Kind::Clock, *turn);
        *turn += 1;
        address.expect("seedbed bug: the name of a task is no path, please report")
    };
    polled.map(step).collect()
}

/// One move after any step, by as many timers as all moves together.
fn one_move(search: &mut Search<'_>, steps: &[Address]) -> Result<bool, Halt> {
    let moves = search.best().iter().filter(|(address, _)| address.kind() == Kind::Clock);
    let together = moves.map(|(_, value)| value.get()).fold(0, u32::saturating_add);
    let value = NonZeroU32::new(together).unwrap_or(NonZeroU32::MIN);
    for step in steps.iter().take(STEPS) {
        if search.attempt(Departures::from_iter([(step.clone(), value)]))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// One timer of any task, as late as it can be.
fn one_late_timer(search: &mut Search<'_>, steps: &[Address]) -> Result<bool, Halt> {
    let mut tried = 0;
    for subject in steps.iter().filter(|step| step.n() == 0).map(Address::subject) {
        for n in 0..TIMERS_OF_ONE {
            let timer = Address::new(subject, Kind::Late, n)
                .expect("seedbed bug: the subject of an address is no path, please report");
            let Some(most) = search.highest(&timer)?.filter(|_| tried < TIMERS) else { break };
            tried += 1;
            if search.attempt(Departures::from_iter([(timer, most)]))? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// A move after a step nearby, in the place of a move and one more departure.
fn move_for_two(search: &mut Search<'_>, steps: &[Address]) -> Result<(), Halt> {
    if search.best().len() < 3 {
        return Ok(());
    }
    let last = search.runs + RUNS;
    let departures: Vec<(Address, NonZeroU32)> = search.best().iter().map(|(at, value)| (at.clone(), value)).collect();
    for (moved, value) in departures.iter().filter(|(address, _)| address.kind() == Kind::Clock) {
        let Some(place) = steps.iter().position(|step| step == moved) else { continue };
        let near = &steps[place.saturating_sub(NEAR)..steps.len().min(place + NEAR + 1)];
        for (other, more) in departures.iter().filter(|(other, _)| other != moved) {
            let value = if other.kind() == Kind::Clock { value.saturating_add(more.get()) } else { *value };
            for step in near {
                let mut plan = search.best().clone();
                plan.remove(moved);
                plan.remove(other);
                plan.insert(step.clone(), value);
                if search.attempt(plan)? || search.runs >= last {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}
