//! `cargo seedbed diff`: two runs of a real project side by side.

#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]

mod common;

use std::fs;
use std::sync::OnceLock;

use common::seedbed;

fn deadlock() -> String {
    static LINE: OnceLock<String> = OnceLock::new();
    let hunt = || {
        let seen =
            seedbed(&["hunt", "ledgers", "--seed", "7", "--runs", "60", "--fail-fast"]).out().run().ends_with(100);
        seen.summary()["groups"][0]["replay"].as_str().unwrap().to_owned()
    };
    LINE.get_or_init(hunt).clone()
}

const LEDGERS: [&str; 2] = ["--test", "ledgers_are_balanced"];

#[test]
fn passing_and_failing_stand_side_by_side() {
    let line = deadlock();
    let seen = seedbed(&["diff", "plain", &line]).args(&LEDGERS).run().ends_with(0);
    let seen = seen
        .says("first   passed")
        .says("second  failed: deadlock: 3 tasks wait")
        .says("── here they part: event ")
        .omits("\u{1b}[");
    // What stood before is there, the same on both sides.
    let before = seen.stdout.lines().find(|row| row.contains("spawn main/buyer")).unwrap();
    assert_eq!(before.matches("spawn main/buyer").count(), 2, "{before}");
    assert!(seen.stdout.lines().any(|row| row.contains("finish") && row.contains('<') || row.contains('≠')));
    // The other way round, first and second are exchanged.
    seedbed(&["diff", &line, "plain"])
        .args(&LEDGERS)
        .run()
        .ends_with(0)
        .says("first   failed: deadlock")
        .says("second  passed");
}

#[test]
fn a_run_is_the_same_as_itself() {
    let line = deadlock();
    seedbed(&["diff", &line, &line]).args(&LEDGERS).run().ends_with(0).says("the two runs are the same, all ");
}

#[test]
fn a_page_is_written() {
    let line = deadlock();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("diff.html").display().to_string();
    seedbed(&["diff", "plain", &line, "--html", &file]).args(&LEDGERS).run().ends_with(0).complains("wrote ");
    let page = fs::read_to_string(&file).unwrap();
    assert!(page.contains("id=\"parting\"") && page.contains("ran main/buyer") && page.contains("default-src 'none'"));
}

#[test]
fn names_that_neither_run_has_are_refused() {
    let line = deadlock();
    seedbed(&["diff", "plain", &line, "--event", "deadlock"]).args(&LEDGERS).run().ends_with(0).says("deadlock");
    seedbed(&["diff", "plain", &line, "--event", "zebra"])
        .args(&LEDGERS)
        .run()
        .ends_with(1)
        .complains("no event of this run has the word zebra");
}
