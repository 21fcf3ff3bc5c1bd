//! `cargo seedbed show`: the trace of a run, in the terminal or as a file.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::pager;
use crate::record::Task;
use crate::select::{self, LineOf};
use crate::show::{self, Choice, Graph, Picture, Trace};
use crate::status::{Error, Outcome, Status};
use crate::terminal;
use crate::worker;

const EXAMPLES: &str = "\
LINE is a replay line, or the word plain for the run in plain order.
The trace goes through PAGER where there is a terminal; with --html and the others, files are written instead.

Examples:
  cargo seedbed show sb1:…
  cargo seedbed show sb1:… --view full --task main/editor --event wake --event poll
  cargo seedbed show sb1:… --html run.html --perfetto run.json
  cargo seedbed show plain --test prices_are_seen";

/// Shows the trace of a run
#[derive(Args, Clone, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Show {
    /// The line.
    #[command(flatten)]
    pub line: LineOf,
    /// What is shown of it.
    #[command(flatten)]
    pub choice: Choice,
    /// Writes one self-contained page that needs no network
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Writes a file for ui.perfetto.dev and chrome://tracing
    #[arg(long, value_name = "FILE")]
    pub perfetto: Option<PathBuf>,
    /// Writes who waits for whom in a deadlock, for Graphviz
    #[arg(long, value_name = "FILE")]
    pub dot: Option<PathBuf>,
    /// Writes who waits for whom in a deadlock, as a picture
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
}

impl Show {
    /// Does it.
    ///
    /// # Errors
    ///
    /// If there is no such test or run, its trace has no such task or event, or a file cannot be written.
    pub fn run(self) -> Outcome {
        let tests = select::tests(&self.line.selection)?;
        let test = select::test_of_line(&tests, &self.line.line, self.line.test.as_deref())?;
        let trace = trace(&test, &self.line.line)?;
        self.choice.check(&trace)?;
        let files = [&self.html, &self.perfetto, &self.dot, &self.svg];
        if files.iter().all(|file| file.is_none()) {
            pager::page(&show::table(&trace, &self.choice));
            return Ok(Status::Clean);
        }
        if let Some(file) = &self.dot {
            write(file, &show::dot(&graph(&trace)?))?;
        }
        if let Some(file) = &self.svg {
            write(file, &show::svg(&graph(&trace)?))?;
        }
        if let Some(file) = &self.perfetto {
            write(file, &show::perfetto(&Picture::of(trace.clone()).only(&self.choice)))?;
        }
        if let Some(file) = &self.html {
            write(file, &show::page(trace, &self.choice))?;
        }
        Ok(Status::Clean)
    }
}

fn graph(trace: &Trace) -> Result<Graph, Error> {
    Graph::of(trace).ok_or_else(|| {
        Error::usage(format!("this run did not end in a deadlock: it {}", trace.verdict()))
            .cure("--dot and --svg draw who waits for whom in a deadlock; --html shows any run")
    })
}

/// Asks a test for the trace of a line.
pub(super) fn trace(test: &select::Test, line: &str) -> Result<Trace, Error> {
    let answer = worker::ask(test, Task::Trace { line: line.to_owned(), explain: true })?;
    Trace::read(&answer.records.all).map_err(|error| {
        // A test that refuses its job says what is wrong with it, behind the job as it read it.
        if let Some((_, why)) = answer.output.split_once(", which has ") {
            return Error::usage(format!("{line}: {}", why.lines().next().unwrap_or_default()));
        }
        let said = said(&answer.output);
        if said.is_empty() { error } else { error.cure(format!("the test {} said:\n{said}", test.name())) }
    })
}

/// The end of what a test said, without stacks and the harness's own words: the best hint at why there is no trace.
fn said(output: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut in_stack = false;
    for line in output.lines().filter(|line| !line.trim().is_empty()) {
        in_stack = line == "stack backtrace:" || (in_stack && line.starts_with(' '));
        let harness =
            ["running ", "test ", "test result", "failures:", "note: "].iter().any(|word| line.starts_with(word));
        if !in_stack && !harness {
            lines.push(line);
        }
    }
    lines[lines.len().saturating_sub(12)..].join("\n")
}

pub(super) fn write(file: &Path, text: &str) -> Result<(), Error> {
    fs::write(file, text).map_err(|error| Error::usage(format!("{} cannot be written: {error}", file.display())))?;
    terminal::tell(format!("wrote {}", file.display()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn stacks_and_the_harness_are_left_out() {
        let output = "\nrunning 1 test\nthread 'x' panicked at a.rs:1:1:\nbad\nstack backtrace:\n   0: one\n             at two\nnote: more\n\nfailures:\n    x\n";
        assert_eq!(said(output), "thread 'x' panicked at a.rs:1:1:\nbad\n    x");
    }
}
