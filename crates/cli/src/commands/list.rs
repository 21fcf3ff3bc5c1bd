//! `cargo seedbed list`: the seedbed tests of the project.

use clap::Args;

use crate::cargo::Selection;
use crate::status::{Error, Outcome};

/// Lists the seedbed tests of the project
#[derive(Args, Clone, Debug)]
pub struct List {
    /// Cargo's flags.
    #[command(flatten)]
    pub selection: Selection,
}

impl List {
    /// Does it.
    ///
    /// # Errors
    ///
    /// If it cannot be done.
    pub fn run(self) -> Outcome {
        Err(Error::usage("list is not there yet"))
    }
}
