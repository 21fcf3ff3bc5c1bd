//! `cargo seedbed hunt`: runs with fresh seeds, on all cores.

use clap::Args;

use crate::cargo::Selection;
use crate::status::{Error, Outcome};

/// Makes runs with fresh seeds, on all cores, one process a worker
#[derive(Args, Clone, Debug)]
pub struct Hunt {
    /// Cargo's flags.
    #[command(flatten)]
    pub selection: Selection,
}

impl Hunt {
    /// Does it.
    ///
    /// # Errors
    ///
    /// If it cannot be done.
    pub fn run(self) -> Outcome {
        Err(Error::usage("hunt is not there yet"))
    }
}
