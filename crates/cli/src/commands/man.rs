//! `cargo seedbed man`: the manual pages.

use std::fs;
use std::path::PathBuf;

use clap::{Args, CommandFactory};

use super::CommandLine;
use crate::status::{Error, Outcome, Status};
use crate::terminal;

/// Writes the manual pages, one for each command
#[derive(Args, Clone, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Man {
    /// Folder for the pages
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  cargo seedbed man --out ~/.local/share/man/man1      then: man cargo-seedbed-hunt, or cargo help seedbed-hunt";

impl Man {
    /// Writes them.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written.
    pub fn run(self) -> Outcome {
        let wrong = |error: std::io::Error| Error::usage(format!("{} cannot be written: {error}", self.out.display()));
        fs::create_dir_all(&self.out).map_err(wrong)?;
        // The name of the file is the name of the page: `cargo-seedbed-hunt.1`.
        let command = CommandLine::command().disable_help_subcommand(true).bin_name("cargo-seedbed");
        clap_mangen::generate_to(command, &self.out).map_err(wrong)?;
        terminal::say(format!("manual pages: {}", self.out.display()));
        Ok(Status::Clean)
    }
}
