//! Promise: a search ends, says why, and is not fooled by a program that does not run the same way twice.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use rand::Rng;
use seedbed::explore::{Exhaustive, SearchEnd};
use seedbed::{Sim, exhaust, rng, spawn, yield_now};

use super::programs::{lost_update, tasks_of_steps};

#[test]
fn a_search_that_is_cut_short_says_that_there_is_more() {
    let search = |most| Exhaustive::new().schedules_max(most).run(&|sim: Sim| sim.run(tasks_of_steps(3, 2, |_, _| ())));
    let all = search(1_000);
    for most in [0, 1, 2, 17, 89] {
        let some = search(most);
        assert_eq!((some.schedules, some.end), (most.into(), SearchEnd::SchedulesMax));
        // The simplest ones were run.
        let mut left = u64::from(most);
        for (some, all) in some.by_departures.iter().zip(&all.by_departures) {
            assert_eq!(*some, left.min(*all));
            left -= some;
        }
        assert_eq!(left, 0);
    }
    assert_eq!((search(90).schedules, search(90).end), (90, SearchEnd::Complete));
    let text = search(89).to_string();
    assert_eq!(text, "89 schedules pass; there are more: raise `schedules_max`, or set `departures_max`");
    assert!(std::panic::catch_unwind(|| search(89).unwrap()).is_err(), "an incomplete search is no pass");
}

#[test]
fn a_program_with_schedules_without_end_is_searched_as_far_as_allowed() {
    // While it spins, the other may wait for ever.
    let spins = |sim: Sim| {
        sim.steps(2_000).run(async {
            let flag = Rc::new(Cell::new(false));
            let set = flag.clone();
            let _other = spawn(async move { set.set(true) });
            while !flag.get() {
                yield_now().await;
            }
        })
    };
    let exhausted = Exhaustive::new().schedules_max(300).run(&spins);
    assert_eq!((exhausted.schedules, exhausted.end), (300, SearchEnd::SchedulesMax));
    assert_eq!(&*exhausted.by_departures, [1, 299], "it overtakes the same activation again and again");
}

#[test]
fn a_search_ends_at_the_failure_that_was_asked_for() {
    let search = |failures| Exhaustive::new().failures_max(failures).run(&|sim: Sim| sim.run(lost_update()));
    let first = search(1);
    assert_eq!((first.failed, first.end), (1, SearchEnd::FailuresMax));
    assert_eq!(first.failures[0].schedule, first.schedules);
    assert_eq!(search(3).failed, 3);
    assert_eq!(search(3).failures[0].departures, first.failures[0].departures);
}

#[test]
fn a_program_that_changes_between_runs_is_told() {
    let runs = AtomicU32::new(0);
    let exhausted = exhaust(|| {
        // Each run has one task less to order.
        let tasks = 4_u32.saturating_sub(runs.fetch_add(1, Ordering::Relaxed));
        async move {
            for _ in 0..tasks {
                let _other = spawn(async {});
            }
            yield_now().await;
        }
    });
    assert_eq!(exhausted.end, SearchEnd::NotDeterministic);
    assert!(exhausted.to_string().contains("did not run the same way twice"), "{exhausted}");

    let runs = AtomicU32::new(0);
    let exhausted = exhaust(|| {
        let run = runs.fetch_add(1, Ordering::Relaxed);
        async move { assert!(run != 0, "the first run only") }
    });
    assert_eq!((exhausted.end, exhausted.failed), (SearchEnd::NotDeterministic, 1), "it does not fail again");
}

#[test]
fn random_numbers_are_those_of_one_seed() {
    let draw = |seed: u64| {
        let drawn = Mutex::new(BTreeSet::new());
        let exhausted = Exhaustive::new().seed(seed).run(&|sim: Sim| {
            let numbers = Rc::new(Cell::new([0; 2]));
            let seen = numbers.clone();
            let report = sim.run(tasks_of_steps(2, 2, move |task, _| {
                let mut both = seen.get();
                both[task as usize] = rng().next_u64();
                seen.set(both);
            }));
            drawn.lock().unwrap().insert(numbers.get());
            report
        });
        assert_eq!((exhausted.schedules, exhausted.is_complete()), (6, true));
        drawn.into_inner().unwrap()
    };
    assert_eq!(draw(1).len(), 1);
    assert_ne!(draw(1), draw(2));
}
