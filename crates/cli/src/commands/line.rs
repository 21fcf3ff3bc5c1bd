//! The command line: reads it, hands over to the command, ends with its status.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use super::{completions, diff, explain, hunt, list, man, merge, replay, review, show, shrink};
use crate::status::{Outcome, Status};
use crate::terminal;

/// Hunts, replays, shows and compares the runs of seedbed tests.
#[derive(Parser, Debug)]
#[command(name = "cargo-seedbed", bin_name = "cargo seedbed", version, propagate_version = true, max_term_width = 120)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    List(list::List),
    Hunt(hunt::Hunt),
    Merge(merge::Merge),
    Replay(replay::Replay),
    Shrink(shrink::Shrink),
    Explain(explain::Explain),
    Show(show::Show),
    Diff(diff::Diff),
    Review(review::Review),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    fn run(self) -> Outcome {
        match self {
            Self::List(command) => command.run(),
            Self::Hunt(command) => command.run(),
            Self::Merge(command) => command.run(),
            Self::Replay(command) => command.run(),
            Self::Shrink(command) => command.run(),
            Self::Explain(command) => command.run(),
            Self::Show(command) => command.run(),
            Self::Diff(command) => command.run(),
            Self::Review(command) => command.run(),
            Self::Completions(command) => command.run(),
            Self::Man(command) => command.run(),
        }
    }
}

/// Does what the arguments say.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    // As cargo calls it: `cargo-seedbed seedbed hunt`.
    if arguments.get(1).is_some_and(|word| word == "seedbed") {
        arguments.remove(1);
    }
    let command = match CommandLine::try_parse_from(arguments) {
        Ok(line) => line.command,
        Err(answer) => {
            // A terminal that went away hears nothing.
            let _gone = answer.print();
            let asked = matches!(answer.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if asked { Status::Clean } else { Status::Usage }.into();
        }
    };
    match command.run() {
        Ok(status) => status.into(),
        Err(error) => {
            terminal::tell(format!("{} {error}", terminal::styled(terminal::BAD, "error:")));
            error.status.into()
        }
    }
}
