//! `cargo seedbed shrink`: a failing run, made small.

use clap::Args;

use crate::select::LineOf;
use crate::status::{Error, Outcome};

/// Makes a failing run small, proves it and keeps it
#[derive(Args, Clone, Debug)]
pub struct Shrink {
    /// The line.
    #[command(flatten)]
    pub line: LineOf,
}

impl Shrink {
    /// Does it.
    ///
    /// # Errors
    ///
    /// If it cannot be done.
    pub fn run(self) -> Outcome {
        Err(Error::usage("shrink is not there yet"))
    }
}
