//! What shrinking promises whatever the program does.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::ops::ControlFlow;

use proptest::prelude::{ProptestConfig, proptest};
use seedbed::choice::{Departures, Kind, ReplayMode};
use seedbed::explore::{Nondeterminism, Program, ShrinkLimits, ShrinkStop, Shrunk, Signature, shrink};
use seedbed::policy::Random;
use seedbed::trace::first_difference;
use seedbed::{LimitKind, Report, Seed, Sim, note, spawn, yield_now};

use super::chaotic::Chaotic;
use super::planted::{PLANTED, late_reader, lost_update, pause, shared};
use crate::support::failure;

fn shrunk(program: &dyn Program, failing: &Report<()>) -> Shrunk {
    shrink(program, failing, &ShrinkLimits::default(), &mut |_| ControlFlow::Continue(())).unwrap()
}

fn replay(program: &dyn Program, departures: &Departures) -> Report<()> {
    program.run(Sim::new(0).replay(departures.clone(), ReplayMode::Strict).record(true))
}

fn fails_like(report: &Report<()>, failing: &Report<()>) -> bool {
    match (&report.result, &failing.result) {
        (Err(one), Err(other)) => Signature::of(one) == Signature::of(other),
        _ => false,
    }
}

/// The first failing run of a program under the random policy.
fn first_failing(program: &dyn Program) -> Report<()> {
    let run = |seed: u64| program.run(Sim::new(seed).policy(Random::new(Seed::new(seed))).record(true));
    (0..1_000).map(run).find(|report| !report.is_ok()).expect("no order fails")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Judged from outside: by runs of its own, with plain maps.
    #[test]
    fn no_departure_can_be_removed_and_no_value_lowered(program: u64, tasks in 2..7_u32, one_in in 2..9_u64) {
        let chaotic = Chaotic { program, tasks, one_in };
        let run = |sim: Sim| chaotic.run(sim);
        let Some(failing) = chaotic.failing(60) else { return Ok(()) };
        let shrunk = shrunk(&run, &failing);
        assert_eq!((&shrunk.stop, shrunk.is_minimal), (&ShrinkStop::Finished, true));
        assert!(shrunk.departures().len() <= failing.departures.len());
        assert!(fails_like(&replay(&run, shrunk.departures()), &failing));
        for (address, answer) in shrunk.departures() {
            let mut without = shrunk.departures().clone();
            without.remove(address);
            assert!(!fails_like(&replay(&run, &without), &failing), "{address} is not needed in {}", shrunk.departures());
            let lower = if address.kind() == Kind::Rng { 1 } else { answer.get() };
            for lower in (1..lower).filter_map(NonZeroU32::new) {
                let mut lowered = shrunk.departures().clone();
                lowered.insert(address.clone(), lower);
                let replayed = replay(&run, &lowered);
                assert!(!fails_like(&replayed, &failing), "{lower} would do for {address} in {}", shrunk.departures());
            }
        }
    }

    #[test]
    fn the_realised_departures_replay_strictly_to_the_same_trace(program: u64, tasks in 1..9_u32, seed: u64) {
        let chaotic = Chaotic { program, tasks, one_in: 3 };
        let found = chaotic.run(Sim::new(seed).policy(Random::new(Seed::new(seed))).record(true));
        let again = replay(&|sim: Sim| chaotic.run(sim), &found.departures);
        assert_eq!(again.mismatches, []);
        assert!(first_difference(&found.trace, &again.trace, 2).is_none_or(|difference| panic!("{difference}")));
        assert_eq!((again.departures, again.digest), (found.departures, found.digest));
    }
}

#[test]
fn shrinking_is_the_same_each_time() {
    for planted in &PLANTED[..6] {
        let failing = planted.failing().next().unwrap();
        let [one, other] = [(); 2].map(|()| shrunk(&planted.run, &failing));
        assert_eq!(
            (one.report, one.runs, one.accepted, one.spared),
            (other.report, other.runs, other.accepted, other.spared)
        );
    }
}

#[test]
fn a_failure_of_the_plain_order_shrinks_to_nothing() {
    let program = |sim: Sim| sim.run(async { assert_eq!(spawn(async { 1 }).await.unwrap(), 2) });
    let shrunk = shrunk(&program, &first_failing(&program));
    assert!(shrunk.departures().is_empty() && shrunk.is_minimal);
}

