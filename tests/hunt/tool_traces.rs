//! Traces for tools: every event of one run, with everybody and everything that it names.

use std::collections::BTreeSet;

use seedbed::Seed;
use seedbed::choice::Replay;
use serde_json::{Value, json};

use crate::tool::{Tool, and, of_kind, sweep};

/// The trace of the first run of a test that fails, made small.
fn trace_of(test: &str, folder: &str, more: Value) -> Vec<Value> {
    let job = and(sweep(0, 1, 256), json!({ "fail_fast": true }));
    let records = Tool::asks(test, &format!("{folder}/sweep"), job).records();
    let line = of_kind(&records, "run").last().unwrap()["replay"].clone();
    let shrunk = Tool::asks(test, &format!("{folder}/shrink"), json!({ "do": "shrink", "line": line }));
    let line = shrunk.env("SEEDBED_PROVE", "off").record("finding")["replay"].clone();
    Tool::asks(test, &format!("{folder}/trace"), and(json!({ "do": "trace", "line": line }), more)).records()
}

#[test]
fn every_event_has_its_lane_its_words_and_its_place() {
    let records = trace_of("lost_update", "trace/events", json!({}));
    let (head, events) = (&records[0], of_kind(&records, "event"));
    assert_eq!((&head["record"], &head["ok"], &head["protocol"]), (&json!("trace"), &json!(false), &json!(1)));
    assert_eq!((&head["events"], &head["total"]), (&json!(events.len()), &json!(events.len())));
    assert_eq!((&head["tasks"], &head["failure"]["kind"]), (&json!(3), &json!("panic")));
    assert_eq!(head["failure"]["task"], "main");
    assert_eq!(records.last().unwrap()["record"], "end");

    let lanes: BTreeSet<&str> = of_kind(&records, "task").iter().map(|task| task["lane"].as_str().unwrap()).collect();
    assert_eq!(lanes, BTreeSet::from(["loop0", "outside", "t0", "t1", "t2"]));
    let (mut time, mut polls) = (0, 0);
    for (i, event) in events.iter().enumerate() {
        assert_eq!(event["i"], i);
        assert!(lanes.contains(event["lane"].as_str().unwrap()), "{event}");
        assert!(event["t"].as_u64().unwrap() >= time, "{event}");
        time = event["t"].as_u64().unwrap();
        polls += u64::from(event["event"] == "poll");
        assert_eq!(event["step"], polls);
        for lane in ["other", "by"] {
            assert!(event.get(lane).is_none_or(|lane| lanes.contains(lane.as_str().unwrap())), "{event}");
        }
    }
    assert_eq!(time, head["end_ns"].as_u64().unwrap());
    let spawned: Vec<&Value> =
        events.iter().filter(|event| event["event"] == "spawn").map(|event| &event["other"]).collect();
    assert_eq!(spawned, ["t0", "t1", "t2"]);
    let child = of_kind(&records, "task").into_iter().find(|task| task["lane"] == "t2").unwrap();
    assert_eq!((&child["path"], &child["parent"], &child["name"]), (&json!("main/2"), &json!(0), &json!(null)));
    assert!(child["spawned_at"].as_str().unwrap().contains("bugs.rs:"), "{child}");
}

#[test]
fn departures_stand_at_their_events() {
    let records = trace_of("lost_update", "trace/departures", json!({ "explain": true }));
    let departures = of_kind(&records, "departure");
    assert_eq!(departures.len(), 1, "{departures:?}");
    let marked: Vec<_> =
        of_kind(&records, "event").into_iter().filter(|event| event.get("departure").is_some()).collect();
    let [event] = marked[..] else { panic!("{marked:?}") };
    assert_eq!((&event["departure"], &event["i"]), (&json!(0), &departures[0]["event"]));
    assert!(departures[0]["words"].as_str().unwrap().starts_with("ran main"), "{departures:?}");
    let explanation = of_kind(&records, "explanation")[0]["text"].as_str().unwrap();
    assert!(explanation.starts_with("fails after 1 departure from FIFO order:"), "{explanation}");
}

