//! `cargo seedbed review`: pending snapshots.

use clap::Args;

use crate::cargo::Selection;
use crate::status::{Error, Outcome};

/// Reviews pending snapshots of traces and reports, through insta
#[derive(Args, Clone, Debug)]
pub struct Review {
    /// Cargo's flags.
    #[command(flatten)]
    pub selection: Selection,
}

impl Review {
    /// Does it.
    ///
    /// # Errors
    ///
    /// If it cannot be done.
    pub fn run(self) -> Outcome {
        Err(Error::usage("review is not there yet"))
    }
}
