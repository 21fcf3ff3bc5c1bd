//! One run's trace, as the rest of the tool looks at it.

use super::lanes::{Lane, Lanes};
use super::seconds::seconds;
use super::words::ENDS;
use crate::record::{BlockedRecord, EventRecord, FailureWords, Record, TraceRecord};
use crate::status::Error;

/// The trace of one run.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Its test, verdict, line and totals.
    pub head: TraceRecord,
    /// Who did something.
    pub lanes: Vec<Lane>,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// Where the run left the plain order.
    pub departures: Vec<Departure>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Who waits in a deadlock.
    pub blocked: Vec<BlockedRecord>,
    /// The circles of waiting in it, as paths of tasks.
    pub cycles: Vec<Vec<String>>,
    /// What was found out about the departures, as a person reads it; empty if that was not asked for.
    pub explanation: String,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its place among all events of the run, from 0.
    pub number: u64,
    /// When.
    pub nanos: u64,
    /// How many polls there were before it.
    pub step: u64,
    /// Whose it is: a place in [`Trace::lanes`].
    pub lane: usize,
    /// What happened, in the one word of traces.
    pub word: String,
    /// What the word leaves open.
    pub text: String,
    /// Whether the program did it, and not only the loop.
    pub summary: bool,
    /// The lane that was made, woken or cancelled.
    pub other: Option<usize>,
    /// The lane that woke this one.
    pub by: Option<usize>,
    /// What it is about, by key.
    pub resource: Option<String>,
    /// Which departure it is: a place in [`Trace::departures`].
    pub departure: Option<usize>,
}

impl Event {
    /// When, in seconds.
    pub fn time(&self) -> String {
        seconds(self.nanos)
    }
}

/// A choice that was not plain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// Which question it answers.
    pub address: String,
    /// With what.
    pub value: u32,
    /// What it did.
    pub words: String,
    /// The event that it is, if the trace holds it.
    pub at: Option<usize>,
}

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// `panic`, `deadlock`, ….
    pub kind: String,
    /// In words.
    pub words: String,
    /// Where in the source.
    pub place: Option<String>,
    /// In which task.
    pub task: Option<String>,
    /// When.
    pub nanos: u64,
    /// The event that it is, if the trace holds it.
    pub at: Option<usize>,
}

impl Trace {
    /// Reads the records that a test wrote for the job `trace`.
    ///
    /// # Errors
    ///
    /// If the trace has no head, or stops before its end.
    pub fn read(records: &[Record]) -> Result<Self, Error> {
        let head = records.iter().find_map(|record| match record {
            Record::Trace(head) => Some((**head).clone()),
            _ => None,
        });
        let Some(mut head) = head else {
            return Err(Error::broken("the test wrote no trace").cure(
                "either it ended before its hunt began, or it was built with another version of seedbed: \
                 run it alone to see what it says",
            ));
        };
        // A test with several hunts writes a trace for each that knows the line: the first is shown.
        let Some(end) = records.iter().position(|record| matches!(record, Record::End(_))) else {
            return Err(Error::broken("the trace stops in the middle: the test was ended while it wrote")
                .cure("run it alone to see what ended it"));
        };
        if head.test.is_empty() {
            head.test.clone_from(&head.hunt);
        }
        Ok(Reading::of(&records[..end]).finish(head))
    }

    /// The first and the last instant.
    pub fn span(&self) -> (u64, u64) {
        let at = |event: Option<&Event>| event.map_or(0, |event| event.nanos);
        (at(self.events.first()), at(self.events.last()))
    }

    /// The path of a lane.
    pub fn path(&self, lane: usize) -> &str {
        &self.lanes[lane].path
    }

    /// Who waits for what in a deadlock, a sentence each, and the circles in it.
    pub fn waits(&self) -> Vec<String> {
        let mut waits = Vec::new();
        for one in &self.blocked {
            let what = one.waits_for.as_deref().unwrap_or("something without a name");
            let since = one.since_ns.map(|nanos| format!(" since {}s", seconds(nanos))).unwrap_or_default();
            let held = match one.held_by.as_slice() {
                [] => String::new(),
                holders => format!(", which is up to {}", holders.join(", ")),
            };
            waits.push(format!("{} waits for {what}{since}{held}", one.path));
        }
        for cycle in &self.cycles {
            let first = cycle.first().map(String::as_str).unwrap_or_default();
            waits.push(format!("cycle: {} -> {first}", cycle.join(" -> ")));
        }
        waits
    }

    /// Words for the verdict, one line.
    pub fn verdict(&self) -> String {
        match &self.failure {
            Some(failure) => format!("failed: {}", failure.words.lines().next().unwrap_or_default()),
            None if self.head.ok => "passed".to_owned(),
            None => "failed".to_owned(),
        }
    }
}

/// A trace that is being read; lanes still stand in the order in which they were met.
#[derive(Default)]
struct Reading {
    lanes: Lanes,
    events: Vec<Event>,
    departures: Vec<Departure>,
    blocked: Vec<BlockedRecord>,
    cycles: Vec<Vec<String>>,
    explanation: String,
}

