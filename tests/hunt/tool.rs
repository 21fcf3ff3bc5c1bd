//! A tool as the tests play it: a job for a test of this executable in a process of its own, and the records that answer it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::child::{Child, Ended};

/// A job of a tool.
pub(crate) struct Tool {
    child: Child,
    records: PathBuf,
}

/// What came of it.
pub(crate) struct Answer {
    pub(crate) passed: bool,
    pub(crate) output: String,
    pub(crate) records: Vec<Value>,
}

impl Tool {
    /// Prepares a job for a test of `failing.rs`; the folder belongs to the caller alone.
    pub(crate) fn asks(test: &str, folder: &str, job: Value) -> Self {
        Self::asks_by_name(&format!("failing::{test}"), folder, job)
    }

    /// The same for a test of any module.
    pub(crate) fn asks_by_name(test: &str, folder: &str, job: Value) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tool").join(folder);
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).unwrap();
        let records = folder.join("records.jsonl");
        let mut asked = json!({ "protocol": 1, "records": records.to_str().unwrap() });
        let Value::Object(job) = job else { panic!("a job is an object: {job}") };
        asked.as_object_mut().unwrap().extend(job);
        let child = Child::by_name(test, folder).env("SEEDBED_TOOL", &asked.to_string());
        Self { child, records }
    }

    pub(crate) fn env(self, name: &str, value: &str) -> Self {
        Self { child: self.child.env(name, value), ..self }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.child.folder()
    }

    /// Does the job, and reads the records.
    pub(crate) fn answer(mut self) -> Answer {
        let Ended { passed, output } = self.child.run();
        Answer { passed, output, records: read(&self.records) }
    }

    /// Does the job until it says that it may be interrupted, and sends this signal.
    #[cfg(unix)]
    pub(crate) fn signalled(mut self, signal: &str) -> (Option<i32>, Answer) {
        let (status, output) = self.child.signalled(signal);
        (status, Answer { passed: status == Some(0), output, records: read(&self.records) })
    }

    /// Does the job, which can be done, and reads the records.
    #[track_caller]
    pub(crate) fn records(self) -> Vec<Value> {
        let answer = self.answer();
        assert!(answer.passed, "{}", answer.output);
        answer.records
    }

    /// Does the job that is answered by one record of this kind.
    #[track_caller]
    pub(crate) fn record(self, kind: &str) -> Value {
        let records = self.records();
        let [record] = &records[..] else { panic!("one record should be there: {records:?}") };
        assert_eq!(record["record"], kind);
        record.clone()
    }
}

fn read(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    assert!(text.is_empty() || text.ends_with('\n'), "the last record is torn: {text}");
    for line in text.lines() {
        assert!(line.starts_with("{\"record\":\"") && line.contains("\",\"hunt\":\""), "{line}");
    }
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// The records of this kind.
pub(crate) fn of_kind<'a>(records: &'a [Value], kind: &str) -> Vec<&'a Value> {
    records.iter().filter(|record| record["record"] == kind).collect()
}

/// A sweep of these runs.
pub(crate) fn sweep(first: u64, step: u64, end: u64) -> Value {
    json!({ "do": "sweep", "first": first, "step": step, "end": end })
}

/// A job with more fields.
pub(crate) fn and(mut job: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("fields are an object: {more}") };
    job.as_object_mut().unwrap().extend(more);
    job
}

/// A record without what another process, or another day, would say otherwise.
pub(crate) fn timeless(record: &Value) -> Map<String, Value> {
    let mut fields = record.as_object().unwrap().clone();
    fields.remove("wall_ns").expect("a run takes time");
    fields
}
