//! What is said of a shrunk run, and that it is true.

use std::cell::Cell;
use std::ops::ControlFlow;

use seedbed::choice::{Departures, ReplayMode};
use seedbed::explore::explain::{Deed, Without};
use seedbed::explore::{ExplainLimits, ExplainStop, Explanation, Program, ShrinkLimits, Shrunk, explain, shrink};
use seedbed::policy::{Profile, by_name};
use seedbed::{Report, Sim, spawn};

use super::planted::{PLANTED, Planted};

fn planted(name: &str) -> Planted {
    *PLANTED.iter().find(|planted| planted.name == name).expect("no program of that name")
}

fn shrunk(program: &dyn Program, failing: &Report<()>) -> Shrunk {
    shrink(program, failing, &ShrinkLimits::default(), &mut |_| ControlFlow::Continue(())).unwrap()
}

fn explained(program: &dyn Program, shrunk: &Shrunk) -> Explanation {
    explain(program, shrunk, &ExplainLimits::default(), &mut |_| ControlFlow::Continue(()))
}

/// The first failing run of a planted bug, shrunk and explained.
fn explanation_of(name: &str) -> (Shrunk, Explanation) {
    let planted = planted(name);
    let shrunk = shrunk(&planted.run, &planted.failing().next().unwrap());
    let explanation = explained(&planted.run, &shrunk);
    assert_eq!(explanation.stop, ExplainStop::Finished, "{name}");
    (shrunk, explanation)
}

fn fails(program: &dyn Program, departures: Departures) -> bool {
    !program.run(Sim::new(0).replay(departures, ReplayMode::Strict)).is_ok()
}

#[test]
fn explanations_read_well() {
    let told = [
        "lost update",
        "lock order",
        "late reader",
        "jump to the front",
        "timeout against completion",
        "branch",
        "draw",
        "order and branch",
        "late timer",
    ];
    let texts = told.map(|name| format!("{name}\n{}\n", explanation_of(name).1));
    // Line numbers are no part of the promise.
    let places = regex::Regex::new(r"planted\.rs:\d+(:\d+)?").expect("a regular expression");
    let text = places.replace_all(&texts.join("\n"), "planted.rs:LINE").into_owned();
    insta::with_settings!(
        { snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), omit_expression => true },
        { insta::assert_snapshot!("explanations", text) }
    );
}

/// Each claim about one departure is checked with a run of our own.
#[test]
fn what_is_said_of_each_departure_is_true() {
    for planted in PLANTED.iter().filter(|planted| planted.name != "three phases, long and noisy") {
        let (shrunk, explanation) = explanation_of(planted.name);
        assert_eq!(explanation.departures.len(), shrunk.departures().len());
        for told in &explanation.departures {
            assert_ne!(told.deed, Deed::Untold, "{}: {}", planted.name, told.address);
            let with = |value: Option<u32>| {
                let mut plan = shrunk.departures().clone();
                match value.and_then(std::num::NonZeroU32::new) {
                    Some(value) => plan.insert(told.address.clone(), value),
                    None => plan.remove(&told.address),
                };
                fails(&planted.run, plan)
            };
            let needed = told.needed.as_ref().unwrap();
            assert_eq!(with(None), needed.without != Without::Passes, "{}", planted.name);
            let values = told.values.as_ref().unwrap();
            assert!(values.failing.contains(&told.answer.get()));
            assert!(values.failing.iter().all(|value| with(Some(*value))), "{}: {values:?}", planted.name);
            assert!(!values.passing.iter().any(|value| with(Some(*value))), "{}: {values:?}", planted.name);
            let parting = needed.parting.as_ref().unwrap();
            let entry = shrunk.report.trace.get(parting.event);
            assert_eq!(entry.map(|entry| entry.to_string()), parting.failing, "{}", planted.name);
            assert_ne!(parting.failing, parting.without);
        }
    }
}

#[test]
fn who_overtook_whom_is_told_with_steps_and_times() {
    let (_, explanation) = explanation_of("late reader");
    let [told] = &explanation.departures[..] else { panic!("{explanation}") };
    let Deed::Overtaken { task, by, ran: true, spawned_at, ready_since } = &told.deed else { panic!("{explanation}") };
    let by: Vec<_> = by.iter().map(|overtaker| (overtaker.task.as_str(), overtaker.steps)).collect();
    assert_eq!((task.as_str(), by), ("main/1", vec![("main/2", 1), ("main/3", 1), ("main/4", 1)]));
    assert_eq!(ready_since.as_nanos(), 0);
    assert!(spawned_at.as_ref().unwrap().contains("shrinking/planted.rs:"), "{spawned_at:?}");
    let values = told.values.as_ref().unwrap();
    assert_eq!((&values.failing[..], &values.passing[..], values.complete), (&[3, 4, 5, 6, 7, 8][..], &[][..], true));
    assert!(explanation.to_string().contains("from 3 to 8 will do; no higher one is possible"), "{explanation}");
}

/// The reader fails once three others have run: whatever comes after the fourth choice (the main task's own step is the first).
#[test]
fn the_choice_that_decides_is_found() {
    let (shrunk, explanation) = explanation_of("late reader");
    let inevitable = explanation.inevitable.unwrap();
    assert_eq!((inevitable.choices, inevitable.with.failed, inevitable.with.of), (4, 30, 30));
    let event = shrunk.report.trace.get(inevitable.event.unwrap()).unwrap().to_string();
    assert!(event.contains("main/4"), "the third of the others: {event}");
    assert!(inevitable.with_one_less.is_some_and(|rate| rate.failed < rate.of));
    assert_eq!(explanation.sufficient.map(|rate| (rate.failed, rate.of)), Some((100, 100)));
    assert!(explanation.base.is_some_and(|rate| rate.failed < 100));
}

