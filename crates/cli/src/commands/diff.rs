//! `cargo seedbed diff`: two runs side by side.

use clap::Args;

use crate::cargo::Selection;
use crate::status::{Error, Outcome};

/// Shows two runs side by side, from the first event at which they part
#[derive(Args, Clone, Debug)]
pub struct Diff {
    /// The first run's replay line
    pub left: String,
    /// The second run's replay line
    pub right: String,
    /// Test that the lines belong to
    #[arg(long, value_name = "NAME")]
    pub test: Option<String>,
    /// Cargo's flags.
    #[command(flatten)]
    pub selection: Selection,
}

impl Diff {
    /// Does it.
    ///
    /// # Errors
    ///
    /// If it cannot be done.
    pub fn run(self) -> Outcome {
        Err(Error::usage("diff is not there yet"))
    }
}
