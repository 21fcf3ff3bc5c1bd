//! `cargo seedbed replay`: one run again.

use clap::Args;

use crate::select::LineOf;
use crate::status::{Error, Outcome};

/// Makes the run of a replay line again
#[derive(Args, Clone, Debug)]
pub struct Replay {
    /// The line.
    #[command(flatten)]
    pub line: LineOf,
}

impl Replay {
    /// Does it.
    ///
    /// # Errors
    ///
    /// If it cannot be done.
    pub fn run(self) -> Outcome {
        Err(Error::usage("replay is not there yet"))
    }
}
