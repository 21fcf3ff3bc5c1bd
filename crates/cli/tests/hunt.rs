//! `cargo seedbed hunt`: what it makes, what it finds, how it ends.

#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]

mod common;

use std::collections::BTreeSet;
use std::fs;

use common::{Seen, seedbed};
use serde_json::Value;

/// The run records in the folder of a hunt.
fn runs(seen: &Seen) -> Vec<Value> {
    let lines = seen.file("runs.jsonl");
    let records = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    records.filter(|record| record["record"] == "run").collect()
}

#[test]
fn tests_that_hold_end_with_0() {
    let seen = seedbed(&["hunt", "a_shop_opens", "customers_agree", "nothing_is_left", "--seed", "7"]).out().run();
    let seen =
        seen.ends_with(0).says("ok").says("100 runs").says("64 runs").says("as they should").says("every run was made");
    assert_eq!(runs(&seen).len(), 64 + 100 + 32);
    assert_eq!(seen.summary()["groups"], Value::Array(Vec::new()));
}

#[test]
fn a_failure_is_made_small_proven_and_kept() {
    let seen = seedbed(&["hunt", "a_new_price", "--seed", "7", "--runs", "60"]).out().run().ends_with(100);
    let seen = seen
        .says("the shop shows 0, the price is 20")
        .says("2 departures from FIFO order")
        .says("replay (verified in a fresh process)")
        .says("the same hunt again: cargo seedbed hunt a_new_price --seed 0x0000000000000007 --runs 60");
    let finding: Value = serde_json::from_str(seen.file("findings.jsonl").trim()).unwrap();
    assert_eq!(finding["finding"]["proven"], true);
    let saved = fs::read_to_string(finding["finding"]["saved"].as_str().unwrap()).unwrap();
    assert!(saved.contains(finding["finding"]["replay"].as_str().unwrap()), "{saved}");
    let summary = seen.summary();
    let lowest = runs(&seen).iter().filter(|run| run["outcome"] == "failed").map(|run| run["run"].as_u64()).min();
    assert_eq!(summary["groups"][0]["first_run"].as_u64(), lowest.unwrap());
    assert_eq!(summary["status"], 100);
}

#[test]
fn every_run_is_made_once_whatever_the_number_of_workers() {
    let made = |jobs: &str| {
        let seen =
            seedbed(&["hunt", "a_new_price", "a_shop", "--seed", "3", "--runs", "150", "--no-shrink", "--jobs", jobs]);
        let seen = seen.out().run().ends_with(100);
        let facts = |run: &Value| {
            let numbers: Vec<String> = ["seed", "outcome", "digest", "schedule"].map(|key| run[key].to_string()).into();
            (run["hunt"].to_string(), run["run"].as_u64().unwrap(), numbers)
        };
        let all: Vec<_> = runs(&seen).iter().map(facts).collect();
        let different: BTreeSet<_> = all.iter().cloned().collect();
        assert_eq!((all.len(), different.len()), (300, 300), "{jobs} workers");
        let mut summary = seen.summary();
        summary["wall_ms"] = Value::Null;
        (different, summary)
    };
    assert_eq!(made("1"), made("3"));
}

#[test]
fn a_fresh_seed_is_told_and_another_one_each_time() {
    let seed = || {
        let seen = seedbed(&["hunt", "a_shop_opens", "--runs", "2"]).out().run().ends_with(0);
        let seen = seen.says("the same hunt again: cargo seedbed hunt a_shop_opens --seed 0x");
        serde_json::from_str::<Value>(&seen.file("hunt.json")).unwrap()["seed"].to_string()
    };
    assert_ne!(seed(), seed());
}

#[test]
fn time_is_shared_and_ends_the_hunt() {
    let seen = seedbed(&["hunt", "a_shop_opens", "customers", "--seed", "7", "--time", "5s", "--canary"]).out().run();
    let seen = seen.ends_with(0).says("the time was over");
    for test in seen.summary()["tests"].as_array().unwrap() {
        assert!(test["runs"].as_u64().unwrap() > 1, "{test}");
    }
}

