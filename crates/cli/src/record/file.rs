//! A file of records, one JSON object a line.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::finding::FindingRecord;
use super::sweep::{EndRecord, HangRecord, HuntRecord, RunRecord, SweepRecord};
use super::trace::{
    BlockedRecord, CycleRecord, DepartureRecord, EventRecord, ExplanationRecord, ResourceRecord, TaskRecord,
    TraceRecord,
};
use crate::status::Error;

/// One line of a file of records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "lowercase")]
pub enum Record {
    /// What a hunt is.
    Hunt(HuntRecord),
    /// The beginning of a slice.
    Sweep(SweepRecord),
    /// One run of it.
    Run(RunRecord),
    /// A poll that did not come back.
    Hang(HangRecord),
    /// The end of a slice or of a trace.
    End(EndRecord),
    /// What became of a line: replayed, explained or shrunk.
    Finding(Box<FindingRecord>),
    /// The beginning of a trace.
    Trace(Box<TraceRecord>),
    /// A lane of it.
    Task(TaskRecord),
    /// An event of it.
    Event(Box<EventRecord>),
    /// What tasks wait for.
    Resource(ResourceRecord),
    /// A choice that was not plain.
    Departure(DepartureRecord),
    /// A task that waits in a deadlock.
    Blocked(BlockedRecord),
    /// A circle of waiting.
    Cycle(CycleRecord),
    /// What was found out about the departures.
    Explanation(ExplanationRecord),
}

/// What a file of records holds.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// The records that could be read, in order.
    pub all: Vec<Record>,
    /// The last line, where its writer was ended in the middle of it.
    pub torn: Option<String>,
}

/// Reads a file of records. A torn last line is told apart; any other line that cannot be read is an error.
///
/// # Errors
///
/// If the file or a line cannot be read.
pub fn read(path: &Path) -> Result<Records, Error> {
    let text = match fs::read(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        // A test that never came to its hunt wrote nothing.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Records::default()),
        Err(error) => return Err(Error::broken(format!("{} cannot be read: {error}", path.display()))),
    };
    parse(&text).map_err(|(line, error)| {
        Error::broken(format!("{}:{line}: not a record: {error}", path.display()))
            .cure("the test was built with another version of seedbed, or something else wrote into this file")
    })
}

fn parse(text: &str) -> Result<Records, (usize, serde_json::Error)> {
    let mut records = Records::default();
    for (n, line) in text.split_inclusive('\n').enumerate() {
        match serde_json::from_str(line) {
            Ok(record) => records.all.push(record),
            Err(_) if !line.ends_with('\n') => records.torn = Some(line.to_owned()),
            Err(error) => return Err((n + 1, error)),
        }
    }
    Ok(records)
}