/// Two sleeps make the answer; either may be the late one.
#[test]
fn the_least_delay_is_told_in_seconds() {
    let planted = planted("late timer");
    let late = |seed: u64| by_name("fifo+late", seed.into(), &Profile::default()).unwrap();
    for failing in planted.failing_under(1_000, late).take(4) {
        let shrunk = shrunk(&planted.run, &failing);
        assert!(shrunk.needs_perturbed_time());
        let text = explained(&planted.run, &shrunk).to_string();
        assert!(text.starts_with("fails after 1 departure"), "{text}");
        assert!(text.contains("let a timer of main/4 expire 0.002s late"), "{text}");
        assert!(text.contains("any delay of 0.002s or more will do"), "{text}");
    }
}

#[test]
fn an_explanation_is_the_same_each_time_unless_another_seed_is_asked_for() {
    let planted = planted("lost update");
    let shrunk = shrunk(&planted.run, &planted.failing().next().unwrap());
    let with =
        |limits: ExplainLimits| explain(&planted.run, &shrunk, &limits.samples(40), &mut |_| ControlFlow::Continue(()));
    let once = with(ExplainLimits::default());
    assert_eq!(with(ExplainLimits::default()), once);
    let others = [1, 2, 3, 4].map(|seed| with(ExplainLimits::default().seed(seed)));
    assert!(others.iter().all(|other| other.departures == once.departures));
    assert!(others.iter().any(|other| (other.sufficient, other.base) != (once.sufficient, once.base)));
}

#[test]
fn a_failure_of_the_plain_order_is_called_that() {
    let program = |sim: Sim| sim.run(async { assert_eq!(spawn(async { 1 }).await.unwrap(), 2, "one is not two") });
    let explanation = explained(&program, &shrunk(&program, &program(Sim::new(3).record(true))));
    let text = explanation.to_string();
    assert!(text.starts_with("fails in plain FIFO order: "), "{text}");
    assert!(text.contains("with everything drawn, 100 of 100 runs failed"), "{text}");
    assert!(text.contains("inevitable from the start: 30 of 30"), "{text}");
}

#[test]
fn nothing_is_claimed_where_shrinking_was_stopped() {
    let planted = planted("three orders amid noise");
    let failing = planted.failing().next().unwrap();
    let stopped =
        shrink(&planted.run, &failing, &ShrinkLimits::default().runs(5), &mut |_| ControlFlow::Continue(())).unwrap();
    let explanation = explained(&planted.run, &stopped);
    assert_eq!((&explanation.stop, explanation.runs), (&ExplainStop::NotMinimal, 0));
    assert_eq!(explanation.departures.len(), stopped.departures().len());
    assert!(explanation.departures.iter().all(|told| told.needed.is_none() && told.values.is_none()));
    assert!(explanation.departures.iter().all(|told| told.deed != Deed::Untold), "what happened is told all the same");
    assert!(explanation.to_string().ends_with("not all of this may be needed: a simpler run may fail in the same way"));
}

#[test]
fn every_end_keeps_what_is_known() {
    let planted = planted("lost update");
    let shrunk = shrunk(&planted.run, &planted.failing().next().unwrap());
    let full = explained(&planted.run, &shrunk);
    let go_on = &mut |_: &_| ControlFlow::Continue(());

    let few = explain(&planted.run, &shrunk, &ExplainLimits::default().runs(120), go_on);
    assert_eq!((&few.stop, few.runs, few.sufficient, few.base), (&ExplainStop::Runs, 120, full.sufficient, None));
    let none = explain(&planted.run, &shrunk, &ExplainLimits::default().runs(0), go_on);
    assert_eq!((&none.stop, none.departures[0].needed.is_none()), (&ExplainStop::Runs, true));

    let interrupted = explain(&planted.run, &shrunk, &ExplainLimits::default(), &mut |progress| match progress.runs {
        1 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    assert_eq!((interrupted.stop, interrupted.runs), (ExplainStop::Interrupted, 1));

    let runs = Cell::new(0);
    let panics = |sim: Sim| {
        runs.set(runs.get() + 1);
        assert!(runs.get() < 50, "out of luck");
        (planted.run)(sim)
    };
    let panicked = explain(&panics, &shrunk, &ExplainLimits::default(), go_on);
    assert_eq!(panicked.stop, ExplainStop::Panicked { message: "out of luck".to_owned() });
    assert_eq!(panicked.departures[0].needed, full.departures[0].needed);
}

/// Steps cannot be numbered in a trace with a gap; then only addresses are shown.
#[test]
fn of_a_trace_with_a_gap_nothing_is_told() {
    let planted = planted("lost update");
    let program = |sim: Sim| (planted.run)(sim.trace_events(10));
    let shrunk = shrunk(&program, &planted.failing().next().unwrap());
    let explanation = explained(&program, &shrunk);
    assert_eq!(explanation.departures[0].deed, Deed::Untold);
    assert!(explanation.to_string().contains(&format!("1. {}", shrunk.departures())), "{explanation}");
}
