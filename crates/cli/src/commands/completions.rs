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
        let script = match self.shell {
            // The generator takes a `-` in the name for the border of a subcommand, and its script then finds none of its own cases: it
            // gets the name without, and the last words of the script, which say whom it is for, the right one.
            Shell::Bash => generated(self.shell, "cargoseedbed").replace(" cargoseedbed\n", " cargo-seedbed\n"),
            _ => generated(self.shell, "cargo-seedbed"),
        };
        terminal::say(script.trim_end());
        Ok(Status::Clean)
    }
}

fn generated(shell: Shell, name: &str) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut CommandLine::command(), name, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
