//! `cargo seedbed diff`: two runs side by side.

use std::path::PathBuf;

use clap::Args;

use super::show::{trace, write};
use crate::cargo::Selection;
use crate::pager;
use crate::select;
use crate::show::{self, Choice, Comparison};
use crate::status::{Outcome, Status};
use crate::terminal;

const EXAMPLES: &str = "\
Each of the two is a replay line, or the word plain for the run in plain order. The exit status is 0 whether they differ or not.

Examples:
  cargo seedbed diff plain sb1:…
  cargo seedbed diff sb1:… sb1:… --view full
  cargo seedbed diff plain sb1:… --html diff.html";

/// Shows two runs side by side, from the first event at which they part
#[derive(Args, Clone, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Diff {
    /// The first run's replay line, or the word plain
    pub left: String,
    /// The second run's replay line, or the word plain
    pub right: String,
    /// Test that the lines belong to
    #[arg(long, value_name = "NAME")]
    pub test: Option<String>,
    /// What is shown of them.
    #[command(flatten)]
    pub choice: Choice,
    /// Writes one self-contained page that needs no network
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Cargo's flags.
    #[command(flatten)]
    pub selection: Selection,
}

impl Diff {
    /// Does it.
    ///
    /// # Errors
    ///
    /// If there is no such test or run, or a file cannot be written.
    pub fn run(self) -> Outcome {
        let tests = select::tests(&self.selection)?;
        // The plain run belongs to every test: the other line says to which.
        let telling = if self.left == "plain" { &self.right } else { &self.left };
        let test = select::test_of_line(&tests, telling, self.test.as_deref())?;
        let (left, right) = (trace(&test, &self.left)?, trace(&test, &self.right)?);
        // What one run lacks may be just what the other has.
        self.choice.check(&left).or_else(|_| self.choice.check(&right))?;
        let comparison = Comparison::of(left, right, &self.choice);
        match &self.html {
            Some(file) => write(file, &show::comparison_page(&comparison))?,
            None => pager::page(&show::comparison_table(&comparison, terminal::width())),
        }
        Ok(Status::Clean)
    }
}
