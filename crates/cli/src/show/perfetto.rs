//! The trace in the Trace Event Format, which Perfetto and chrome://tracing open.
//!
//! Steps are complete events on the track of their task; sleeps, waits and the time in which a task is ready are nestable asynchronous
//! events inside one for its life; wakes are flows; departures, faults and failures are instants. The format counts microseconds with
//! decimals. On a virtual clock many things happen at one instant, and would fall together: so the events of an instant stand one
//! nanosecond apart, in their order, as far as there is room before the next instant. The exact time is among the arguments.

use serde_json::{Value, json};

use super::lanes::LaneKind;
use super::picture::{ArrowKind, Picture};
use super::seconds::seconds;
use super::segments::{Segment, State};
use super::trace::Event;
use super::words::{BAD, FAULTS};

/// The file for Perfetto.
pub fn perfetto(picture: &Picture) -> String {
    let writing = Writing { picture, stamps: stamps(&picture.trace.events) };
    let mut timed: Vec<(u64, Value)> = Vec::new();
    for lane in 0..picture.trace.lanes.len() {
        writing.lane(lane, &mut timed);
    }
    writing.flows(&mut timed);
    writing.instants(&mut timed);
    // Stable: what a lane wrote in its order stays so where stamps are equal.
    timed.sort_by_key(|(stamp, _)| *stamp);
    let trace = &picture.trace;
    let mut out = String::from("{\"displayTimeUnit\":\"ns\",\n\"otherData\":");
    let about = json!({
        "test": trace.head.test,
        "verdict": trace.verdict(),
        "replay": trace.head.replay,
        "clock": "virtual; events of one instant stand a nanosecond apart, in their order",
    });
    out.push_str(&about.to_string());
    out.push_str(",\n\"traceEvents\":[\n");
    let all = writing.names().into_iter().chain(timed.into_iter().map(|(_, event)| event));
    let lines: Vec<String> = all.map(|event| event.to_string()).collect();
    out.push_str(&lines.join(",\n"));
    out.push_str("\n]}\n");
    out
}

/// The stamp of each event, in nanoseconds: its instant and its place in it.
fn stamps(events: &[Event]) -> Vec<u64> {
    let mut stamps = Vec::with_capacity(events.len());
    for instant in events.chunk_by(|one, next| one.nanos == next.nanos) {
        let count = instant.len() as u64;
        let next = events.get(stamps.len() + instant.len()).map(|event| event.nanos);
        let room = next.map_or(u64::MAX, |next| next.saturating_sub(instant[0].nanos));
        for n in 0..count {
            let shift = if room > count {
                n
            } else {
                u64::try_from(u128::from(n) * u128::from(room) / u128::from(count)).unwrap_or(n)
            };
            stamps.push(instant[0].nanos.saturating_add(shift));
        }
    }
    stamps
}

struct Writing<'a> {
    picture: &'a Picture,
    stamps: Vec<u64>,
}

