//! Promise: a failure comes with the fewest departures, which replay it.

use std::cell::Cell;
use std::rc::Rc;

use seedbed::choice::ReplayMode;
use seedbed::explore::{Exhaustive, Signature};
use seedbed::{FailureKind, Sim, exhaust, spawn, yield_now};

use super::programs::{lost_update, opposite_locks, slow_under_timeout, tasks_of_steps};

#[test]
fn the_first_failure_has_the_fewest_departures_and_replays() {
    let programs: [super::programs::Named; 2] =
        [("lost update", || Box::pin(lost_update())), ("opposite locks", || Box::pin(opposite_locks()))];
    for (name, program) in programs {
        assert!(Sim::new(0).run(program()).is_ok(), "{name} passes in plain order");
        let exhausted = exhaust(program);
        let [found] = &*exhausted.failures else { panic!("{name}: {exhausted}") };
        assert!(exhausted.is_complete() && found.count == exhausted.failed && found.count < exhausted.schedules);
        let again = Sim::new(0).replay(found.departures.clone(), ReplayMode::Strict).record(true).run(program());
        assert_eq!((again.mismatches, &again.departures), (vec![], &found.departures), "{name}");
        let failure = again.result.unwrap_err();
        assert_eq!((failure.at, &failure.last_events), (found.failure.at, &found.failure.last_events), "{name}");
        // Whatever has fewer departures passes.
        let fewer = u32::try_from(found.departures.len()).unwrap() - 1;
        let below = Exhaustive::new().departures_max(fewer).run(&|sim: Sim| sim.run(program()));
        assert_eq!((below.failed, below.schedules), (0, below.by_departures.iter().sum()), "{name}");
        assert!(below.schedules < found.schedule, "{name}");
    }
}

/// Two tasks read and then write. An update is lost unless one of them does both before the other begins: in 4 of 6 orders.
#[test]
fn as_many_fail_as_must() {
    let exhausted = exhaust(|| async {
        let total = Rc::new(Cell::new(0));
        let (seen, sum) = (Rc::new(Cell::new([0; 2])), total.clone());
        tasks_of_steps(2, 3, move |task, step| {
            let mut reads = seen.get();
            match step {
                1 => reads[task as usize] = sum.get(),
                2 => sum.set(reads[task as usize] + 1),
                _ => {}
            }
            seen.set(reads);
        })
        .await;
        assert_eq!(total.get(), 2);
    });
    // The first steps of both do nothing: of the 20 orders of three steps each, those in which the last two steps of one come before
    // those of the other: its three steps, with the other's first anywhere before its own second: 4 places. 8 orders pass.
    assert_eq!((exhausted.schedules, exhausted.failed), (20, 12));
}

#[test]
fn each_way_to_fail_is_kept_with_its_count() {
    let exhausted = exhaust(|| async {
        let order = Rc::new(Cell::new(0));
        let seen = order.clone();
        tasks_of_steps(3, 1, move |task, _| seen.set(seen.get() * 10 + task)).await;
        let text = ["ab", "ba"][usize::from(order.get() / 100 > 0)];
        assert!(order.get() % 10 == 2, "{text}: the last one was not last");
    });
    assert_eq!((exhausted.schedules, exhausted.failed), (6, 4));
    // 021 and 120, with their digits as tasks; 102 and 012 pass. 201 and 210 begin with 2.
    let ways: Vec<_> = exhausted.failures.iter().map(|found| (found.count, found.signature.to_string())).collect();
    assert_eq!(ways.len(), 2, "{exhausted}");
    assert!(ways.iter().any(|(count, way)| *count == 1 && way.contains("ab: the last")), "{ways:?}");
    assert!(ways.iter().any(|(count, way)| *count == 3 && way.contains("ba: the last")), "{ways:?}");
    for found in &exhausted.failures {
        assert_eq!(Signature::of(&found.failure), found.signature);
    }
}

#[test]
fn a_timer_beside_a_slow_task_is_found_with_the_clock_only() {
    exhaust(slow_under_timeout).unwrap();
    let exhausted = Exhaustive::new().clock(true).run(&|sim: Sim| sim.run(slow_under_timeout()));
    let [found] = &*exhausted.failures else { panic!("{exhausted}") };
    assert_eq!(found.departures.len(), 1, "{}", found.departures);
    assert!(found.departures.to_string().contains(" clock "), "{}", found.departures);
    let again = Sim::new(0).replay(found.departures.clone(), ReplayMode::Strict).run(slow_under_timeout());
    assert_eq!((again.result.err().as_ref(), again.mismatches), (Some(&found.failure), vec![]));
}

#[test]
fn the_text_says_how_many_and_shows_the_first() {
    let exhausted = exhaust(opposite_locks);
    let text = exhausted.to_string();
    let [found] = &*exhausted.failures else { panic!("{text}") };
    assert!(matches!(found.failure.kind, FailureKind::Deadlock { .. }));
    assert!(
        text.starts_with(&format!("{} of all {} schedules fail\n", exhausted.failed, exhausted.schedules)),
        "{text}"
    );
    for line in found.departures.to_string().lines().chain(found.failure.to_string().lines()) {
        assert!(text.contains(line), "{text}");
    }
    let panic = std::panic::catch_unwind(|| exhausted.unwrap()).unwrap_err();
    assert_eq!(panic.downcast_ref::<String>(), Some(&text));
}

#[test]
fn an_error_that_main_returns_is_a_failure() {
    let exhausted = exhaust(|| async {
        let task = spawn(async { 1 });
        yield_now().await;
        if task.is_done() { Ok(()) } else { Err("too early") }
    });
    assert_eq!((exhausted.schedules, exhausted.failed), (2, 1));
    assert_eq!(exhausted.failures[0].signature.kind(), "returned error");
}
