//! The page: one self-contained HTML file with the whole run.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::choice::{Choice, Detail};
use super::graph::Graph;
use super::picture::Picture;
use super::seconds::seconds;
use super::svg::svg;
use super::trace::{Event, Trace};
use super::words::GLOSSARY;

const SHELL: &str = include_str!("page/shell.html");
const HELP: &str = include_str!("page/help.html");
const STYLE: &str = include_str!("page/style.css");
/// In the order in which they use each other.
const SCRIPT: [&str; 8] = [
    include_str!("page/model.js"),
    include_str!("page/axis.js"),
    include_str!("page/draw.js"),
    include_str!("page/marks.js"),
    include_str!("page/search.js"),
    include_str!("page/list.js"),
    include_str!("page/choose.js"),
    include_str!("page/main.js"),
];

/// The page of a run. It asks no network for anything, and a policy in its head holds it to that.
pub fn page(trace: Trace, choice: &Choice) -> String {
    let graph = Graph::of(&trace).map(|graph| svg(&graph));
    let picture = Picture::of(trace).only(choice);
    let data = PageContent::of(&picture, choice, graph);
    let json = serde_json::to_string(&data).unwrap_or_else(|error| unreachable!("seedbed bug: {error}, please report"));
    let title = format!("{}: {}", picture.trace.head.test, picture.trace.verdict());
    fill(
        SHELL,
        &[
            ("title", &escaped(&title)),
            ("style", STYLE),
            ("help", HELP),
            ("trace", &json_in_html(&json)),
            ("script", &format!("(() => {{\n\"use strict\";\n{}\n}})();", SCRIPT.join("\n"))),
        ],
    )
}

/// Puts texts where a template has `{{name}}`. What is put in is not looked at again: a trace may hold such marks itself.
pub(super) fn fill(template: &str, texts: &[(&str, &str)]) -> String {
    let mut parts = template.split("{{");
    let mut page = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let Some((name, rest)) = part.split_once("}}") else {
            unreachable!("seedbed bug: a template with an open mark, please report")
        };
        let Some((_, text)) = texts.iter().find(|(known, _)| *known == name) else {
            unreachable!("seedbed bug: a template asks for {name}, please report")
        };
        page.push_str(text);
        page.push_str(rest);
    }
    page
}

/// JSON that cannot end the element that it stands in.
pub(super) fn json_in_html(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What the scripts of the page read. Columns instead of rows: a hundred thousand events are some megabytes.
#[derive(Serialize)]
struct PageContent<'a> {
    test: &'a str,
    replay: &'a str,
    ok: bool,
    full: bool,
    end: String,
    failure: Value,
    counts: Value,
    departures: Vec<Value>,
    blocked: Vec<String>,
    graph: Option<String>,
    explanation: &'a str,
    glossary: BTreeMap<&'static str, &'static str>,
    lanes: Vec<Value>,
    times: Times,
    words: Vec<&'a str>,
    texts: Vec<String>,
    events: EventColumns,
    segments: SegmentColumns,
    arrows: ArrowColumns,
}

/// Each instant once: as a number for what is drawn, and as text, because a number of nanoseconds is exact up to 104 days only.
#[derive(Default, Serialize)]
struct Times {
    nanos: Vec<u64>,
    text: Vec<String>,
}

#[derive(Default, Serialize)]
struct EventColumns {
    /// Missing where each event's place is its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<Vec<u64>>,
    time: Vec<usize>,
    step: Vec<u64>,
    lane: Vec<usize>,
    word: Vec<usize>,
    text: Vec<usize>,
    summary: Vec<u8>,
    other: Vec<i64>,
    by: Vec<i64>,
    segment: Vec<i64>,
    departure: Vec<i64>,
}

#[derive(Default, Serialize)]
struct SegmentColumns {
    lane: Vec<usize>,
    from: Vec<usize>,
    to: Vec<usize>,
    state: Vec<u8>,
    about: Vec<i64>,
    held: Vec<i64>,
}

#[derive(Default, Serialize)]
struct ArrowColumns {
    kind: Vec<u8>,
    at: Vec<usize>,
    from: Vec<usize>,
    to: Vec<usize>,
}

/// Gives equal texts one number.
#[derive(Default)]
struct Table<T> {
    numbers: BTreeMap<T, usize>,
    all: Vec<T>,
}

impl<T: Ord + Clone> Table<T> {
    fn number(&mut self, text: T) -> usize {
        if let Some(&number) = self.numbers.get(&text) {
            return number;
        }
        self.all.push(text.clone());
        self.numbers.insert(text, self.all.len() - 1);
        self.all.len() - 1
    }
}

