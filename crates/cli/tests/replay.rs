//! `cargo seedbed replay`, `shrink` and `explain`: one line, and whose it is.

#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]

mod common;

use std::path::Path;

use common::{Trial, seedbed};

/// A failing run of the shop, as long as it is, and the folder that will keep it small.
fn found() -> (String, tempfile::TempDir) {
    let seen =
        seedbed(&["hunt", "a_new_price", "--seed", "7", "--runs", "60", "--no-shrink"]).out().run().ends_with(100);
    (seen.summary()["groups"][0]["replay"].as_str().unwrap().to_owned(), seen.folder)
}

fn keeping(arguments: &[&str], folder: &Path) -> Trial {
    let mut trial = seedbed(arguments);
    trial.command.env("SEEDBED_REGRESSIONS", folder.join("regressions"));
    trial
}

#[test]
fn a_line_is_replayed_shrunk_kept_explained_and_known_again() {
    let (line, folder) = found();
    let at = |arguments: &[&str]| keeping(arguments, folder.path());
    at(&["replay", &line, "--test", "a_new_price_is_seen"])
        .run()
        .ends_with(100)
        .says("the shop shows 0, the price is 20");
    let trace =
        at(&["replay", &line, "--test", "a_new_price_is_seen", "--trace", "full"]).run().ends_with(100).says("poll");
    let summary = at(&["replay", &line, "--test", "a_new_price_is_seen"]).run();
    assert!(summary.stdout.len() < trace.stdout.len());

    let shrunk = at(&["shrink", &line, "--test", "a_new_price_is_seen", "--json"]).run().ends_with(100);
    let finding: serde_json::Value = serde_json::from_str(&shrunk.stdout).unwrap();
    assert_eq!(finding["finding"]["departures"].as_array().unwrap().len(), 2);
    let small = finding["finding"]["replay"].as_str().unwrap();
    assert!(small.len() < 80, "{small}");

    // Among many tests it is the one that keeps the line.
    at(&["replay", small]).run().ends_with(100).says("the shop shows 0, the price is 20");
    at(&["explain", small]).run().ends_with(100).says("ran main/customer before main/editor");
    at(&["replay", "a_new_price_is_seen"]).run().ends_with(100).says(&format!("1 of 1: {small}"));
}

#[test]
fn a_line_whose_test_is_not_known_lists_those_there_are() {
    let (line, folder) = found();
    keeping(&["replay", &line], folder.path())
        .run()
        .ends_with(1)
        .complains("none of them keeps it")
        .complains("--test NAME")
        .complains("cache::a_new_price_is_seen");
    keeping(&["replay", &line, "--test", "a_"], folder.path()).run().ends_with(1).complains("could be meant by a_");
    keeping(&["replay", &line, "--test", "zebra"], folder.path())
        .run()
        .ends_with(1)
        .complains("no test is called zebra");
}

#[test]
fn what_is_no_line_is_told() {
    seedbed(&["replay", "sb2:abc"]).run().ends_with(1).complains("version 2");
    seedbed(&["shrink", "five"]).run().ends_with(1).complains("\"five\" is no replay line");
    seedbed(&["replay", "sb1:AAAA", "--test", "a_shop_opens"]).run().ends_with(1).complains("it was given a line");
    seedbed(&["replay", "a_shop_opens"]).run().ends_with(1).complains("nothing is kept for");
}
