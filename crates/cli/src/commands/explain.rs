//! `cargo seedbed explain`: what each departure of a run does.

use clap::Args;

use crate::select::LineOf;
use crate::status::{Error, Outcome};

/// Says what each departure of a run does
#[derive(Args, Clone, Debug)]
pub struct Explain {
    /// The line.
    #[command(flatten)]
    pub line: LineOf,
}

impl Explain {
    /// Does it.
    ///
    /// # Errors
    ///
    /// If it cannot be done.
    pub fn run(self) -> Outcome {
        Err(Error::usage("explain is not there yet"))
    }
}