#[test]
fn the_first_failure_may_end_it() {
    let seen = seedbed(&["hunt", "a_new_price", "--seed", "7", "--runs", "1000000", "--fail-fast"]).out().run();
    let seen = seen.ends_with(100).says("ended by the first failure");
    assert!(runs(&seen).len() < 10_000);
}

#[test]
fn a_policy_is_handed_on() {
    let seen = seedbed(&["hunt", "a_new_price", "--seed", "7", "--runs", "20", "--policy", "fifo", "--faults", "none"]);
    seen.out().run().ends_with(0).says("20 runs, 1 order").omits("failed");
    seedbed(&["hunt", "a_new_price", "--policy", "wild"]).run().ends_with(1).complains("wild");
}

#[test]
fn a_canary_is_seen_and_counts_for_nothing() {
    let seen = seedbed(&["hunt", "a_shop_opens", "customers", "--seed", "7", "--canary"]).out().run().ends_with(0);
    assert_eq!(runs(&seen).iter().filter(|run| run["canary"] == true).count(), 2);
    assert_eq!(seen.summary()["tests"][0]["failed"], 0);
    assert_eq!(seen.summary()["tests"][0]["runs"], 64);
}

#[test]
fn a_canary_outlives_runs_that_end_their_process() {
    let words = ["hunt", "rough::aborts", "dies_at_once", "--exact", "--seed", "7", "--runs", "40", "--canary"];
    seedbed(&words).out().run().ends_with(100).omits("broken");
}

#[test]
fn a_point_that_no_run_meets_is_a_failure_of_all_runs() {
    let seen = seedbed(&["hunt", "misses_a_point", "--seed", "7"]).out().run().ends_with(100);
    let seen = seen.says("the point \"pigs fly\" never held, in 8 runs").says("FAILED").says("at tests/rough.rs:");
    assert_eq!(seen.summary()["tests"][0]["points"][0]["runs_held"], 0);
    // Of a part of the runs nobody can say.
    seedbed(&["hunt", "misses_a_point", "--seed", "7", "--shard", "1/2"]).out().run().ends_with(0);
}

#[test]
fn ignored_tests_are_asked_for() {
    seedbed(&["hunt", "a_year_passes"]).run().ends_with(1).complains("--include-ignored").complains("a_year_passes");
    seedbed(&["hunt", "a_year_passes", "--runs", "3", "--include-ignored"]).out().run().ends_with(0).says("3 runs");
}

#[test]
fn hunts_by_hand_are_made_one_by_one() {
    let seen = seedbed(&["hunt", "hand", "--all", "--seed", "7"]).out().run().ends_with(0);
    seen.says("[left]").says("20 runs").says("[right]").says("30 runs");
}

#[test]
fn no_test_matches() {
    seedbed(&["hunt", "nothing_like_it"])
        .run()
        .ends_with(1)
        .complains("no test matches nothing_like_it")
        .complains("a_new_price_is_seen");
}

#[test]
fn a_folder_of_somebody_else_is_left_alone() {
    let trial = seedbed(&["hunt", "a_shop_opens"]).out();
    let out = trial.folder.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("thesis.txt"), "years of work").unwrap();
    let seen = trial.run().ends_with(1).complains("holds something that is no hunt");
    assert_eq!(seen.file("thesis.txt"), "years of work");
}

#[test]
fn json_lines_are_what_was_found() {
    let seen = seedbed(&["hunt", "a_new_price", "--seed", "7", "--runs", "60", "--json"]).out().run().ends_with(100);
    let lines: Vec<Value> = seen.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = |kind: &str| lines.iter().filter(|line| line["record"] == kind).count();
    assert_eq!((count("finding"), count("summary")), (1, 1));
    assert_eq!(
        u64::try_from(count("run")).unwrap(),
        lines.last().unwrap()["summary"]["tests"][0]["failed"].as_u64().unwrap()
    );
}

#[test]
fn the_status_may_be_simple() {
    seedbed(&["hunt", "a_new_price", "--seed", "7", "--runs", "60", "--no-shrink", "--exit-code", "simple"])
        .out()
        .run()
        .ends_with(101);
}
