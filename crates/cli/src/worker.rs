//! Starting a test for a job, watching it, and reading its answer.

use std::process::{Command, ExitStatus, Stdio};

use crate::record::{self, Job, PROTOCOL, Records, Task};
use crate::select::Test;
use crate::status::Error;

/// The answer of a test.
#[derive(Debug)]
pub struct Answer {
    /// Its records.
    pub records: Records,
    /// How the process ended.
    pub status: ExitStatus,
    /// What it wrote to standard output and error.
    pub output: String,
}

/// Asks a test once and waits until it is done.
///
/// # Errors
///
/// If it cannot be started, or its records cannot be read.
pub fn ask(test: &Test, task: Task) -> Result<Answer, Error> {
    let folder =
        tempfile::tempdir().map_err(|error| Error::broken(format!("there is no temporary folder: {error}")))?;
    let records = folder.path().join("records.jsonl");
    let output = command(test, &Job { protocol: PROTOCOL, records: records.clone(), task })?
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Error::broken(format!("{} cannot be started: {error}", test.binary.path.display())))?;
    let written = [output.stdout, output.stderr].concat();
    Ok(Answer {
        records: record::read(&records)?,
        status: output.status,
        output: String::from_utf8_lossy(&written).into_owned(),
    })
}

/// The process that does a job for one test.
///
/// # Errors
///
/// If the job cannot be written down.
pub fn command(test: &Test, job: &Job) -> Result<Command, Error> {
    let job = serde_json::to_string(job).map_err(|error| Error::broken(format!("a job cannot be written: {error}")))?;
    let mut command = Command::new(&test.binary.path);
    command
        .args([test.name(), "--exact", "--nocapture", "--include-ignored", "--test-threads=1"])
        .current_dir(&test.binary.folder)
        .env("CARGO_MANIFEST_DIR", &test.binary.folder)
        .env("CARGO_PKG_NAME", &test.binary.package)
        .env("SEEDBED_TOOL", job);
    Ok(command)
}
