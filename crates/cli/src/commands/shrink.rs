//! `cargo seedbed shrink`: a failing run, made small.

use clap::Args;

use super::finding::about_line;
use crate::record::Task;
use crate::select::LineOf;
use crate::status::Outcome;

/// Makes a failing run small, proves it in a fresh process and keeps it
#[derive(Args, Clone, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Shrink {
    /// The line.
    #[command(flatten)]
    of: LineOf,
    /// Write a JSON object in place of a report
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  cargo seedbed shrink sb1:AAIBbWFpbg
  cargo seedbed shrink sb1:AAIBbWFpbg --test transfers_keep_the_total

Exit status: 0 the run passes, 100 it fails, 101 it differs from time to time, 1 the line no longer fits the code";

impl Shrink {
    /// Does it.
    ///
    /// # Errors
    ///
    /// If the line or its test cannot be found.
    pub fn run(self) -> Outcome {
        about_line(&self.of, "shrink a line", self.json, Task::Shrink { line: self.of.line.clone() })
    }
}