#[test]
fn a_deadlock_tells_who_waits_for_whom() {
    let records = trace_of("lock_order", "trace/deadlock", json!({}));
    let blocked = of_kind(&records, "blocked");
    let waits: Vec<_> =
        blocked.iter().map(|task| (task["lane"].as_str().unwrap(), task["waits_for"].as_str().unwrap())).collect();
    assert_eq!(waits, [("t0", "task main/1"), ("t1", "lock right"), ("t2", "lock left")]);
    assert_eq!((&blocked[1]["held_by"], &blocked[2]["held_by"]), (&json!(["main/2"]), &json!(["main/1"])));
    assert_eq!(of_kind(&records, "cycle")[0]["paths"].as_array().unwrap().len(), 2);
    let names: Vec<_> =
        of_kind(&records, "resource").iter().map(|resource| resource["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["lock left", "lock right"]);
    let waiting = of_kind(&records, "event").into_iter().find(|event| event["event"] == "wait").unwrap();
    assert!(of_kind(&records, "resource").iter().any(|resource| resource["id"] == waiting["resource"]), "{waiting}");
}

#[test]
fn threads_sleeps_and_cancellations_are_told() {
    let test = "tool_traces::has_a_bit_of_everything";
    let line = Replay::Seeded { seed: Seed::new(0), policy: "fifo".to_owned() }.to_string();
    let records = Tool::asks_by_name(test, "trace/everything", json!({ "do": "trace", "line": line })).records();
    assert_eq!((&records[0]["ok"], &records[0]["failure"]), (&json!(true), &json!(null)));
    let events = of_kind(&records, "event");
    let one = |word: &str| events.iter().find(|event| event["event"] == word).unwrap_or_else(|| panic!("no {word}"));
    assert_eq!((&one("cancel")["lane"], &one("cancel")["other"]), (&json!("t0"), &json!("t1")));
    assert_eq!((&one("sleep")["lane"], &one("sleep")["until"]), (&json!("t1"), &json!(3_600_000_000_000_u64)));
    assert_eq!((&one("submit")["lane"], &one("submit")["other"]), (&json!("t0"), &json!("j0")));
    assert_eq!((&one("start")["lane"], &one("start")["other"]), (&json!("j0"), &json!("w1")));
    let wakes = events.iter().filter(|event| event["event"] == "wake");
    let wakes: Vec<_> = wakes.map(|wake| (wake["lane"].as_str().unwrap(), wake["by"].as_str())).collect();
    let expected =
        [("t0", None), ("t1", Some("t0")), ("t0", Some("t0")), ("t1", Some("t0")), ("t0", Some("t1")), ("t0", None)];
    assert_eq!(wakes, expected, "spawned, by itself, by who cancels, by who ended, by the loop");
    let lanes: Vec<_> = of_kind(&records, "task")
        .iter()
        .map(|task| (task["lane"].as_str().unwrap(), task["kind"].as_str().unwrap()))
        .collect();
    for lane in [("t0", "task"), ("j0", "thread"), ("w1", "worker"), ("loop0", "loop"), ("outside", "outside")] {
        assert!(lanes.contains(&lane), "{lane:?} is missing: {lanes:?}");
    }
    let names: Vec<_> = of_kind(&records, "task").iter().map(|task| task["name"].as_str().unwrap_or("-")).collect();
    assert!(names.contains(&"sleeper") && names.contains(&"main"), "{names:?}");
}

#[seedbed::test(runs = 2)]
async fn has_a_bit_of_everything() {
    use seedbed::{blocking, sleep, task::Builder, to_thread};
    use std::time::Duration;
    let sleeper = Builder::new().name("sleeper").spawn(sleep(Duration::from_secs(3_600))).unwrap();
    seedbed::yield_now().await;
    sleeper.cancel();
    assert!(sleeper.await.is_err());
    to_thread(|| blocking::sleep(Duration::from_millis(5))).await.unwrap();
}
