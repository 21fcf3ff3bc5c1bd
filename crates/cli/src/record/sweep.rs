//! The records of hunts and of their runs.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What a hunt is: the answer to [`Task::Describe`](super::Task::Describe).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HuntRecord {
    /// Its name.
    pub hunt: String,
    /// The test it stands in.
    pub test: String,
    /// How many runs it makes by itself.
    pub runs: u64,
    /// Who proposes the order.
    pub policy: String,
    /// Which faults may strike.
    pub faults: Option<String>,
    /// The base seed.
    pub seed: String,
    /// Whether it draws arguments.
    pub arguments: bool,
    /// Whether it is meant to fail.
    pub should_fail: bool,
    /// Where it is written.
    pub file: String,
    /// The line there.
    pub line: u32,
    /// The folder of the package.
    pub package_dir: Option<PathBuf>,
    /// The file of its regressions.
    pub regressions: Option<PathBuf>,
    /// The command that makes it.
    pub command: String,
}

/// The first run, of which every slice makes one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlainRun {
    /// The digest of its trace.
    pub digest: String,
    /// Its steps.
    pub steps: u64,
    /// How long it took on its own clock.
    pub virtual_ns: u64,
}

/// The beginning of a slice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SweepRecord {
    /// [`PROTOCOL`](super::PROTOCOL).
    pub protocol: u32,
    /// The hunt.
    pub hunt: String,
    /// The test it stands in.
    pub test: String,
    /// The base seed.
    pub seed: String,
    /// Who proposes the order.
    pub policy: String,
    /// Which faults may strike.
    pub faults: Option<String>,
    /// A fingerprint of the executable.
    pub build: String,
    /// The plain run.
    pub plain: PlainRun,
}

/// One run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunRecord {
    /// The hunt.
    pub hunt: String,
    /// Its number.
    pub run: u64,
    /// Its seed.
    pub seed: String,
    /// Who proposed the order.
    pub policy: String,
    /// How it went.
    pub outcome: RunOutcome,
    /// The digest of its trace.
    pub digest: String,
    /// The fingerprint of its order.
    pub schedule: String,
    /// Its steps.
    pub steps: u64,
    /// How long it took on its own clock.
    pub virtual_ns: u64,
    /// How long it took by the machine's.
    pub wall_ns: u64,
    /// What failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Where it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// By which failures count as the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The failure in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// The line that brings it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay: Option<String>,
    /// How the second making of the run differed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<String>,
    /// Whether it failed on purpose.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub canary: bool,
    /// The last lines that the process of a lost run wrote: added by the tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

/// How a run went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RunOutcome {
    /// It passed.
    #[default]
    #[serde(rename = "passed")]
    Passed,
    /// It failed.
    #[serde(rename = "failed")]
    Failed,
    /// It was cut off by a limit that is no failure.
    #[serde(rename = "cut off")]
    CutOff,
    /// Made twice, it differed.
    #[serde(rename = "not deterministic")]
    NotDeterministic,
    /// It ended its process: written by the tool, never by a test.
    #[serde(rename = "lost")]
    Lost,
}

/// A poll that did not come back, written before its process is ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HangRecord {
    /// The hunt.
    pub hunt: String,
    /// What hangs, and for how long.
    pub words: String,
    /// The line that brings it back.
    pub replay: Option<String>,
    /// The command that does.
    pub command: Option<String>,
}

/// The end of a slice (with `why`) or of a trace (with nothing).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EndRecord {
    /// The hunt.
    pub hunt: String,
    /// `done`, `time`, `failed` or `signal`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// How many runs the slice made.
    #[serde(skip_serializing_if = "is_zero")]
    pub runs: u64,
    /// Which points of the program were met, how often.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<PointRecord>,
}

/// A point of the program, and how often it was met.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PointRecord {
    /// Its name.
    pub point: String,
    /// `sometimes`, `reachable`, ….
    pub kind: String,
    /// Where in the source.
    pub place: String,
    /// How many runs came there.
    pub runs_reached: u64,
    /// In how many of them it held, or struck.
    pub runs_held: u64,
    /// How often it was reached.
    pub reached: u64,
    /// How often it held, or struck.
    pub held: u64,
    /// Whether the test fails where no run comes there.
    pub must_be_reached: bool,
    /// Whether the test fails where it never holds, though runs come there.
    pub must_hold: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}
