//! What a failing test says, for every kind of failure.

use crate::child::Child;

/// Compares the report of a failing test with its snapshot.
#[track_caller]
fn check(test: &str) {
    compare(test, Child::of(test, &format!("reports/{test}")));
}

#[track_caller]
fn compare(name: &str, mut child: Child) {
    let report = child.report();
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"),
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, report);
    });
}

#[test]
fn a_panic() {
    check("lost_update");
}

#[test]
fn a_deadlock_with_its_cycle() {
    check("lock_order");
}

#[test]
fn a_failure_in_plain_order() {
    check("in_plain_order");
}

#[test]
fn a_returned_error() {
    check("returned_error");
}

#[test]
fn a_limit() {
    check("goes_on_for_ever");
}

#[test]
fn a_livelock() {
    check("livelock");
}

#[test]
fn a_panic_in_a_task_that_nobody_awaits() {
    check("a_task_nobody_awaits");
}

#[test]
fn a_failure_that_takes_slow_tasks() {
    check("a_slow_task_misses_its_timeout");
}

#[test]
fn a_cancelled_main_task() {
    check("cancels_its_main_task");
}

#[test]
fn two_failures() {
    check("two_bugs");
}

#[test]
fn a_wake_from_a_thread() {
    check("woken_by_a_thread");
}

#[test]
fn a_difference_between_processes() {
    let child = Child::of("differs_in_every_process", "reports/differs_in_every_process");
    let mark = child.folder().with_extension("mark");
    drop(std::fs::remove_file(&mark));
    compare("differs_in_every_process", child.env("MARK", &mark.to_string_lossy()));
}

#[test]
fn a_difference_between_two_runs() {
    let report = Child::of("iterates_a_hash_map", "reports/iterates_a_hash_map").report();
    for part in ["is not deterministic: the plain run, made twice", "differ at event", "usual suspects: a HashMap"] {
        assert!(report.contains(part), "{report}");
    }
}

#[test]
fn one_of_several_hunts_in_a_test() {
    check("second_of_two_hunts");
}

#[test]
fn a_check_without_the_attribute() {
    // Under the portfolio, which may change: so this is no snapshot.
    let report = Child::of("checked", "reports/checked").report();
    assert!(report.starts_with("seedbed: bugs::lost_update failed on run "), "{report}");
    let command = "SEEDBED_HUNT=bugs::lost_update SEEDBED_REPLAY=sb1:";
    assert!(report.contains(command), "{report}");
    assert!(report.contains(" cargo test --test hunt failing::checked -- --exact"), "{report}");
}
