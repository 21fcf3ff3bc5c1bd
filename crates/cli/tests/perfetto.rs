//! Does `show --perfetto` keep the rules of the Trace Event Format?
//!
//! The rules are those of "Trace Event Format" (the Chromium project's document of that name) and, where Perfetto asks for more, of its
//! reader of that format.

#![allow(clippy::float_arithmetic, reason = "the format counts in decimals")]
#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]

mod support;

use std::collections::BTreeMap;

use cargo_seedbed::record::Record;
use cargo_seedbed::show::{Choice, Picture, Trace, perfetto};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::bank::bank_from;
use support::synthetic::{lock_order, ten};

fn file(records: &[Record]) -> Value {
    serde_json::from_str(&perfetto(&Picture::of(Trace::read(records).unwrap()))).unwrap()
}

/// By process and track, or by process, category and id.
type Track = (Option<u64>, Option<u64>);
type Strand = (Option<u64>, String, String);

/// Goes through a file and collects what breaks the rules.
#[derive(Default)]
struct Check<'a> {
    wrong: Vec<String>,
    last: f64,
    named: Vec<Track>,
    slices: BTreeMap<Track, Vec<(f64, f64)>>,
    open: BTreeMap<Strand, Vec<String>>,
    flows: BTreeMap<u64, Vec<&'a Value>>,
}

fn track(event: &Value) -> Track {
    (event["pid"].as_u64(), event["tid"].as_u64())
}

fn nanos(event: &Value, key: &str) -> Option<f64> {
    event[key].as_f64().map(|micros| (micros * 1_000.0).round())
}

impl<'a> Check<'a> {
    fn that(&mut self, holds: bool, rule: &str, event: &Value) {
        if !holds {
            self.wrong.push(format!("{rule}: {event}"));
        }
    }

    fn event(&mut self, event: &'a Value) {
        let ph = event["ph"].as_str().unwrap_or_default();
        self.that(["X", "b", "e", "s", "f", "i", "M"].contains(&ph), "ph is known", event);
        self.that(event["name"].is_string(), "there is a name", event);
        self.that(event["pid"].is_u64() && event["tid"].is_u64(), "pid and tid are numbers", event);
        if ph == "M" {
            return self.metadata(event);
        }
        let Some(ts) = nanos(event, "ts") else {
            return self.that(false, "ts is a number", event);
        };
        self.that(ts >= self.last, "events stand in the order of time", event);
        self.last = ts;
        self.that(self.named.contains(&track(event)), "each track has a name before it is used", event);
        match ph {
            "X" => {
                let dur = nanos(event, "dur").unwrap_or(-1.0);
                self.that(dur >= 0.0, "dur is a number", event);
                self.slices.entry(track(event)).or_default().push((ts, ts + dur));
            }
            "b" | "e" => self.strand(ph == "b", event),
            "s" | "f" => {
                self.that(ph == "s" || event["bp"] == "e", "the end of a flow is bound to the slice around it", event);
                self.flows.entry(event["id"].as_u64().unwrap_or(u64::MAX)).or_default().push(event);
            }
            _ => self.that(["g", "p", "t"].iter().any(|scope| event["s"] == *scope), "an instant has a scope", event),
        }
    }

    fn metadata(&mut self, event: &Value) {
        let known = ["process_name", "thread_name", "process_sort_index", "thread_sort_index"];
        self.that(known.iter().any(|name| event["name"] == *name), "metadata is known", event);
        self.that(event["args"].as_object().is_some_and(|args| args.len() == 1), "metadata has one argument", event);
        if event["name"] == "thread_name" {
            self.named.push(track(event));
        }
    }

    fn strand(&mut self, begins: bool, event: &Value) {
        self.that(event["id"].is_string() && event["cat"].is_string(), "asynchronous events have id and cat", event);
        let name = event["name"].to_string();
        let key = (event["pid"].as_u64(), event["cat"].to_string(), event["id"].to_string());
        let stack = self.open.entry(key).or_default();
        if begins {
            stack.push(name);
        } else {
            let closed = stack.pop();
            self.that(closed == Some(name), "an end closes what was begun last", event);
        }
    }

