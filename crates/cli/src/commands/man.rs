//! `cargo seedbed man`: the manual pages.

use clap::Args;

use crate::status::{Error, Outcome};

/// Writes the manual pages
#[derive(Args, Clone, Debug)]
pub struct Man {
    /// Folder
    #[arg(long, value_name = "DIR")]
    pub out: std::path::PathBuf,
}

impl Man {
    /// Does it.
    ///
    /// # Errors
    ///
    /// If it cannot be done.
    pub fn run(self) -> Outcome {
        Err(Error::usage("man is not there yet"))
    }
}
