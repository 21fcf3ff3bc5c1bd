//! `cargo seedbed merge`, on folders as hunts write them.

#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Seen, seedbed};
use tempfile::TempDir;

const FROM: &str = r#"{"package":"shop","binary":"test:cache","test":"a","hunt":"cache::a"}"#;

/// A hunt of so many shards, written by hand.
struct Hunt {
    folder: TempDir,
    runs: u64,
    shards: u64,
}

impl Hunt {
    fn new(runs: u64, shards: u64) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), runs, shards }
    }

    fn place(&self, k: u64) -> PathBuf {
        self.folder.path().join(format!("shard-{k}"))
    }

    fn header(&self, k: u64, seed: &str) -> String {
        format!(
            r#"{{"protocol":1,"command":["hunt","--seed","{seed}","--runs","{}"],"seed":"{seed}","shard":{{"k":{k},"n":{}}},"runs":{},"seconds":null,"tests":[{},"runs":{},"should_fail":false}}],"all_runs":true,"started":1}}"#,
            self.runs,
            self.shards,
            self.runs,
            FROM.trim_end_matches('}'),
            self.runs
        )
    }

    /// The runs of a shard: every fifth fails.
    fn lines(&self, k: u64, build: &str) -> String {
        let mut text = format!(
            "{{\"record\":\"sweep\",\"from\":{FROM},\"protocol\":1,\"hunt\":\"cache::a\",\"test\":\"cache::a\",\"seed\":\"0x1\",\"policy\":\"random\",\"faults\":null,\"build\":\"{build}\",\"plain\":{{\"digest\":\"0x1\",\"steps\":3,\"virtual_ns\":5}}}}\n"
        );
        for run in (0..self.runs).skip(usize::try_from(k - 1).unwrap()).step_by(usize::try_from(self.shards).unwrap()) {
            let outcome = if run % 5 == 3 { "failed" } else { "passed" };
            text.push_str(&format!(
                "{{\"record\":\"run\",\"from\":{FROM},\"hunt\":\"cache::a\",\"run\":{run},\"seed\":\"0x{run:x}\",\"policy\":\"random\",\"outcome\":\"{outcome}\",\"digest\":\"0x1\",\"schedule\":\"0x{:x}\",\"steps\":3,\"virtual_ns\":5,\"wall_ns\":9",
                run % 4
            ));
            if outcome == "failed" {
                text.push_str(&format!(
                    ",\"kind\":\"panic\",\"place\":\"src/a.rs:{}:5\",\"signature\":\"panic {}\",\"failure\":\"it was {run}\",\"replay\":\"sb1:run{run}\"",
                    run % 2,
                    run % 2
                ));
            }
            text.push_str("}\n");
        }
        text
    }

    fn write(&self, k: u64, whole: bool) -> &Self {
        let place = self.place(k);
        fs::create_dir_all(place.join("now")).unwrap();
        fs::write(place.join("hunt.json"), self.header(k, "0x1")).unwrap();
        fs::write(place.join("runs.jsonl"), self.lines(k, "b1")).unwrap();
        if whole {
            fs::remove_dir(place.join("now")).unwrap();
            let summary =
                r#"{"protocol":1,"ended":"done","status":100,"wall_ms":7,"tests":[],"groups":[],"broken":[]}"#;
            fs::write(place.join("summary.json"), summary).unwrap();
            fs::write(place.join("findings.jsonl"), "").unwrap();
        }
        self
    }

    fn merge(&self, ks: &[u64], more: &[&str]) -> Seen {
        let mut trial = seedbed(&["merge"]).args(more);
        trial.command.args(ks.iter().map(|k| self.place(*k)));
        trial.run()
    }
}

fn summary(folder: &Path) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(folder.join("summary.json")).unwrap()).unwrap()
}

#[test]
fn however_a_hunt_is_split_the_whole_is_the_same() {
    let out = tempfile::tempdir().unwrap();
    let merged = |shards: u64| {
        let hunt = Hunt::new(60, shards);
        let ks: Vec<u64> = (1..=shards).collect();
        ks.iter().for_each(|k| {
            hunt.write(*k, true);
        });
        let place = out.path().join(shards.to_string());
        // A shard that is given twice counts once.
        let twice = [&*ks, &ks[..1]].concat();
        hunt.merge(&twice, &["--out", place.to_str().unwrap()]).ends_with(100).says("2 of 2").says("60 runs");
        summary(&place)
    };
    let whole = merged(1);
    assert_eq!(whole["tests"][0]["failed"], 12);
    assert_eq!(whole["tests"][0]["orders"], 4);
    assert_eq!(whole["groups"][0]["first_run"], 3);
    assert_eq!(whole["groups"][0]["count"], 6);
    assert_eq!(whole["groups"][1]["replay"], "sb1:run8");
    for shards in [2, 3, 7, 16, 60] {
        assert_eq!(merged(shards), whole, "{shards} shards");
    }
}

