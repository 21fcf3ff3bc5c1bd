//! Points of the program: counted over all runs of a hunt, told in its summary, and asked for where the test answers for them.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use seedbed::hunt::{HuntReport, PointTally, Verdict};
use seedbed::{Sim, never, reachable, sleep, sometimes, spawn, yield_now};

use crate::child::Child;
use crate::support::{found, quiet};

/// Two tasks, of which one overtakes the other in some orders.
async fn overtaking() {
    let overtaken = Rc::new(Cell::new(false));
    let seen = Rc::clone(&overtaken);
    let first = spawn(async move { sometimes!(seen.get(), "the first task was overtaken") });
    let second = spawn(async move { overtaken.set(true) });
    first.await.unwrap();
    second.await.unwrap();
}

/// What holds in no order.
async fn no_such_luck() {
    spawn(yield_now()).await.unwrap();
    sometimes!(seedbed::now().as_nanos() > 0, "time passed by itself");
}

mod ledger {
    pub(super) fn write(full: bool) {
        seedbed::reachable!("written");
        if full {
            seedbed::reachable!("written to the last line");
        }
    }
}

const LEDGER: &str = concat!(module_path!(), "::ledger");

fn tally<'a>(report: &'a HuntReport, name: &str) -> &'a PointTally {
    report.points.iter().find(|tally| tally.point.name() == name).unwrap_or_else(|| panic!("{report}"))
}

fn missed(report: &HuntReport) -> Vec<&str> {
    match &report.verdict {
        Verdict::Unexplored(missed) => missed.iter().map(|tally| tally.point.name()).collect(),
        Verdict::Passed => Vec::new(),
        _ => panic!("{report}"),
    }
}

#[test]
fn runs_are_counted_whatever_the_number_of_threads() {
    let [one, three] = [1, 3].map(|jobs| quiet("overtaking").policy("random").jobs(jobs).run(overtaking));
    assert_eq!(one.points, three.points);
    let tally = tally(&one, "the first task was overtaken");
    assert_eq!((tally.runs, tally.runs_reached, tally.reached), (256, 256, 256));
    assert!((10..246).contains(&tally.runs_held) && tally.held == tally.runs_held, "{one}");
    let line = format!(
        "\n    sometimes!(\"the first task was overtaken\") held in {} of 256 runs  (tests/hunt/points.rs:",
        tally.held
    );
    assert!(one.to_string().contains(&line), "{one}");
}

#[test]
fn what_never_held_fails_the_test_and_says_so() {
    let report = quiet("no luck").run(no_such_luck);
    assert_eq!(missed(&report), ["time passed by itself"]);
    assert!(!report.is_ok());
    let text = report.to_string();
    assert!(text.starts_with("seedbed: no luck passed 256 runs ("), "{text}");
    assert!(text.contains("never held: evaluated 256 times, in 256 of 256 runs"), "{text}");
}

#[test]
fn a_point_in_the_plain_order_only_is_found_by_no_other() {
    // In FIFO order nobody is overtaken: only the sweep gets there.
    assert_eq!(missed(&quiet("overtaking").policy("random").run(overtaking)), [""; 0]);
    let plain = Sim::new(0).run(overtaking());
    assert_eq!((plain.points[0].reached, plain.points[0].held), (1, 0));
}

#[test]
fn points_of_other_modules_are_counted_and_not_asked_for() {
    let report = quiet("ledger").run(|| async { ledger::write(false) });
    assert!(report.is_ok(), "{report}");
    assert_eq!(tally(&report, "written").runs_reached, 256);
    assert!(!report.points.iter().any(|tally| tally.point.name() == "written to the last line"));
}

#[test]
fn a_module_that_is_named_must_be_met() {
    let report = quiet("ledger").points(LEDGER).run(|| async { ledger::write(false) });
    assert_eq!(missed(&report), ["written to the last line"]);
    assert!(report.to_string().contains("was never reached"), "{report}");
    let report = quiet("ledger").points(LEDGER).run(|| async { ledger::write(true) });
    assert_eq!(missed(&report), [""; 0]);
}

#[test]
fn a_module_without_points_is_a_mistake() {
    let report = quiet("ledger").points("hunt::points::ledgr").run(|| async {});
    let Verdict::Misconfigured(error) = &report.verdict else { panic!("{report}") };
    assert_eq!(error.to_string(), "points: read \"hunt::points::ledgr\", wanted a module in which a point stands");
}

#[test]
fn only_whole_hunts_are_asked() {
    // One run; a failure that is expected; nothing is asked for.
    for hunt in [quiet("few").runs(1), quiet("few").should_fail(), quiet("few").points_off()] {
        let report = hunt.run(no_such_luck);
        assert!(matches!(report.verdict, Verdict::Passed), "{report}");
        assert_eq!(tally(&report, "time passed by itself").runs_held, 0);
    }
    assert_eq!(missed(&quiet("two").runs(2).run(no_such_luck)), ["time passed by itself"]);
}