#[test]
fn a_failure_of_another_kind_is_kept_with_its_departures() {
    // With the second task first it panics; with the third one before both, too, elsewhere.
    let program = |sim: Sim| {
        sim.run(async {
            let order = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
            let tasks = [0, 1, 2].map(|task| {
                let order = std::rc::Rc::clone(&order);
                spawn(async move { order.borrow_mut().push(task) })
            });
            for task in tasks {
                task.await.unwrap();
            }
            let order = order.borrow().clone();
            assert_ne!(order, [2, 1, 0], "backwards");
            assert_ne!(order, [0, 2, 1], "the last two");
        })
    };
    let run = |seed: u64| program(Sim::new(seed).policy(Random::new(Seed::new(seed))).record(true));
    let backwards =
        |report: &Report<()>| report.result.as_ref().is_err_and(|failure| failure.to_string().contains("backwards"));
    let failing = (0..1_000).map(run).find(backwards).unwrap();
    let shrunk = shrunk(&program, &failing);
    assert!(backwards(&shrunk.report));
    assert_eq!(shrunk.departures().len(), 2);
    let [other] = &shrunk.others[..] else { panic!("{:?}", shrunk.others) };
    assert!(other.failure.to_string().contains("the last two"));
    let again = replay(&program, &other.departures);
    assert_eq!(Signature::of(&failure(again)), other.signature);
}