    fn finish(mut self) -> Vec<String> {
        for stack in std::mem::take(&mut self.open).values() {
            self.that(stack.is_empty(), "all that was begun is ended", &json!(stack));
        }
        let slices = std::mem::take(&mut self.slices);
        for pair in slices.values().flat_map(|lane| lane.windows(2)) {
            self.that(pair[0].1 <= pair[1].0, "steps of one track do not overlap", &json!(pair));
        }
        for (id, ends) in std::mem::take(&mut self.flows) {
            let paired = matches!(ends[..], [from, to] if from["ph"] == "s" && to["ph"] == "f");
            self.that(paired, "a flow has a begin and then an end", &json!(id));
            for end in ends {
                let ts = nanos(end, "ts").unwrap_or(-1.0);
                let covers = |(from, to): &(f64, f64)| *from <= ts && ts <= *to;
                let around = slices.get(&track(end)).is_some_and(|all| all.iter().any(covers));
                self.that(around, "a flow is bound to a slice", end);
            }
        }
        self.wrong
    }
}

/// What breaks the rules; nothing, if all is well.
fn complaints(file: &Value) -> Vec<String> {
    let mut check = Check::default();
    check.that(["ms", "ns"].iter().any(|unit| file["displayTimeUnit"] == *unit), "displayTimeUnit is ms or ns", file);
    match file["traceEvents"].as_array() {
        Some(events) => events.iter().for_each(|event| check.event(event)),
        None => check.that(false, "there are events", file),
    }
    check.finish()
}

#[test]
fn the_check_itself_finds_what_is_wrong() {
    let mut broken = file(&ten());
    assert_eq!(complaints(&broken), Vec::<String>::new());
    let events = broken["traceEvents"].as_array_mut().unwrap();
    let end = events.iter().position(|event| event["ph"] == "e").unwrap();
    events.remove(end);
    let slice = events.iter().position(|event| event["ph"] == "X").unwrap();
    events[slice].as_object_mut().unwrap().remove("dur");
    let found = complaints(&broken).join("\n");
    assert!(found.contains("dur is a number") && found.contains("an end closes"), "{found}");
}

#[test]
fn a_deadlock_is_told_in_the_format() {
    let file = file(&lock_order(true));
    assert_eq!(complaints(&file), Vec::<String>::new());
    let events = file["traceEvents"].as_array().unwrap();
    let named = |name: &str| events.iter().find(|event| event["name"] == name).unwrap_or_else(|| panic!("no {name}"));
    assert_eq!(named("wait lock left")["args"]["held by"], "main/left-first");
    assert_eq!(named("sleep until 0.010s")["ph"], "b");
    let departure = events.iter().find(|event| event["cat"] == "departure").unwrap();
    assert!(departure["name"].as_str().unwrap().contains("ran main/right-first before main/left-first"));
    let failure = events.iter().find(|event| event["cat"] == "failure").unwrap();
    assert_eq!((failure["name"].as_str(), failure["s"].as_str()), (Some("deadlock 3 tasks"), Some("g")));
    // 15 ms of virtual time, and the place in the instant in nanoseconds.
    assert_eq!(failure["args"]["virtual time"], "0.015s");
    assert_eq!(failure["ts"].as_f64().unwrap().floor(), 15_000.0);
    assert!(events.iter().any(|event| event["ph"] == "s"), "the wakes are flows");
}

#[test]
fn a_choice_of_tasks_keeps_the_rules() {
    let choice = Choice { tasks: vec!["main/client-2".to_owned()], ..Choice::default() };
    let picture = Picture::of(Trace::read(&bank_from(1, 500, 5)).unwrap()).only(&choice);
    assert!(!picture.trace.events.is_empty());
    let file = serde_json::from_str(&perfetto(&picture)).unwrap();
    assert_eq!(complaints(&file), Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_run_keeps_the_rules(seed: u64, events in 1..600_u64, clients in 1..12_usize) {
        prop_assert_eq!(complaints(&file(&bank_from(seed, events, clients))), Vec::<String>::new());
    }
}
