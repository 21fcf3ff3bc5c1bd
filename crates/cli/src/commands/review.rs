//! `cargo seedbed review`: pending snapshots.

use std::env;
use std::process::{Command, Stdio};

use clap::Args;

use crate::status::{Error, Outcome, Status};

const EXAMPLES: &str = "\
Runs cargo insta review, which must be installed: cargo install cargo-insta

Examples:
  cargo seedbed review
  cargo seedbed review --snapshot snapshots/trace.snap";

/// Reviews pending snapshots of traces and reports, through insta
#[derive(Args, Clone, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Review {
    /// What is passed on to cargo insta review: --all, --manifest-path PATH, --snapshot PATH, …
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "FLAGS")]
    pub flags: Vec<String>,
}

impl Review {
    /// Does it.
    ///
    /// # Errors
    ///
    /// If insta's own command is missing or fails.
    pub fn run(self) -> Outcome {
        // Under cargo the variable names the cargo that called us: the same toolchain goes on.
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let known =
            Command::new(&cargo).args(["insta", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !known.is_ok_and(|status| status.success()) {
            return Err(Error::usage("cargo insta is not installed; it is what reviews snapshots").cure(
                "cargo install cargo-insta\nwithout it: a pending snapshot is the file NAME.snap.new beside NAME.snap; \
                 rename it to accept it",
            ));
        }
        let status = Command::new(&cargo)
            .args(["insta", "review"])
            .args(&self.flags)
            .status()
            .map_err(|error| Error::broken(format!("cargo insta cannot be started: {error}")))?;
        if status.success() {
            Ok(Status::Clean)
        } else {
            Err(Error::usage(format!("cargo insta review ended with {status}; what it said stands above")))
        }
    }
}
