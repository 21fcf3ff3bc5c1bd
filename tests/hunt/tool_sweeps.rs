//! Sweeps for tools: the runs of a hunt, each with a record, whoever makes them.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Map, Value, json};

use crate::bugs;
use crate::child::Child;
use crate::tool::{Tool, and, of_kind, sweep, timeless};

#[seedbed::test(runs = 40, policy = "random", seed = 7)]
async fn is_right_in_every_order() {
    seedbed::sometimes!(true, "it is met");
    bugs::harmless().await;
}

const RIGHT: &str = "tool_sweeps::is_right_in_every_order";

fn runs(records: &[Value]) -> Vec<Map<String, Value>> {
    of_kind(records, "run").into_iter().map(timeless).collect()
}

#[test]
fn a_hunt_is_described_without_a_run() {
    // A run would fail, and describing says nothing of that.
    let hunt = Tool::asks("in_plain_order", "describe/one", json!({ "do": "describe" })).record("hunt");
    assert_eq!(hunt["hunt"], "failing::in_plain_order");
    assert_eq!((&hunt["test"], &hunt["runs"]), (&json!("failing::in_plain_order"), &json!(256)));
    assert_eq!((&hunt["policy"], &hunt["faults"]), (&json!("portfolio"), &json!(null)));
    assert_eq!((&hunt["arguments"], &hunt["should_fail"]), (&json!(false), &json!(false)));
    assert_eq!(hunt["command"], "cargo test --test hunt failing::in_plain_order -- --exact --include-ignored");
    assert!(hunt["file"].as_str().unwrap().ends_with("failing.rs") && hunt["line"].as_u64().unwrap() > 1, "{hunt}");
    let seed = hunt["seed"].as_str().unwrap();
    assert_eq!(seed.parse(), Ok(seedbed::Seed::of_path("hunt::failing::in_plain_order")), "{seed}");

    let inputs = Tool::asks("arguments::too_much", "describe/inputs", json!({ "do": "describe" })).record("hunt");
    assert_eq!(inputs["arguments"], true);
    let expected = Tool::asks("should_panic", "describe/expected", json!({ "do": "describe" })).record("hunt");
    assert_eq!(expected["should_fail"], true);
}

#[test]
fn every_hunt_of_a_test_describes_itself_unless_one_is_named() {
    let job = || json!({ "do": "describe" });
    let hunts = Tool::asks("second_of_two_hunts", "describe/all", job()).records();
    let names: Vec<&Value> = hunts.iter().map(|hunt| &hunt["hunt"]).collect();
    assert_eq!(names, ["calm", "calm#2", "stormy"]);
    assert_eq!((&hunts[2]["policy"], &hunts[0]["runs"]), (&json!("random"), &json!(10)));
    let one = Tool::asks("second_of_two_hunts", "describe/named", job()).env("SEEDBED_HUNT", "calm#2").record("hunt");
    assert!(one["command"].as_str().unwrap().starts_with("SEEDBED_HUNT=calm#2 cargo test"), "{one}");
}

#[test]
fn a_sweep_finds_what_the_hunt_finds() {
    let seed = "0x00000000000000c7";
    let child = Child::of("lost_update", "tool/differential").env("SEEDBED_SEED", seed);
    let report = child.env("SEEDBED_MAX_SHRINK_RUNS", "0").env("SEEDBED_PROVE", "off").report();

    let job = and(sweep(0, 1, 256), json!({ "fail_fast": true }));
    let records = Tool::asks("lost_update", "sweep/differential", job).env("SEEDBED_SEED", seed).records();
    let (runs, end) = (of_kind(&records, "run"), records.last().unwrap());
    let last = runs.last().unwrap();
    let found = format!(
        "seedbed: failing::lost_update failed on run {} of 256 (seed {}, policy {})",
        last["run"],
        last["seed"].as_str().unwrap(),
        last["policy"].as_str().unwrap()
    );
    assert!(report.starts_with(&found), "{found} is not how this begins: {report}");
    assert!(last["run"].as_u64() >= Some(1), "the plain run passes");
    assert_eq!((&last["outcome"], &last["kind"]), (&json!("failed"), &json!("panic")));
    assert!(last["place"].as_str().unwrap().contains("bugs.rs:"), "{last}");
    assert!(last["failure"].as_str().unwrap().contains("the balance is "), "{last}");
    assert!(last["signature"].as_str().unwrap().contains("the balance is #"), "{last}");
    assert!(runs[..runs.len() - 1].iter().all(|run| run["outcome"] == "passed" && run.get("replay").is_none()));
    assert_eq!((&end["record"], &end["why"], &end["runs"]), (&json!("end"), &json!("failed"), &json!(runs.len())));

    // The line of the run brings the same run back.
    let line = last["replay"].as_str().unwrap();
    let job = json!({ "do": "trace", "line": line });
    let trace = Tool::asks("lost_update", "sweep/line", job).records();
    assert_eq!((&trace[0]["digest"], &trace[0]["seed"]), (&last["digest"], &last["seed"]));
    assert_eq!((&trace[0]["policy"], &trace[0]["end_ns"]), (&last["policy"], &last["virtual_ns"]));
}

