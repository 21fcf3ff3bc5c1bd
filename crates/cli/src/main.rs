//! The program: reads the command line, does what it asks, and ends with the status that says how it went.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_seedbed::commands::main(std::env::args_os())
}
