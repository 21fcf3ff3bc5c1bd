//! The job that a test is asked for: the value of `SEEDBED_TOOL`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The protocol that this program speaks.
pub const PROTOCOL: u32 = 1;

/// What a test is asked for: the value of the variable `SEEDBED_TOOL`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// Where the records go.
    pub records: PathBuf,
    /// What to do.
    #[serde(flatten)]
    pub task: Task,
}

/// The jobs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub enum Task {
    /// Say what hunts the test holds.
    Describe,
    /// Make runs.
    Sweep(Sweep),
    /// Bring a line back, make it small, prove it, keep it.
    Shrink {
        /// The replay line.
        line: String,
    },
    /// Say what each departure of a line does.
    Explain {
        /// The replay line.
        line: String,
    },
    /// Make the run of a line.
    Replay {
        /// The replay line.
        line: String,
        /// `summary`, `full` or `none`: the trace that the report holds.
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
    },
    /// Make the run of a line and write its trace.
    Trace {
        /// The replay line.
        line: String,
        /// Whether departures are told in words.
        explain: bool,
    },
}

/// A slice of a hunt: runs `first`, `first + step`, … below `end`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Sweep {
    /// The first run; 0 is the plain one.
    pub first: u64,
    /// From one run to the next.
    pub step: u64,
    /// Below this.
    pub end: u64,
    /// How long this process may take, by the machine's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub millis: Option<u64>,
    /// Whether the first failure ends it.
    pub fail_fast: bool,
    /// Every run whose number divides by this is made twice and compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<u64>,
    /// Where the run about to start is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<PathBuf>,
    /// Runs that are passed over: they ended a process before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skip: Vec<u64>,
    /// Whether the slice is followed by a run that fails on purpose.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub canary: bool,
}