#[test]
fn a_shard_that_died_or_is_missing_is_named_with_its_command() {
    let hunt = Hunt::new(20, 3);
    hunt.write(1, true).write(2, false);
    fs::write(hunt.place(2).join("now/worker-0.now"), "{\"hunt\":\"cache::a\",\"run\":4,\"seed\":\"0x4\"}   \n")
        .unwrap();
    hunt.merge(&[1, 2], &[])
        .ends_with(102)
        .says("shard 2/3 died")
        .says("cargo seedbed hunt --seed 0x1 --runs 20 --shard 2/3")
        .says("in hand: {\"hunt\":\"cache::a\",\"run\":4,\"seed\":\"0x4\"}")
        .says("shard 3/3 is missing")
        .says("--shard 3/3");
}

#[test]
fn a_torn_last_line_is_told_and_a_torn_middle_is_refused() {
    let hunt = Hunt::new(20, 2);
    hunt.write(1, true).write(2, false);
    let runs = hunt.place(2).join("runs.jsonl");
    let text = fs::read_to_string(&runs).unwrap();
    fs::write(&runs, &text[..text.len() - 20]).unwrap();
    hunt.merge(&[1, 2], &[]).ends_with(102).says("breaks off").says("19 runs");
    fs::write(&runs, text.replacen("\"record\":\"run\"", "\"record\":\"r", 1)).unwrap();
    hunt.merge(&[1, 2], &[]).ends_with(102).complains("runs.jsonl:2: no record");
}

#[test]
fn shards_of_different_hunts_or_builds_are_refused() {
    let hunt = Hunt::new(20, 2);
    hunt.write(1, true).write(2, true);
    fs::write(hunt.place(2).join("hunt.json"), hunt.header(2, "0x2")).unwrap();
    hunt.merge(&[1, 2], &[]).ends_with(1).complains("different hunts").complains("seed 0x2 and seed 0x1");
    fs::write(hunt.place(2).join("hunt.json"), hunt.header(2, "0x1")).unwrap();
    fs::write(hunt.place(2).join("runs.jsonl"), hunt.lines(2, "b2")).unwrap();
    hunt.merge(&[1, 2], &[]).ends_with(1).complains("was built differently").complains("--any-build");
    hunt.merge(&[1, 2], &["--any-build"]).ends_with(100).says("20 runs");
}

#[test]
fn runs_that_are_not_in_the_records_are_missed() {
    let hunt = Hunt::new(20, 2);
    hunt.write(1, true).write(2, true);
    let runs = hunt.place(2).join("runs.jsonl");
    let text = fs::read_to_string(&runs).unwrap();
    let fewer: Vec<&str> = text.lines().take(4).collect();
    fs::write(&runs, fewer.join("\n") + "\n").unwrap();
    hunt.merge(&[1, 2], &[]).ends_with(102).says("20 runs were asked for, and 13 are in the records");
}

#[test]
fn what_is_no_hunt_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    seedbed(&["merge", folder.path().to_str().unwrap()]).run().ends_with(1).complains("is not the folder of a hunt");
}

#[test]
fn junit_has_a_case_for_each_failure_and_none_for_each_run() {
    let hunt = Hunt::new(60, 1);
    hunt.write(1, true);
    let file = hunt.folder.path().join("deep/junit.xml");
    hunt.merge(&[1], &["--junit", file.to_str().unwrap()]).ends_with(100);
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(text.matches("<testcase").count(), 2, "{text}");
    assert!(text.contains("<failure message=\"it was 3\" type=\"panic\">"), "{text}");
    assert!(text.contains("name=\"runs\" value=\"60\""), "{text}");
}

#[test]
fn json_is_one_object_a_line() {
    let hunt = Hunt::new(60, 1);
    hunt.write(1, true);
    let seen = hunt.merge(&[1], &["--json"]).ends_with(100).complains("60 runs");
    let lines: Vec<serde_json::Value> = seen.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["summary"]["groups"][0]["first_run"], 3);
}
