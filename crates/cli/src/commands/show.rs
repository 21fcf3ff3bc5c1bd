//! `cargo seedbed show`: the trace of a run.

use clap::Args;

use crate::select::LineOf;
use crate::status::{Error, Outcome};

/// Shows the trace of a run
#[derive(Args, Clone, Debug)]
pub struct Show {
    /// The line.
    #[command(flatten)]
    pub line: LineOf,
}

impl Show {
    /// Does it.
    ///
    /// # Errors
    ///
    /// If it cannot be done.
    pub fn run(self) -> Outcome {
        Err(Error::usage("show is not there yet"))
    }
}