impl Reading {
    fn of(records: &[Record]) -> Self {
        let mut reading = Self::default();
        // Tasks first: an event may name one whose record follows.
        for record in records {
            if let Record::Task(task) = record {
                reading.lanes.add(task);
            }
        }
        for record in records {
            match record {
                Record::Event(event) => reading.event(event),
                Record::Departure(one) => {
                    let words = match one.words.as_str() {
                        "" => format!("{} = {}", one.address, one.value),
                        words => words.to_owned(),
                    };
                    let departure = Departure { address: one.address.clone(), value: one.value, words, at: None };
                    let place = usize::try_from(one.k).unwrap_or(usize::MAX).min(reading.departures.len());
                    reading.departures.insert(place, departure);
                }
                Record::Blocked(one) => reading.blocked.push(one.clone()),
                Record::Explanation(one) => reading.explanation.clone_from(&one.text),
                Record::Cycle(one) => reading.cycles.push(one.paths.clone()),
                _ => {}
            }
        }
        reading
    }

    fn event(&mut self, record: &EventRecord) {
        let lane = self.lanes.find(&record.lane);
        let other = record.other.as_deref().map(|key| self.lanes.find(key));
        let by = record.by.as_deref().map(|key| self.lanes.find(key));
        self.events.push(Event {
            number: record.i,
            nanos: record.t,
            step: record.step,
            lane,
            word: record.event.clone(),
            text: record.text.clone(),
            summary: record.level != "full",
            other,
            by,
            resource: record.resource.clone(),
            departure: record.departure.and_then(|k| usize::try_from(k).ok()),
        });
    }

    fn finish(self, head: TraceRecord) -> Trace {
        let Self { lanes, mut events, mut departures, blocked, cycles, explanation } = self;
        let mut used = Vec::new();
        let mut mark = |lane: usize| {
            if used.len() <= lane {
                used.resize(lane + 1, false);
            }
            used[lane] = true;
        };
        for event in &events {
            mark(event.lane);
            event.other.into_iter().chain(event.by).for_each(&mut mark);
        }
        settle_wakers(&mut events);
        let failure = failure(&head, &events, &lanes);
        used.resize(used.len().max(lanes.len()), false);
        let (lanes, renumbered) = lanes.arrange(&used);
        let new = |lane: usize| renumbered[lane].unwrap_or_default();
        for (at, event) in events.iter_mut().enumerate() {
            event.lane = new(event.lane);
            event.other = event.other.map(new);
            event.by = event.by.map(new);
            event.departure = event.departure.filter(|&k| k < departures.len());
            if let Some(k) = event.departure {
                departures[k].at.get_or_insert(at);
            }
        }
        Trace { head, lanes, events, departures, failure, blocked, cycles, explanation }
    }
}

/// The words of a failure, without what is told beside them: where a panic was and in which task, who waits in a deadlock.
fn told(failure: &FailureWords) -> String {
    let mut words = failure.words.as_str();
    if let Some(rest) = words.strip_prefix("panicked at ")
        && let Some(place) = &failure.place
        && let Some(rest) = rest.strip_prefix(place.as_str())
        && let Some((_, rest)) = rest.split_once(": ")
    {
        words = rest;
    }
    // A record is one line: the lines of a text are joined by bars.
    match failure.kind.as_str() {
        "deadlock" => words.split(" | ").next().unwrap_or_default().to_owned(),
        _ => words.replace(" | ", "\n"),
    }
}

/// Settles who woke whom from what stands around a wake: a timer is told right after the wake that it made, and a wake behind the end of
/// another task is that end's doing.
fn settle_wakers(events: &mut [Event]) {
    for at in 0..events.len() {
        if events[at].word != "wake" {
            continue;
        }
        let lane = events[at].lane;
        let timer = events.get(at + 1).is_some_and(|next| next.word == "timer" && next.lane == lane);
        let before = at.checked_sub(1).map(|before| &events[before]);
        let at_once = before.is_some_and(|before| before.nanos == events[at].nanos);
        let ended = before.filter(|before| at_once && before.lane != lane && ENDS.contains(&before.word.as_str()));
        if timer || !at_once {
            events[at].by = None;
        } else if let (None, Some(ended)) = (events[at].by, ended) {
            events[at].by = Some(ended.lane);
        }
    }
}

/// The failure, with the event that it is: the last one of its kind.
fn failure(head: &TraceRecord, events: &[Event], lanes: &Lanes) -> Option<Failure> {
    let words = head.failure.as_ref()?;
    let mine = |event: &Event| words.task.as_deref().is_none_or(|task| lanes.path(event.lane) == task);
    let word = match words.kind.as_str() {
        "panic" => "panic",
        "deadlock" => "deadlock",
        "limit" => "limit",
        "error" | "returned error" => "fail",
        "cancelled" => "cancelled",
        "nondeterminism" | "not deterministic" | "foreign wake" => "foreign wake",
        other => other,
    };
    let of_word = |event: &Event| event.word == word;
    let at =
        events.iter().rposition(|event| of_word(event) && mine(event)).or_else(|| events.iter().rposition(of_word));
    let nanos = words.at_ns.or_else(|| at.map(|at| events[at].nanos)).unwrap_or(head.end_ns);
    Some(Failure {
        kind: words.kind.clone(),
        words: told(words),
        place: words.place.clone().filter(|place| !place.is_empty()),
        task: words.task.clone(),
        nanos,
        at,
    })
}
