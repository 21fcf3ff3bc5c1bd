//! The records of one run's trace.

use serde::{Deserialize, Serialize};

/// The beginning of a trace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TraceRecord {
    /// [`PROTOCOL`](super::PROTOCOL).
    pub protocol: u32,
    /// The hunt.
    pub hunt: String,
    /// The test it stands in.
    pub test: String,
    /// The line of the run.
    pub replay: String,
    /// Whether it passed.
    pub ok: bool,
    /// How it failed.
    pub failure: Option<FailureWords>,
    /// When it ended, on its own clock.
    pub end_ns: u64,
    /// How many events follow.
    pub events: u64,
    /// How many there were (a trace is bounded).
    pub total: u64,
    /// How many tasks there were.
    pub tasks: u64,
    /// The digest.
    pub digest: String,
}

/// A failure as a trace tells it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FailureWords {
    /// `panic`, `deadlock`, ….
    pub kind: String,
    /// In words.
    pub words: String,
    /// Where in the source.
    pub place: Option<String>,
    /// In which task.
    pub task: Option<String>,
    /// When.
    pub at_ns: Option<u64>,
}

/// A lane: a task, a job, a worker of a pool, a loop.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskRecord {
    /// Its number.
    pub id: u64,
    /// Its key everywhere: `t3`, `j2`, `w0`, `loop0`.
    pub lane: String,
    /// Its place in the tree of tasks.
    pub path: String,
    /// The name that the program gave it.
    pub name: Option<String>,
    /// Who spawned it.
    pub parent: Option<u64>,
    /// Where in the source.
    pub spawned_at: Option<String>,
    /// `task`, `thread` or `process`.
    pub kind: String,
}

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventRecord {
    /// Its place in the trace.
    pub i: u64,
    /// When, on the run's clock.
    pub t: u64,
    /// How many polls there were before.
    pub step: u64,
    /// Whose event it is.
    pub lane: String,
    /// Its word.
    pub event: String,
    /// `summary` or `full`.
    pub level: String,
    /// Its details.
    pub text: String,
    /// The task that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
    /// The task that made it happen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Which departure it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub departure: Option<u64>,
}

/// What tasks wait for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResourceRecord {
    /// Its key.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A choice that was not plain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DepartureRecord {
    /// Its number.
    pub k: u64,
    /// Which question it answers.
    pub address: String,
    /// With what.
    pub value: u32,
    /// What it does.
    pub words: String,
}

/// A task that waits in a deadlock.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BlockedRecord {
    /// Its lane.
    pub lane: String,
    /// Its path.
    pub path: String,
    /// What it waits for.
    pub waits_for: Option<String>,
    /// Who holds that.
    pub held_by: Vec<String>,
    /// Since when.
    pub since_ns: Option<u64>,
}

/// What was found out about the departures of a failing run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExplanationRecord {
    /// As a person reads it.
    pub text: String,
}

/// A circle of waiting.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CycleRecord {
    /// The tasks around it.
    pub paths: Vec<String>,
}
