//! The record of one line: replayed, explained or shrunk.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What became of a line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FindingRecord {
    /// The hunt.
    pub hunt: String,
    /// `failed`, `passed`, `misfit`, `not deterministic` or `misconfigured`.
    pub verdict: String,
    /// All that a person reads.
    pub report: String,
    /// What failed.
    pub kind: Option<String>,
    /// Where it failed.
    pub place: Option<String>,
    /// By which failures count as the same.
    pub signature: Option<String>,
    /// The failure in words.
    pub failure: Option<String>,
    /// What the run needs to fail.
    pub departures: Vec<DepartureWords>,
    /// How many runs shrinking took.
    pub shrink_runs: u64,
    /// How many choices there were before.
    pub choices: u64,
    /// The line that brings it back.
    pub replay: Option<String>,
    /// The command that does.
    pub command: Option<String>,
    /// Whether a fresh process failed the same way.
    pub proven: bool,
    /// Why not.
    pub why_not: Option<String>,
    /// The file that keeps it.
    pub saved: Option<PathBuf>,
    /// Other failures met on the way.
    pub others: Vec<OtherFinding>,
    /// The first event that differs.
    pub difference: Option<String>,
    /// What of the line no longer fits.
    pub misfits: Vec<String>,
}

/// A departure in words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DepartureWords {
    /// What it does.
    pub words: String,
    /// Which question it answers.
    pub address: String,
    /// With what.
    pub value: u32,
}

/// Another failure met while shrinking.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OtherFinding {
    /// The failure in words.
    pub failure: String,
    /// By which failures count as the same.
    pub signature: String,
    /// The line that brings it back.
    pub replay: Option<String>,
    /// The command that does.
    pub command: Option<String>,
}