fn column(value: Option<usize>) -> i64 {
    value.map_or(-1, |value| i64::try_from(value).unwrap_or(i64::MAX))
}

impl<'a> PageContent<'a> {
    fn of(picture: &'a Picture, choice: &Choice, graph: Option<String>) -> Self {
        let trace = &picture.trace;
        let (mut words, mut texts) = (Table::default(), Table::default());
        let (times, mut events) = event_columns(trace, &mut words, &mut texts);
        let mut segments = SegmentColumns::default();
        for (s, one) in picture.segments.iter().enumerate() {
            segments.lane.push(one.lane);
            segments.from.push(one.from);
            segments.to.push(one.to);
            segments.state.push(one.state.code());
            let mut number = |text: &Option<String>| column(text.as_ref().map(|text| texts.number(text.clone())));
            segments.about.push(number(&one.about));
            segments.held.push(number(&one.held));
            if let Some(event) = one.event {
                events.segment[event] = column(Some(s));
            }
        }
        let mut arrows = ArrowColumns::default();
        for one in &picture.arrows {
            arrows.kind.push(one.kind.code());
            arrows.at.push(one.at);
            arrows.from.push(one.from);
            arrows.to.push(one.to);
        }
        Self {
            test: &trace.head.test,
            replay: &trace.head.replay,
            ok: trace.head.ok,
            full: choice.view == Detail::Full,
            end: seconds(trace.head.end_ns),
            failure: failure(trace),
            counts: serde_json::json!({
                "events": trace.events.len(),
                "total": trace.head.total.max(trace.events.len() as u64),
                "tasks": trace.head.tasks,
            }),
            departures: departures(trace),
            blocked: trace.waits(),
            graph,
            explanation: &trace.explanation,
            glossary: GLOSSARY.into_iter().collect(),
            lanes: lanes(trace),
            times,
            words: words.all,
            texts: texts.all,
            events,
            segments,
            arrows,
        }
    }
}

fn event_columns<'a>(trace: &'a Trace, words: &mut Table<&'a str>, texts: &mut Table<String>) -> (Times, EventColumns) {
    let (mut times, mut events) = (Times::default(), EventColumns::default());
    for event in &trace.events {
        if times.nanos.last() != Some(&event.nanos) {
            times.nanos.push(event.nanos);
            times.text.push(event.time());
        }
        events.time.push(times.nanos.len() - 1);
        events.step.push(event.step);
        events.lane.push(event.lane);
        events.word.push(words.number(&event.word));
        events.text.push(texts.number(event.text.clone()));
        events.summary.push(u8::from(event.summary));
        events.other.push(column(event.other));
        events.by.push(column(event.by));
        events.segment.push(-1);
        events.departure.push(column(event.departure));
    }
    let number = |event: &Event| event.number;
    if trace.events.iter().map(number).ne(0..trace.events.len() as u64) {
        events.number = Some(trace.events.iter().map(number).collect());
    }
    (times, events)
}

fn failure(trace: &Trace) -> Value {
    trace.failure.as_ref().map_or(Value::Null, |failure| {
        serde_json::json!({
            "kind": failure.kind,
            "words": failure.words,
            "place": failure.place,
            "task": failure.task,
            "at": seconds(failure.nanos),
            "at_event": column(failure.at),
        })
    })
}

fn departures(trace: &Trace) -> Vec<Value> {
    let one = |departure: &super::trace::Departure| {
        serde_json::json!({
            "address": departure.address,
            "value": departure.value,
            "words": departure.words,
            "at": column(departure.at),
        })
    };
    trace.departures.iter().map(one).collect()
}

fn lanes(trace: &Trace) -> Vec<Value> {
    let one = |lane: &super::lanes::Lane| {
        serde_json::json!({
            "path": lane.path,
            "short": lane.short,
            "depth": lane.depth,
            "kind": lane.kind.name(),
            "spawned_at": lane.spawned_at,
        })
    };
    trace.lanes.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::{escaped, fill, json_in_html};

    #[test]
    fn what_is_put_in_is_not_looked_at_again() {
        assert_eq!(fill("a {{x}} b {{y}}", &[("x", "{{y}}"), ("y", "2")]), "a {{y}} b 2");
    }

    #[test]
    fn no_text_ends_its_element() {
        assert_eq!(json_in_html("\"</script><!--\""), "\"\\u003c/script>\\u003c!--\"");
        assert_eq!(escaped("<b> & \"c\""), "&lt;b&gt; &amp; &quot;c&quot;");
    }
}