#[test]
fn what_must_never_happen_fails_the_run_with_its_name() {
    let finding = found(quiet("never").policy("random").run(|| async {
        let value = Rc::new(Cell::new(0));
        let other = Rc::clone(&value);
        let task = spawn(async move { other.set(1) });
        spawn(async move { never!(value.get() == 0, "read before it was written") }).await.unwrap();
        task.await.unwrap();
    }));
    assert!(finding.failure.to_string().contains("what must never happen did: read before it was written"));
    assert_eq!(finding.shrunk.unwrap().departures().len(), 1);
}

#[test]
fn schedules_and_traces_are_told_apart() {
    // One order, and each run notes another number.
    let report = quiet("draws").run(|| async { seedbed::note!("{}", rand::Rng::next_u64(&mut seedbed::rng())) });
    assert_eq!((report.runs, report.schedules, report.traces), (256, 1, 256));
    assert_eq!(report.to_string(), "seedbed: draws passed 256 runs (1 schedule, 256 traces)");
}

#[test]
fn runs_that_reach_a_limit_may_pass_and_are_counted() {
    // It never ends where the first task was overtaken.
    let program = || async {
        let overtaken = Rc::new(Cell::new(false));
        let seen = Rc::clone(&overtaken);
        let first = spawn(async move {
            while seen.get() {
                sleep(Duration::from_secs(1)).await;
            }
        });
        spawn(async move { overtaken.set(true) }).await.unwrap();
        first.await.unwrap();
    };
    let hunt = || quiet("cut off").policy("random").sim(|sim| sim.virtual_time(Duration::from_secs(60)));
    assert_eq!(found(hunt().run(program)).signature.kind(), "limit");
    let [one, three] = [1, 3].map(|jobs| hunt().cut_off().jobs(jobs).run(program));
    assert!(one.is_ok() && (50..200).contains(&one.cut_off), "{one}");
    assert_eq!((one.cut_off, one.schedules), (three.cut_off, three.schedules));
    assert!(one.to_string().contains(&format!(", {} of them (", one.cut_off)), "{one}");
    // A livelock is no end.
    let spins = hunt().cut_off().run(|| async {
        loop {
            yield_now().await;
        }
    });
    assert_eq!(found(spins).signature.kind(), "limit");
}

#[track_caller]
fn check(test: &str) {
    let report = Child::of(&format!("points::{test}"), &format!("points/{test}")).report();
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"),
        omit_expression => true,
    }, {
        insta::assert_snapshot!(test, report);
    });
}

#[test]
fn the_report_of_a_test_that_got_nowhere() {
    check("gets_nowhere");
}

#[test]
fn the_report_of_a_fault_that_struck() {
    check("loses_what_it_held");
}

#[test]
fn the_report_of_a_wall_clock_that_jumped() {
    check("trusts_the_wall_clock");
}

#[test]
fn fault_points_are_switched_by_their_name() {
    let child = |name, value| Child::of("points::loses_what_it_held", "points/switched").env(name, value).run();
    assert!(child("SEEDBED_FAULT_POINTS", "disk full=off").passed);
    assert!(child("SEEDBED_FAULTS", "none").passed);
    // It strikes in the plain run already.
    let on = child("SEEDBED_FAULT_POINTS", "disk full=on").output;
    assert!(on.contains("failed on the plain run") && on.contains("verified in a fresh process"), "{on}");
    let unknown = child("SEEDBED_FAULT_POINTS", "disk fell=on").output;
    assert!(unknown.contains("\"disk fell\" is no fault point of this program: use one of \"disk full\""), "{unknown}");
    let unread = child("SEEDBED_FAULT_POINTS", "disk full").output;
    assert!(unread.contains("wanted names of fault points, each with `=on` or `=off`"), "{unread}");
}

#[test]
fn fewer_runs_than_the_code_says_are_not_asked() {
    let child = |runs| Child::of("points::gets_nowhere", "points/few").env("SEEDBED_RUNS", runs).run();
    assert!(child("255").passed);
    assert!(!child("300").passed);
}

#[test]
fn a_summary_is_told_when_it_is_asked_for_or_has_points() {
    let child = || Child::of("points::may_get_nowhere", "points/summary");
    let ended = child().run();
    assert!(ended.passed && ended.output.contains("where it always gets"), "{}", ended.output);
    let harmless = |summary| Child::of("harmless", "points/harmless").env("SEEDBED_SUMMARY", summary).run();
    assert!(harmless("on").output.contains("seedbed: failing::harmless passed 256 runs ("));
    assert!(!harmless("off").output.contains("passed 256 runs"));
    reachable!("outside of every run nothing is counted");
}
