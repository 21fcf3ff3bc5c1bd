//! Runs that crash, hang or differ cost only themselves.

#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]

mod common;

use common::seedbed;

#[test]
fn a_run_that_aborts_is_named_and_passed_over() {
    let seen = seedbed(&["hunt", "rough::aborts", "--exact", "--seed", "7", "--runs", "12"]).out().run().ends_with(100);
    let seen = seen
        .says("12 runs")
        .says("ended their process")
        .says("(SIGABRT)")
        .says("this is the end of the process")
        .says("cargo seedbed replay sb1:");
    let group = &seen.summary()["groups"][0];
    assert_eq!(group["outcome"], "lost");
    assert!(group["count"].as_u64().unwrap() > 1, "{group}");
    // The line that is shown does the same again.
    let line = group["replay"].as_str().unwrap();
    seedbed(&["replay", line, "--test", "aborts"]).run().ends_with(100).says("the run ended its process");
}

#[test]
fn a_run_that_hangs_is_killed() {
    let seen = seedbed(&["hunt", "rough::hangs", "--exact", "--seed", "7", "--runs", "6", "--limit", "1"])
        .env("SEEDBED_WATCHDOG", "off")
        .out()
        .run()
        .ends_with(100);
    seen.says("killed after 1 s in one run").says("6 runs");
}

#[test]
fn a_plain_run_that_aborts_is_told_once() {
    let seen = seedbed(&["hunt", "dies_at_once", "--seed", "7", "--runs", "1000"]).out().run().ends_with(100);
    seen.says("the first is run 0").says("1 run, 1 ended its process");
}

#[test]
fn a_test_that_is_not_deterministic_ends_with_101() {
    let seen =
        seedbed(&["hunt", "rough::differs", "--exact", "--seed", "7", "--runs", "12", "--check", "1"]).out().run();
    seen.ends_with(101).says("differed when made twice").says("differ at event");
}

#[test]
fn sampling_may_be_turned_off() {
    seedbed(&["hunt", "rough::differs", "--exact", "--seed", "7", "--runs", "12", "--check", "0"])
        .out()
        .run()
        .ends_with(0);
}

#[test]
fn a_plain_run_that_differs_is_told_once() {
    let seen = seedbed(&["hunt", "differs_at_once", "--seed", "7", "--runs", "1000"]).out().run().ends_with(101);
    seen.says("the first is run 0").says("1 run, 1 differed when made twice");
}

#[test]
fn what_the_watchdog_says_is_handed_on() {
    let seen = seedbed(&["hunt", "rough::hangs", "--exact", "--seed", "7", "--runs", "3"]).env("SEEDBED_WATCHDOG", "1");
    seen.out().run().ends_with(100).says("a poll that did not come back").says("3 runs, 1 ended its process");
}
