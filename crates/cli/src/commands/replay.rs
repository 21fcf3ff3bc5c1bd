//! `cargo seedbed replay`: the run of a replay line, again.

use clap::{Args, ValueEnum};

use super::finding::{about_line, answers, tell};
use crate::record::Task;
use crate::select::{self, LineOf};
use crate::status::{Error, Outcome, Status};
use crate::terminal::{self, STRONG, styled};

/// Makes the run of a replay line again, or those that are kept for a test
#[derive(Args, Clone, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Replay {
    /// The line.
    #[command(flatten)]
    of: LineOf,
    /// How much of its trace is shown
    #[arg(long, value_enum, default_value_t = Detail::Summary)]
    trace: Detail,
    /// Write a JSON object in place of a report
    #[arg(long)]
    json: bool,
}

/// How much of a trace is shown.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Detail {
    /// What the program did.
    Summary,
    /// Polls, wakes and choices too.
    Full,
    /// Nothing.
    None,
}

const EXAMPLES: &str = "\
Examples:
  cargo seedbed replay sb1:AAIBbWFpbg           the line of a report, after SEEDBED_REPLAY=
  cargo seedbed replay sb1:AAIBbWFpbg --test transfers_keep_the_total --trace full
  cargo seedbed replay transfers_keep_the_total  all lines that its regression file keeps

Exit status: 0 the run passes, 100 it fails, 101 it differs from time to time, 1 the line no longer fits the code";

impl Replay {
    /// Makes the run.
    ///
    /// # Errors
    ///
    /// If the line or the test cannot be found.
    pub fn run(self) -> Outcome {
        // A line has a colon behind its version; the path of a test has two.
        let is_line = self.of.line.split_once(':').is_some_and(|(_, rest)| !rest.starts_with(':'));
        if is_line { about_line(&self.of, "replay a line", self.json, self.task(&self.of.line)) } else { self.kept() }
    }

    fn task(&self, line: &str) -> Task {
        let detail = match self.trace {
            Detail::Summary => "summary",
            Detail::Full => "full",
            Detail::None => "none",
        };
        Task::Replay { line: line.to_owned(), detail: Some(detail.to_owned()) }
    }

    /// All that is kept for a test.
    fn kept(&self) -> Outcome {
        if let Some(name) = &self.of.test {
            return Err(Error::usage(format!("{:?} is no replay line", self.of.line))
                .cure(format!("to replay what is kept for a test: cargo seedbed replay {name}")));
        }
        let tests = select::tests_or_all(&self.of.selection, Some(&self.of.line))?;
        let test = select::the_only(&tests, &self.of.line)?;
        let lines = select::saved(&test)?;
        if lines.is_empty() {
            return Err(Error::usage(format!("nothing is kept for {}", test.words()))
                .cure("a line is kept when a failure was found and proven; give the line itself to replay another"));
        }
        let mut status = Status::Clean;
        for (n, line) in lines.iter().enumerate() {
            if !self.json {
                terminal::say(styled(STRONG, format!("{} of {}: {line}", n + 1, lines.len())));
            }
            for finding in answers(&test, "replay a line", &self.task(line))? {
                status = status.max(tell(&finding, self.json)?);
            }
        }
        Ok(status)
    }
}
