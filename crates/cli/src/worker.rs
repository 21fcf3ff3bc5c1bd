//! Starting a test for a job, and reading its answer.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use crate::project::Test;
use crate::record::{self, FindingRecord, Job, PROTOCOL, Record, Records, Task};
use crate::status::Error;

/// How much of what a test wrote is shown.
const SHOWN_LINES: usize = 40;

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

impl Answer {
    /// The first record of a kind, or an error that shows what the test wrote instead.
    ///
    /// # Errors
    ///
    /// If there is no such record.
    pub fn first<T>(&self, test: &Test, what: &str, pick: impl Fn(&Record) -> Option<T>) -> Result<T, Error> {
        self.records.all.iter().find_map(pick).ok_or_else(|| self.refusal(test, what))
    }

    /// What became of the line that the job was about.
    ///
    /// # Errors
    ///
    /// If the test did not say.
    pub fn finding(&self, test: &Test, what: &str) -> Result<FindingRecord, Error> {
        self.first(test, what, |record| match record {
            Record::Finding(finding) => Some((**finding).clone()),
            _ => None,
        })
    }

    /// The error for a test that did not answer, with the end of what it wrote.
    pub fn refusal(&self, test: &Test, what: &str) -> Error {
        refusal(test, what, self.status, &self.output)
    }
}

/// How a person hears that the run itself ended its process; nothing if it was not the run's doing.
pub fn death(answer: &Answer) -> Option<String> {
    // A job that cannot be done is a panic of the test, with an exit status; a run that ends its process has a signal, or a status of its own.
    let by_itself = answer.status.code().is_none_or(|code| code != 0 && code != 101);
    (by_itself && answer.records.all.is_empty()).then(|| {
        let written = last_lines(&answer.output, SHOWN_LINES);
        format!("the run ended its process: {}\n{written}", ending_words(answer.status))
    })
}

/// The error for a test that did not answer, with the end of what it wrote.
pub fn refusal(test: &Test, what: &str, status: ExitStatus, output: &str) -> Error {
    let name = test.words();
    if let Some(words) = said(output) {
        return Error::usage(format!("{name} was asked to {what} and did not")).cure(words);
    }
    let how = if status.success() {
        format!("{name} was asked to {what} and ended before its hunt began")
    } else {
        format!("{name} was asked to {what} and did not: {}", ending_words(status))
    };
    let written = last_lines(output, SHOWN_LINES);
    let error = Error::usage(how);
    if written.is_empty() {
        error.cure("it wrote nothing; is it a test of seedbed, built with a version that knows SEEDBED_TOOL?")
    } else {
        error.cure(format!("it wrote:\n{written}"))
    }
}

/// What the library says of a job that it cannot do, out of all that the test harness and the panic say around it.
fn said(output: &str) -> Option<String> {
    let mut lines =
        output.lines().skip_while(|line| !(line.starts_with("seedbed: ") && line.ends_with(" was not run")));
    lines.next()?;
    let words: Vec<&str> = lines.map_while(|line| line.strip_prefix("  ")).collect();
    let words = words.join("\n");
    // The job is ours: a person never wrote it.
    match words.strip_prefix("SEEDBED_TOOL: read ").and_then(|words| words.rsplit_once("}\", which has ")) {
        Some((_, fault)) => Some(format!("it was given {fault}")),
        None => Some(words).filter(|words| !words.is_empty()),
    }
}

/// How a process ended, for a person.
pub fn ending_words(status: ExitStatus) -> String {
    let words = status.to_string();
    words.strip_suffix(" (core dumped)").unwrap_or(&words).replace(": ", " ")
}

/// The end of a long text.
pub fn last_lines(text: &str, most: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(most)..].join("\n")
}

/// Asks a test once and waits until it is done.
///
/// # Errors
///
/// If it cannot be started, or its records cannot be read.
pub fn ask(test: &Test, task: Task) -> Result<Answer, Error> {
    ask_with(test, task, &[])
}

/// The same, with variables of the environment.
///
/// # Errors
///
/// If it cannot be started, or its records cannot be read.
pub fn ask_with(test: &Test, task: Task, variables: &[(String, String)]) -> Result<Answer, Error> {
    let folder =
        tempfile::tempdir().map_err(|error| Error::broken(format!("there is no temporary folder: {error}")))?;
    let records = folder.path().join("records.jsonl");
    let output = command(test, &Job { protocol: PROTOCOL, records: records.clone(), task }, variables)?
        .stdin(Stdio::null())
        .output()
        .map_err(|error| cannot_start(&test.binary.path, &error))?;
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
pub fn command(test: &Test, job: &Job, variables: &[(String, String)]) -> Result<Command, Error> {
    let job = serde_json::to_string(job).map_err(|error| Error::broken(format!("a job cannot be written: {error}")))?;
    let mut command = Command::new(&test.binary.path);
    command
        .args([test.name(), "--exact", "--nocapture", "--include-ignored", "--test-threads=1"])
        .current_dir(&test.binary.folder)
        // Cargo sets these for the tests that it starts.
        .env("CARGO_MANIFEST_DIR", &test.binary.folder)
        .env("CARGO_PKG_NAME", &test.binary.package)
        // The job says which line; a variable that was left over must not say another.
        .env_remove("SEEDBED_REPLAY")
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .env("SEEDBED_TOOL", job);
    Ok(command)
}

/// The error for an executable that cannot be started.
pub fn cannot_start(executable: &Path, error: &std::io::Error) -> Error {
    Error::broken(format!("{} cannot be started: {error}", executable.display()))
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn a_refusal_is_told_without_the_noise_around_it() {
        let output = "\nrunning 1 test\nthread 'x' panicked at a.rs:1:1:\nseedbed: x was not run\n  SEEDBED_TOOL: read \"{\\\"line\\\":\\\"sb1:A\\\"}\", which has a line that is not a replay line: it ends too early\nstack backtrace:\n   0: core\n";
        assert_eq!(said(output).as_deref(), Some("it was given a line that is not a replay line: it ends too early"));
        let output = "seedbed: x was not run\n  SEEDBED_POLICY: read \"wild\", wanted a policy\n    there are some\nnote: run with";
        assert_eq!(said(output).as_deref(), Some("SEEDBED_POLICY: read \"wild\", wanted a policy\n  there are some"));
        assert_eq!(said("thread 'x' panicked\n  something"), None);
    }
}
