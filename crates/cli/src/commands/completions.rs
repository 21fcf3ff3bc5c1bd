//! `cargo seedbed completions`: completions for a shell.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::CommandLine;
use crate::status::{Outcome, Status};
use crate::terminal;

/// Writes completions for a shell to standard output
#[derive(Args, Clone, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Completions {
    /// Shell
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  cargo seedbed completions bash > ~/.local/share/bash-completion/completions/cargo-seedbed
  cargo seedbed completions zsh > ~/.zfunc/_cargo-seedbed
  cargo seedbed completions fish > ~/.config/fish/completions/cargo-seedbed.fish

They complete the program by its own name: cargo-seedbed hunt";

impl Completions {
    /// Writes them.
    ///
    /// # Errors
    ///
    /// None.
    pub fn run(self) -> Outcome {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut CommandLine::command(), "cargo-seedbed", &mut text);
        terminal::say(String::from_utf8_lossy(&text).trim_end());
        Ok(Status::Clean)
    }
}
