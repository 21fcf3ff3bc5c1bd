//! Promise: every schedule is run, each once, those with the fewest departures first, and the count is right.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Mutex;

use seedbed::explore::Exhaustive;
use seedbed::policy::Random;
use seedbed::trace::Digest;
use seedbed::{Seed, Sim, exhaust};

use super::programs::{ALL, tasks_of_steps};

#[test]
fn the_count_is_that_of_the_closed_form() {
    let factorial = |n: u32| (1..=u64::from(n)).product::<u64>();
    for (tasks, steps) in [(1, 4), (2, 1), (2, 2), (2, 5), (3, 1), (3, 2), (3, 3), (4, 1), (4, 2), (6, 1)] {
        let expected = factorial(tasks * steps) / factorial(steps).pow(tasks);
        let exhausted = exhaust(|| tasks_of_steps(tasks, steps, |_, _| ()));
        assert_eq!((exhausted.schedules, exhausted.is_complete()), (expected, true), "{tasks} tasks, {steps} steps");
    }
    assert_eq!(exhaust(|| tasks_of_steps(3, 3, |_, _| ())).to_string(), "all 1,680 schedules pass");
    assert_eq!(exhaust(|| tasks_of_steps(1, 3, |_, _| ())).to_string(), "all 1 schedule passes");
}

/// Of the orders of n tasks, those in which k were overtaken: the unsigned Stirling number of the first kind c(n, n − k), because a
/// place in an inversion table that is not 0 is a number in the permutation that is no record.
#[test]
fn departures_are_distributed_as_the_closed_form_says() {
    let mut row = vec![1_u64];
    for tasks in 1..=6_u32 {
        let before = row.clone();
        row = (0..tasks as usize)
            .map(|k| {
                let more = k.checked_sub(1).map_or(0, |k| before[k]) * u64::from(tasks - 1);
                before.get(k).copied().unwrap_or(0) + more
            })
            .collect();
        assert_eq!(exhaust(|| tasks_of_steps(tasks, 1, |_, _| ())).by_departures, row, "{tasks} tasks");
    }
}

#[test]
fn no_schedule_is_run_twice_and_none_is_missed() {
    for (name, program) in ALL {
        let seen = Mutex::new(BTreeMap::<Digest, u64>::new());
        // Branches change what is polled first, which alone leaves no mark in a trace.
        let exhausted = Exhaustive::new().branches(false).run(&|sim: Sim| {
            let report = sim.run(program());
            *seen.lock().unwrap().entry(report.digest).or_default() += 1;
            report
        });
        let mut seen = seen.into_inner().unwrap();
        // The schedules that failed first were run a second time, for their traces.
        let again = u64::try_from(exhausted.failures.len()).unwrap();
        assert_eq!(seen.values().sum::<u64>(), exhausted.schedules + again, "{name}");
        assert!(exhausted.is_complete(), "{name}: {exhausted}");
        if exhausted.failed == 0 {
            assert_eq!(seen.values().max(), Some(&1), "{name}: a schedule was run twice");
        }
        let mut by_chance = BTreeSet::new();
        for seed in (0..8_000).map(Seed::from) {
            // The same draws as in the search, another order.
            by_chance.insert(Sim::new(0).policy(OnlyTurns(Random::new(seed))).trace(false).run(program()).digest);
        }
        for digest in &by_chance {
            assert!(seen.remove(digest).is_some(), "{name}: a random run was never met by the search");
        }
        assert_eq!(seen.len(), 0, "{name}: so many schedules were never met by chance");
    }
}

/// A random order of tasks, with plain branches.
#[derive(Debug)]
struct OnlyTurns(Random);

impl seedbed::policy::Policy for OnlyTurns {
    fn name(&self) -> String {
        "only turns".to_owned()
    }

    fn next(&mut self, ready: &seedbed::policy::Ready<'_>) -> seedbed::choice::Turn {
        self.0.next(ready)
    }
}

#[test]
fn the_departures_that_are_counted_are_those_that_are_recorded() {
    for (name, program) in ALL {
        for clock in [false, true] {
            let recorded = Mutex::new((Vec::<u64>::new(), BTreeSet::new()));
            let exhausted = Exhaustive::new().clock(clock).run(&|sim: Sim| {
                let report = sim.record(true).run(program());
                let (counts, different) = &mut *recorded.lock().unwrap();
                if different.insert(report.departures.to_string()) {
                    let departures = report.departures.len();
                    counts.resize(counts.len().max(departures + 1), 0);
                    counts[departures] += 1;
                }
                report
            });
            assert!(exhausted.is_complete(), "{name}: {exhausted}");
            let (counts, _) = recorded.into_inner().unwrap();
            assert_eq!(exhausted.by_departures, counts, "{name}, clock: {clock}");
        }
    }
}

#[test]
fn a_bound_of_departures_leaves_out_what_is_beyond_it_and_nothing_else() {
    for (name, program) in ALL {
        let search = |bound: Option<u32>| {
            let search = Exhaustive::new();
            bound.map_or(search.clone(), |bound| search.departures_max(bound)).run(&|sim: Sim| sim.run(program()))
        };
        let all = search(None);
        assert_eq!(all.departures_max, None);
        for bound in 0..u32::try_from(all.by_departures.len()).unwrap() {
            let some = search(Some(bound));
            let within = &all.by_departures[..=bound as usize];
            assert_eq!((&*some.by_departures, some.is_complete()), (within, true), "{name}: {bound}");
            let all_within = within.iter().sum::<u64>() == all.schedules;
            assert_eq!(some.departures_max.is_none(), all_within, "{name}: {bound}");
        }
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    for (name, program) in ALL {
        let searches = [
            Exhaustive::new().clock(true),
            Exhaustive::new().failures_max(3),
            Exhaustive::new().schedules_max(100),
            Exhaustive::new().departures_max(2),
        ];
        for search in searches {
            let run = |threads| {
                let threads = NonZeroUsize::new(threads).unwrap();
                search.clone().threads(threads).run(&|sim: Sim| sim.run(program()))
            };
            let alone = run(1);
            for threads in [2, 3, 16] {
                assert_eq!(run(threads), alone, "{name} on {threads} threads");
            }
        }
    }
}
