//! Ctrl-C in a long hunt: what was found so far is said and kept.

use crate::child::{Child, replay_line, report_in};
use std::fs;

#[test]
fn a_hunt_that_found_nothing_says_how_far_it_came() {
    let mut child = Child::of("goes_on_for_days", "interrupts/nothing").env("SEEDBED_INTERRUPT", "on");
    let (status, output) = child.interrupted();
    assert_eq!(status, Some(130), "{output}");
    let report = report_in(&output);
    assert!(report.starts_with("seedbed: failing::goes_on_for_days was stopped after "), "{report}");
    assert!(report.contains(" runs of 1000000000; none failed"), "{report}");
}

#[test]
fn a_failure_that_is_still_shrunk_is_said_and_kept() {
    let mut child = Child::of("shrinks_for_days", "interrupts/shrinking").env("SEEDBED_INTERRUPT", "on");
    let (status, output) = child.interrupted();
    assert_eq!(status, Some(130), "{output}");
    let report = report_in(&output);
    assert!(
        report.contains("shrinking was stopped, so that some of these may not matter: it was interrupted"),
        "{report}"
    );
    let kept = fs::read_to_string(child.file("failing/shrinks_for_days")).unwrap();
    assert!(kept.contains(&replay_line(&report)), "{kept}");
}