impl Writing<'_> {
    /// The stamp of an edge of a segment.
    fn stamp(&self, edge: usize) -> u64 {
        let Some(&at) = self.stamps.get(edge / 2).or_else(|| self.stamps.last()) else { return 0 };
        if edge.is_multiple_of(2) && edge / 2 < self.stamps.len() {
            return at;
        }
        // Just after the event: before the next one.
        let after = at.saturating_add(1);
        self.stamps.get(edge / 2 + 1).map_or(after, |&next| after.min(next))
    }

    fn process(&self, lane: usize) -> u8 {
        match self.picture.trace.lanes[lane].kind {
            LaneKind::Loop | LaneKind::Task => 1,
            LaneKind::Thread => 2,
            LaneKind::Process => 3,
        }
    }

    /// The names of processes and tracks.
    fn names(&self) -> Vec<Value> {
        let trace = &self.picture.trace;
        let mut names = Vec::new();
        for (pid, name) in [(1_u8, "tasks"), (2, "simulated threads"), (3, "simulated processes")] {
            if (0..trace.lanes.len()).any(|lane| self.process(lane) == pid) {
                let name = format!("{}: {name}", trace.head.test);
                names.push(json!({"ph": "M", "pid": pid, "tid": 0, "name": "process_name", "args": {"name": name}}));
                names.push(
                    json!({"ph": "M", "pid": pid, "tid": 0, "name": "process_sort_index", "args": {"sort_index": pid}}),
                );
            }
        }
        for (lane, about) in trace.lanes.iter().enumerate() {
            let (pid, tid) = (self.process(lane), lane + 1);
            names.push(json!({"ph": "M", "pid": pid, "tid": tid, "name": "thread_name", "args": {"name": about.path}}));
            names.push(
                json!({"ph": "M", "pid": pid, "tid": tid, "name": "thread_sort_index", "args": {"sort_index": tid}}),
            );
        }
        names
    }

    /// The segments of one lane.
    fn lane(&self, lane: usize, out: &mut Vec<(u64, Value)>) {
        let trace = &self.picture.trace;
        let segments: Vec<&Segment> = self.picture.segments.iter().filter(|one| one.lane == lane).collect();
        let (Some(first), Some(last)) = (segments.first(), segments.last()) else { return };
        let (pid, tid, path) = (self.process(lane), lane + 1, &trace.lanes[lane].path);
        let life = |ph: &str, stamp: u64, name: &str, args: Value| {
            (
                stamp,
                json!({"ph": ph, "cat": "life", "id": format!("{tid:#x}"), "pid": pid, "tid": tid, "name": name, "ts": micros(stamp), "args": args}),
            )
        };
        let (begin, end) = (self.stamp(first.from), self.stamp(last.to));
        out.push(life("b", begin, path, json!({"spawned_at": trace.lanes[lane].spawned_at})));
        for one in segments {
            let (from, to) = (self.stamp(one.from), self.stamp(one.to));
            let about = one.about.as_deref().unwrap_or_default();
            match one.state {
                State::Run | State::Block => {
                    let name =
                        if one.state == State::Run { "run".to_owned() } else { format!("blocks the loop {about}") };
                    let args = self.exact(one);
                    let event = json!({"ph": "X", "cat": "step", "pid": pid, "tid": tid, "name": name, "ts": micros(from), "dur": micros(to - from), "args": args});
                    out.push((from, event));
                }
                State::Ready | State::Sleep | State::Wait | State::Idle | State::Busy => {
                    let name = match one.state {
                        State::Ready => "ready".to_owned(),
                        State::Sleep => format!("sleep {about}"),
                        State::Wait => format!("wait {about}"),
                        State::Busy => format!("has {about}"),
                        _ => "suspended".to_owned(),
                    };
                    out.push(life("b", from, &name, self.exact(one)));
                    out.push(life("e", to, &name, json!({})));
                }
            }
        }
        out.push(life("e", end, path, json!({})));
    }

    /// What is exactly true of a segment.
    fn exact(&self, one: &Segment) -> Value {
        let mut args = json!({});
        if let Some(event) = one.event.and_then(|at| self.picture.trace.events.get(at)) {
            args["event"] = json!(event.number);
            args["virtual time"] = json!(format!("{}s", event.time()));
            args["step"] = json!(event.step);
        }
        if let Some(held) = &one.held {
            args["held by"] = json!(held);
        }
        args
    }

    /// Wakes, from the step of who woke to the step that came of it.
    fn flows(&self, out: &mut Vec<(u64, Value)>) {
        let step = |one: &&Segment| one.state == State::Run;
        for arrow in self.picture.arrows.iter().filter(|arrow| arrow.kind == ArrowKind::Wake) {
            let edge = 2 * arrow.at;
            let of_lane = |lane: usize| {
                let all = &self.picture.segments;
                let from = all.partition_point(|one| one.lane < lane);
                all[from..].iter().take_while(move |one| one.lane == lane).filter(step)
            };
            // A flow is bound to slices: without a step at both ends there is nothing to bind it to.
            if !of_lane(arrow.from).any(|one| one.from <= edge && edge <= one.to) {
                continue;
            }
            let Some(next) = of_lane(arrow.to).find(|one| one.from >= edge) else { continue };
            let (from, to) = (self.stamps[arrow.at], self.stamp(next.from));
            let flow = |ph: &str, lane: usize, stamp: u64| {
                let mut event = json!({"ph": ph, "cat": "wake", "name": "wake", "id": arrow.at, "pid": self.process(lane), "tid": lane + 1, "ts": micros(stamp)});
                if ph == "f" {
                    event["bp"] = json!("e");
                }
                (stamp, event)
            };
            out.push(flow("s", arrow.from, from));
            out.push(flow("f", arrow.to, to));
        }
    }

    /// Departures, faults, failures, and what the program noted.
    fn instants(&self, out: &mut Vec<(u64, Value)>) {
        let trace = &self.picture.trace;
        for (at, event) in trace.events.iter().enumerate() {
            let word = event.word.as_str();
            let (cat, scope, name) = match event.departure {
                Some(k) => ("departure", "p", format!("departure {}: {}", k + 1, trace.departures[k].words)),
                // Where departures are told in words, the choices that they are made of need not be.
                None if word == "choose" && !trace.departures.is_empty() => continue,
                None if word == "choose" => ("departure", "p", format!("choose {}", event.text)),
                None if BAD.contains(&word) => ("failure", "g", format!("{word} {}", event.text)),
                None if FAULTS.contains(&word) => ("fault", "t", format!("{word} {}", event.text)),
                None if ["note", "log"].contains(&word) => (word, "t", event.text.clone()),
                None => continue,
            };
            let args = json!({"event": event.number, "virtual time": format!("{}s", seconds(event.nanos)), "step": event.step});
            let (stamp, lane) = (self.stamps[at], event.lane);
            out.push((stamp, json!({"ph": "i", "s": scope, "cat": cat, "pid": self.process(lane), "tid": lane + 1, "name": name.trim_end(), "ts": micros(stamp), "args": args})));
        }
    }
}

/// Nanoseconds as the microseconds of the format, exact as long as a double is.
fn micros(nanos: u64) -> Value {
    match nanos % 1_000 {
        0 => json!(nanos / 1_000),
        rest => {
            let text = format!("{}.{rest:03}", nanos / 1_000);
            text.parse::<f64>().map_or_else(|_| json!(nanos / 1_000), |number| json!(number))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::micros;

    #[test]
    fn microseconds_are_exact() {
        assert_eq!(micros(2_000_000).to_string(), "2000");
        assert_eq!(micros(1_234_567_891).to_string(), "1234567.891");
        assert_eq!(micros(7).to_string(), "0.007");
    }
}
