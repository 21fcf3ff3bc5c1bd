//! `cargo seedbed completions`: completions for a shell.

use clap::Args;

use crate::status::{Error, Outcome};

/// Writes completions for a shell
#[derive(Args, Clone, Debug)]
pub struct Completions {
    /// Shell
    pub shell: clap_complete::Shell,
}

impl Completions {
    /// Does it.
    ///
    /// # Errors
    ///
    /// If it cannot be done.
    pub fn run(self) -> Outcome {
        Err(Error::usage("completions is not there yet"))
    }
}
