//! `cargo seedbed explain`: what each departure of a run does.

use clap::Args;

use super::finding::about_line;
use crate::record::Task;
use crate::select::LineOf;
use crate::status::Outcome;

/// Says what each departure of a run does, and whether the run needs it to fail
#[derive(Args, Clone, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Explain {
    /// The line.
    #[command(flatten)]
    of: LineOf,
    /// Write a JSON object in place of a report
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  cargo seedbed explain sb1:AAIBbWFpbg
  cargo seedbed explain sb1:AAIBbWFpbg --test transfers_keep_the_total

Exit status: 0 the run passes, 100 it fails, 101 it differs from time to time, 1 the line no longer fits the code";

impl Explain {
    /// Does it.
    ///
    /// # Errors
    ///
    /// If the line or its test cannot be found.
    pub fn run(self) -> Outcome {
        about_line(&self.of, "explain a line", self.json, Task::Explain { line: self.of.line.clone() })
    }
}