#[test]
fn a_sweep_goes_the_ways_of_the_hunt() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("tool/summary");
    let said = Child::by_name(RIGHT, folder).env("SEEDBED_SUMMARY", "on").run().output;
    let records = Tool::asks_by_name(RIGHT, "sweep/ways", sweep(0, 1, 40)).records();
    let runs = of_kind(&records, "run");
    let different = |field: &str| runs.iter().map(|run| run[field].as_str().unwrap()).collect::<BTreeSet<_>>().len();
    let summary = format!("passed 40 runs ({} schedules, {} traces)", different("schedule"), different("digest"));
    let same = format!("passed 40 runs ({} schedules)", different("schedule"));
    assert!(
        said.contains(&summary) || (said.contains(&same) && different("schedule") == different("digest")),
        "{said}"
    );
    assert!(different("schedule") > 2);
}

#[test]
fn slices_make_the_runs_of_the_whole_once_each() {
    let whole = Tool::asks_by_name(RIGHT, "slices/whole", sweep(0, 1, 40)).records();
    let plain = |records: &[Value]| of_kind(records, "sweep")[0]["plain"].clone();
    for count in [2, 3, 7] {
        let mut all = Vec::new();
        let mut met = 0;
        for first in 0..count {
            let part = Tool::asks_by_name(RIGHT, &format!("slices/{count}_{first}"), sweep(first, count, 40)).records();
            assert_eq!(plain(&part), plain(&whole));
            assert_eq!(of_kind(&part, "sweep")[0]["build"], of_kind(&whole, "sweep")[0]["build"]);
            met += of_kind(&part, "end")[0]["points"][0]["runs_held"].as_u64().unwrap();
            all.extend(runs(&part));
        }
        all.sort_by_key(|run| run["run"].as_u64());
        assert_eq!(all, runs(&whole));
        assert_eq!(met, 40);
    }
}

#[test]
fn the_base_seed_decides_every_run_but_not_what_is_told_of_it() {
    let sweep_from = |seed, folder| {
        let records = Tool::asks_by_name(RIGHT, folder, sweep(1, 1, 9)).env("SEEDBED_SEED", seed).records();
        (records[0]["seed"].clone(), runs(&records))
    };
    let (seed, first) = sweep_from("0x11", "seeds/one");
    assert_eq!(seed, "0x0000000000000011");
    assert_eq!(first, sweep_from("17", "seeds/again").1);
    assert_ne!(first, sweep_from("18", "seeds/other").1);
}

