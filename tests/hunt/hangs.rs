//! Polls that never end: found, named and kept, and the process ends.

use std::fs;

use crate::child::{Child, replay_line, report_in};

#[test]
fn a_poll_that_does_not_come_back_is_named_and_kept() {
    let mut child = Child::of("hangs_in_a_poll", "hangs/poll").env("SEEDBED_WATCHDOG", "1");
    let ended = child.run();
    assert!(!ended.passed, "{}", ended.output);
    let report = report_in(&ended.output);
    assert!(
        report.starts_with("seedbed: failing::hangs_in_a_poll hangs: main/2 does not come back from step "),
        "{report}"
    );
    assert!(report.lines().any(|line| line.contains(" spawn ") && line.ends_with(" main/2")), "{report}");
    assert!(report.contains("(not verified in a fresh process: it would hang there, too)"), "{report}");
    let kept = fs::read_to_string(child.file("failing/hangs_in_a_poll")).unwrap();
    assert!(kept.contains("# main/2 does not come back") && kept.contains(&replay_line(&report)), "{kept}");

    // The saved line hangs in the same place.
    let again = report_in(&child.run().output);
    assert_eq!(again.lines().next(), report.lines().next());
}

#[test]
fn a_run_that_is_only_long_is_left_alone() {
    let child = Child::of("takes_its_time", "hangs/long").env("SEEDBED_WATCHDOG", "1");
    let ended = child.env("SEEDBED_RUNS", "1").run();
    assert!(ended.passed, "{}", ended.output);
}

#[test]
fn a_run_that_is_slow_beside_its_copy_is_left_alone() {
    let child = Child::of("is_slow_once", "hangs/slow").env("SEEDBED_WATCHDOG", "1");
    let ended = child.env("SEEDBED_RUNS", "1").run();
    assert!(ended.passed, "{}", ended.output);
}

#[test]
fn the_watchdog_can_be_called_off() {
    let child = Child::of("takes_its_time", "hangs/off").env("SEEDBED_WATCHDOG", "off");
    assert!(child.env("SEEDBED_RUNS", "1").run().passed);
}