#[test]
fn whoever_waits_can_stop_it_and_gets_the_best_so_far() {
    let failing = Chaotic { program: 5, tasks: 6, one_in: 5 }.failing(60).unwrap();
    let run = |sim: Sim| Chaotic { program: 5, tasks: 6, one_in: 5 }.run(sim);
    let full = shrunk(&run, &failing);
    assert!(full.accepted > 1, "a better example is needed");
    let mut told = Vec::new();
    let stopped = shrink(&run, &failing, &ShrinkLimits::default(), &mut |progress| {
        told.push(progress.clone());
        if progress.accepted > 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let stopped = stopped.unwrap();
    assert_eq!((stopped.stop, stopped.is_minimal, stopped.accepted), (ShrinkStop::Interrupted, false, 1));
    assert_eq!(stopped.runs, u64::try_from(told.len()).unwrap(), "one word for each run");
    assert!(fails_like(&stopped.report, &failing) && stopped.report.departures.len() < failing.departures.len());
    assert_eq!(told.last().unwrap().departures, stopped.report.departures.len());
}

#[test]
fn every_limit_ends_it_with_the_best_so_far() {
    let chaotic = Chaotic { program: 5, tasks: 6, one_in: 5 };
    let (run, failing) = (|sim: Sim| chaotic.run(sim), chaotic.failing(60).unwrap());
    let end = |limits: &ShrinkLimits| {
        let shrunk = shrink(&run, &failing, limits, &mut |_| ControlFlow::Continue(())).unwrap();
        assert!(!shrunk.is_minimal && fails_like(&shrunk.report, &failing));
        (shrunk.stop, shrunk.runs, shrunk.accepted)
    };
    let limits = ShrinkLimits::default();
    assert_eq!(end(&limits.clone().runs(3)).0, ShrinkStop::Runs);
    assert_eq!(end(&limits.clone().runs(3)).1, 3);
    assert_eq!(end(&limits.clone().runs(0)), (ShrinkStop::Runs, 0, 0));
    assert_eq!(end(&limits.clone().accepted(1)).2, 1);
    assert_eq!(end(&limits.clone().accepted(1)).0, ShrinkStop::Accepted);
    assert_eq!(end(&limits.clone().stalled(1)).0, ShrinkStop::Stalled);
    assert_eq!(end(&limits.wall(std::time::Duration::ZERO)), (ShrinkStop::Wall, 0, 0));
}

#[test]
fn a_program_that_differs_from_run_to_run_is_told_with_the_first_event() {
    let runs = Cell::new(0);
    let program = |sim: Sim| {
        let run = runs.replace(runs.get() + 1);
        sim.run(async move {
            note!("begin");
            // As a cache in a static does: the third run is the first one to differ.
            pause(if run < 2 { 2 } else { 3 }).await;
            panic!("always");
        })
    };
    let failing = program(Sim::new(0).record(true));
    let error = shrink(&program, &failing, &ShrinkLimits::default(), &mut |_| ControlFlow::Continue(())).unwrap_err();
    let Nondeterminism::Differs { difference, .. } = &error else { panic!("{error}") };
    assert!(difference.first().is_some_and(|entry| entry.to_string().contains("panic")), "{error}");
    assert!(difference.second().is_some(), "{error}");
    assert!(error.to_string().contains("usual suspects: the order of a HashMap"));
}

/// A limit is the program's own to set: set by whoever ran it, it is not there when the run is replayed, which must end all the same.
#[test]
fn a_replay_that_goes_on_for_longer_is_another_run() {
    let program = |sim: Sim| {
        sim.run(async {
            loop {
                yield_now().await;
            }
        })
    };
    let failing = program(Sim::new(0).record(true).steps(50));
    let error = shrink(&program, &failing, &ShrinkLimits::default(), &mut |_| ControlFlow::Continue(())).unwrap_err();
    let Nondeterminism::Differs { difference, .. } = &error else { panic!("{error}") };
    assert!(difference.first().is_some_and(|entry| entry.to_string().contains("limit")), "{error}");
}

/// Only the digest of the run is known, so only its replays can be compared event by event.
#[test]
fn a_run_that_its_departures_do_not_bring_back_is_told() {
    let first = Cell::new(true);
    let program = |sim: Sim| -> Report<()> {
        let first = first.replace(false);
        sim.run(async move { panic!("it is the first: {first}") })
    };
    let failing = program(Sim::new(0).record(true).trace(false));
    let error = shrink(&program, &failing, &ShrinkLimits::default(), &mut |_| ControlFlow::Continue(())).unwrap_err();
    let Nondeterminism::Differs { difference, .. } = &error else { panic!("{error}") };
    assert!(difference.is_hidden());
}

/// A bug of ours, or of the code around the run, while shrinking.
#[test]
fn a_panic_outside_of_a_run_loses_nothing() {
    let planted = PLANTED[5];
    let failing = planted.failing().next().unwrap();
    for bad in [1, 4, 12] {
        let runs = Cell::new(0);
        let program = |sim: Sim| {
            runs.set(runs.get() + 1);
            assert!(runs.get() != 1 + 2 + bad, "out of luck");
            (planted.run)(sim)
        };
        runs.set(1);
        let shrunk = shrunk(&program, &failing);
        let message = "out of luck".to_owned();
        assert_eq!((shrunk.stop, shrunk.runs), (ShrinkStop::Panicked { message }, bad));
        assert!(fails_like(&shrunk.report, &failing));
    }
    let panics = |_: Sim| -> Report<()> { panic!("it cannot even begin") };
    let failing = first_failing(&lost_update);
    let error = shrink(&panics, &failing, &ShrinkLimits::default(), &mut |_| ControlFlow::Continue(())).unwrap_err();
    assert!(matches!(&error, Nondeterminism::Panicked { message } if message == "it cannot even begin"), "{error}");
}

/// In plain order this goes on for a million steps: candidates must be cut short, and are no finding.
#[test]
fn a_candidate_that_goes_on_and_on_passes() {
    let program = |sim: Sim| {
        sim.run(async {
            let [is_set, to_set] = shared(false);
            let watcher = spawn(async move {
                assert!(!is_set.get(), "the other one came first");
                loop {
                    yield_now().await;
                }
            });
            drop(spawn(async move { to_set.set(true) }));
            watcher.await.unwrap();
        })
    };
    let (steps, failing) = (Cell::new(0), first_failing(&|sim: Sim| program(sim.steps(1_000))));
    let counted = |sim: Sim| {
        let report = program(sim);
        steps.set(steps.get().max(report.steps));
        report
    };
    let shrunk = shrunk(&counted, &failing);
    assert!(shrunk.is_minimal && shrunk.others.is_empty(), "{:?}", shrunk.others);
    assert!((5_000..20_000).contains(&steps.get()), "the longest candidate took {} steps", steps.get());
}

#[test]
fn a_limit_of_the_program_is_a_failure_like_any_other() {
    let program = |sim: Sim| {
        sim.steps(500).run(async {
            let [one, other] = shared(0);
            let done = std::rc::Rc::clone(&one);
            drop(spawn(async move { one.set(1) }));
            drop(spawn(async move { other.set(2) }));
            pause(1).await;
            while done.get() == 1 {
                yield_now().await;
            }
        })
    };
    let failing = first_failing(&program);
    let shrunk = shrunk(&program, &failing);
    let kind = failure(shrunk.report.clone()).kind;
    assert!(matches!(kind, seedbed::FailureKind::Limit { limit: LimitKind::Steps, ref bound, .. } if bound == "500"));
    assert_eq!(shrunk.departures().len(), 1);
}

#[test]
fn the_value_is_the_lowest_that_fails() {
    let shrunk = shrunk(&late_reader, &first_failing(&late_reader));
    assert_eq!(shrunk.departures().to_string(), "main/1 overtaken 0 = 3");
    assert!(!shrunk.needs_perturbed_time());
}

#[test]
fn departures_of_time_are_told() {
    let planted = PLANTED.iter().find(|planted| planted.name == "timeout against completion").unwrap();
    let shrunk = shrunk(&planted.run, &planted.failing().next().unwrap());
    assert!(shrunk.needs_perturbed_time(), "{}", shrunk.departures());
}

#[test]
#[should_panic(expected = "there is nothing to shrink: the run with seed 0x0000000000000007 did not fail")]
fn a_run_that_passed_cannot_be_shrunk() {
    let program = |sim: Sim| sim.run(async {});
    drop(shrunk(&program, &program(Sim::new(7).record(true))));
}