#[test]
fn runs_that_are_to_be_skipped_are_not_made() {
    let job = and(sweep(0, 2, 12), json!({ "skip": [0, 3, 4] }));
    let records = Tool::asks_by_name(RIGHT, "sweep/skip", job).records();
    let numbers: Vec<_> = of_kind(&records, "run").iter().map(|run| run["run"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [2, 6, 8, 10]);
    assert_eq!(of_kind(&records, "end")[0]["runs"], 4);
}

#[test]
fn the_canary_fails_whatever_the_program_does() {
    for (test, folder) in [(RIGHT, "canary/right"), ("failing::goes_on_for_ever", "canary/limit")] {
        let job = and(sweep(1, 1, 3), json!({ "canary": true, "millis": 0 }));
        let records = Tool::asks_by_name(test, folder, job).records();
        let (sung, end) = (records[records.len() - 2].clone(), records.last().unwrap());
        assert_eq!((&sung["run"], &sung["canary"], &sung["outcome"]), (&json!(3), &json!(true), &json!("failed")));
        assert!(sung["failure"].as_str().unwrap().contains("seedbed canary"), "{sung}");
        assert_eq!((&end["why"], &end["runs"]), (&json!("time"), &json!(1)), "it does not count");
        assert!(of_kind(&records, "run").iter().filter(|run| run.get("canary").is_some()).count() == 1);
    }
}

#[test]
fn a_run_that_is_not_the_same_twice_is_told() {
    let job = and(sweep(0, 1, 12), json!({ "check": 1 }));
    let records = Tool::asks("differs_now_and_then", "sweep/differs", job).records();
    let differing: Vec<&Value> =
        of_kind(&records, "run").into_iter().filter(|run| run["outcome"] == "not deterministic").collect();
    assert!(!differing.is_empty(), "{records:?}");
    assert!(differing[0]["difference"].as_str().unwrap().contains("once more"), "{}", differing[0]);
    assert!(differing[0]["replay"].as_str().unwrap().starts_with("sb1:"));
    assert_eq!(records.last().unwrap()["why"], "done");
    // Nobody looks where nobody asked.
    let unchecked = Tool::asks("differs_now_and_then", "sweep/unchecked", sweep(0, 1, 12)).records();
    assert!(of_kind(&unchecked, "run").iter().all(|run| run["outcome"] == "passed"));
}

#[test]
fn a_plain_run_that_differs_is_told_by_every_slice() {
    let records = Tool::asks("iterates_a_hash_map", "sweep/plain", sweep(3, 4, 12)).records();
    let [run] = of_kind(&records, "run")[..] else { panic!("{records:?}") };
    assert_eq!((&run["run"], &run["outcome"]), (&json!(0), &json!("not deterministic")));
    assert_eq!(records.last().unwrap()["why"], "failed");
}

#[test]
fn what_a_thread_decides_is_not_deterministic() {
    let records = Tool::asks("woken_by_a_thread", "sweep/thread", sweep(0, 1, 1)).records();
    let outcome = &of_kind(&records, "run")[0]["outcome"];
    assert_eq!(outcome, "not deterministic");
}

#[test]
fn the_runs_that_met_a_point_are_counted() {
    let records = Tool::asks("points::gets_nowhere", "sweep/points", sweep(0, 1, 20)).records();
    let end = of_kind(&records, "end")[0];
    let point = |name: &str| end["points"].as_array().unwrap().iter().find(|point| point["point"] == name).unwrap();
    let full = point("the queue is full");
    assert_eq!(
        (&full["kind"], &full["runs_reached"], &full["runs_held"]),
        (&json!("sometimes"), &json!(20), &json!(0))
    );
    assert_eq!((&full["must_hold"], &full["must_be_reached"]), (&json!(true), &json!(false)));
    let missed = point("the first was cancelled");
    assert_eq!((&missed["runs_reached"], &missed["must_be_reached"]), (&json!(0), &json!(true)));
}

#[test]
fn a_run_that_ends_its_process_is_named_by_the_slot() {
    let slot = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("tool_now.json");
    let job = |skip: &[u64]| and(sweep(0, 1, 60), json!({ "now": slot.to_str().unwrap(), "skip": skip }));
    let answer = Tool::asks("ends_its_process", "now/first", job(&[])).answer();
    assert!(!answer.passed && of_kind(&answer.records, "end").is_empty(), "{}", answer.output);
    let read = || -> Value { serde_json::from_str(&fs::read_to_string(&slot).unwrap()).unwrap() };
    let blamed = read();
    let number = blamed["run"].as_u64().unwrap();
    assert_eq!(of_kind(&answer.records, "run").len() as u64, number, "all before it are told");
    assert_eq!(blamed["hunt"], "failing::ends_its_process");

    // Its line ends the process as well, and the sweep goes on without it.
    let line = blamed["replay"].as_str().unwrap();
    let again = Tool::asks("ends_its_process", "now/line", json!({ "do": "replay", "line": line })).answer();
    assert!(!again.passed && again.records.is_empty(), "{}", again.output);
    let answer = Tool::asks("ends_its_process", "now/second", job(&[number])).answer();
    assert!(read()["run"].as_u64().unwrap() > number, "{}", answer.output);
}

#[cfg(unix)]
#[test]
fn a_signal_lets_the_run_in_hand_come_to_its_end() {
    for signal in ["TERM", "INT"] {
        let tool = Tool::asks("goes_on_for_days", &format!("signal/{signal}"), sweep(0, 1, 1_000_000_000));
        let (status, answer) = tool.signalled(signal);
        assert_eq!(status, Some(0), "{}", answer.output);
        let end = answer.records.last().unwrap();
        assert_eq!((&end["record"], &end["why"]), (&json!("end"), &json!("signal")));
        assert_eq!(end["runs"], json!(of_kind(&answer.records, "run").len()));
    }
}

#[test]
fn a_run_with_inputs_comes_back_with_them() {
    let job = and(sweep(0, 1, 50), json!({ "fail_fast": true }));
    let records = Tool::asks("arguments::too_much", "inputs/sweep", job).records();
    let failed = of_kind(&records, "run").pop().unwrap();
    assert_eq!(failed["inputs"].as_array().unwrap().len(), 3, "{failed}");
    let job = json!({ "do": "replay", "line": failed["replay"], "detail": "none" });
    let finding = Tool::asks("arguments::too_much", "inputs/replay", job).record("finding");
    assert_eq!((&finding["inputs"], &finding["failure"]), (&failed["inputs"], &failed["failure"]));
}

#[test]
fn the_line_of_a_run_is_that_run_whatever_its_policy_and_its_faults_are() {
    let ask = |folder: &str, job: Value| {
        Tool::asks("checked", folder, job).env("SEEDBED_FAULTS", "late+stall+wake+spurious").records()
    };
    let records = ask("lines/sweep", sweep(0, 1, 400));
    let failed: Vec<&Value> = of_kind(&records, "run").into_iter().filter(|run| run["outcome"] == "failed").collect();
    let mut policies = BTreeSet::new();
    let mut unseen =
        |run: &Value| policies.insert(run["policy"].as_str().unwrap().split('+').next().map(str::to_owned));
    let chosen: Vec<&&Value> = failed.iter().filter(|run| unseen(run)).collect();
    assert!(chosen.len() >= 3, "the portfolio has several policies that find it: {failed:?}");
    for (n, run) in chosen.into_iter().enumerate() {
        let trace = ask(&format!("lines/{n}"), json!({ "do": "trace", "line": run["replay"] }));
        assert_eq!((&trace[0]["digest"], &trace[0]["policy"]), (&run["digest"], &run["policy"]));
        assert_eq!((&trace[0]["steps"], &trace[0]["failure"]["words"]), (&run["steps"], &run["failure"]));
    }
}

#[test]
fn a_test_that_should_panic_is_swept_as_any_other() {
    let answer = Tool::asks("should_panic", "sweep/expected", sweep(0, 1, 100)).answer();
    assert!(answer.passed, "{}", answer.output);
    assert!(of_kind(&answer.records, "run").iter().any(|run| run["outcome"] == "failed"));
    assert_eq!(answer.records.last().unwrap()["record"], "end");
}

#[test]
fn a_poll_that_hangs_is_recorded() {
    let tool = Tool::asks("hangs_in_a_poll", "sweep/hangs", sweep(0, 1, 256)).env("SEEDBED_WATCHDOG", "1");
    let answer = tool.answer();
    assert!(!answer.passed);
    let hang = answer.records.last().unwrap();
    assert_eq!(hang["record"], "hang");
    assert!(hang["words"].as_str().unwrap().starts_with("main/2 does not come back from step "), "{hang}");
    assert!(hang["command"].as_str().unwrap().contains(hang["replay"].as_str().unwrap()), "{hang}");
}

#[test]
fn a_job_that_cannot_be_done_fails_and_is_quoted() {
    let answer = Tool::asks_by_name(RIGHT, "bad/job", json!({ "do": "fly" })).answer();
    assert!(!answer.passed && answer.records.is_empty());
    assert!(
        answer.output.contains("SEEDBED_TOOL: read \"{") && answer.output.contains("asks for \"fly\""),
        "{}",
        answer.output
    );
    let tool = Tool::asks_by_name(RIGHT, "bad/file", sweep(0, 1, 4));
    fs::create_dir_all(tool.folder().join("records.jsonl")).unwrap();
    let answer = tool.answer();
    assert!(!answer.passed && answer.output.contains("records.jsonl could not be written: "), "{}", answer.output);
}
