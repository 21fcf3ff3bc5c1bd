//! Signals: what was found is told, and what was not told can be seen from outside.

#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]
#![cfg(unix)]

mod common;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::{Trial, seedbed};

/// Starts a hunt without end, and waits until it has made runs.
fn started(mut trial: Trial) -> (Child, tempfile::TempDir) {
    let child = trial.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let runs = trial.folder.path().join("out/runs.jsonl");
    let until = Instant::now() + Duration::from_secs(120);
    while std::fs::read_to_string(&runs).unwrap_or_default().matches("\"record\":\"run\"").count() < 20 {
        assert!(Instant::now() < until, "no runs in {}", runs.display());
        std::thread::sleep(Duration::from_millis(20));
    }
    (child, trial.folder)
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

fn summary(folder: &Path) -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join("out/summary.json")).unwrap()).unwrap()
}

#[test]
fn asked_to_end_it_tells_what_there_was() {
    for (test, status) in [("a_shop_opens", 75), ("a_new_price", 100)] {
        let (child, folder) = started(seedbed(&["hunt", test, "--seed", "7", "--runs", "100000000"]).out());
        // As `timeout` does: one for the process, one for its group.
        signal(&child, "-TERM");
        std::thread::sleep(Duration::from_millis(20));
        signal(&child, "-TERM");
        let output = child.wait_with_output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(status), "{stdout}");
        assert!(stdout.contains("ended by a signal"), "{stdout}");
        let summary = summary(folder.path());
        assert_eq!(summary["ended"], "signal");
        assert!(summary["tests"][0]["runs"].as_u64().unwrap() >= 20, "{summary}");
    }
}

#[test]
fn killed_outright_it_is_named_by_merge() {
    let words = ["hunt", "a_shop_opens", "--seed", "7", "--runs", "100000000", "--shard", "2/2", "--jobs", "1"];
    let (mut child, folder) = started(seedbed(&words).out());
    signal(&child, "-KILL");
    child.wait().unwrap();
    let place = folder.path().join("out");
    seedbed(&["merge", place.to_str().unwrap()])
        .run()
        .ends_with(102)
        .says("shard 2/2 died")
        .says("in hand: {\"hunt\":")
        .says("shard 1/2 is missing")
        .says("just it: cargo seedbed hunt a_shop_opens --seed 0x0000000000000007 --runs 100000000 --shard 2/2");
}
