//! Runs asyncio programs on seedbed and compares what they do with what CPython did, to the pass.
//!
//! `cargo test --test conformance` runs the programs beside this file; `SEEDBED_CONFORMANCE=FILE` (plain or .gz) runs
//! another file of the same form; `SEEDBED_CONFORMANCE_ID=ID` only one program of it, with its trace;
//! `SEEDBED_CONFORMANCE_ALL=1` shows every difference, not just the first five. The last line is `N passed, M failed`.
#![allow(clippy::print_stdout, reason = "a test program of its own: it reports what libtest would")]

mod callback;
mod combinators;
mod coroutine;
mod corpus;
mod errors;
mod exceptions;
mod executors;
mod futures;
mod loops;
mod objects;
mod outcome;
mod primitives;
mod program;
mod scenario;
mod stmt;
mod values;
mod vars;
mod world;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use corpus::Line;

/// How many differences are shown.
const SHOWN: usize = 5;

/// Programs call coroutines from coroutines, as deep as Python can; each call takes up to 40 kB of stack in a debug build.
const STACK: usize = 512 << 20;

/// How this test is called in a list of tests.
const NAME: &str = "asyncio_programs";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| args.iter().any(|arg| arg == flag);
    // What `cargo nextest` asks of a test program: a list of its tests, one of them by name, none of them ignored.
    if has("--list") {
        if !has("--ignored") {
            println!("{NAME}: test");
        }
        return ExitCode::SUCCESS;
    }
    if has("--ignored") || !is_wanted(&args) {
        return ExitCode::SUCCESS;
    }
    let runner = std::thread::Builder::new().stack_size(STACK).spawn(run).expect("the system has room for a thread");
    match runner.join().unwrap_or_else(|_| Err("the interpreter panicked: see above".to_owned())) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            println!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// Whether libtest would run a test of this name with these arguments.
fn is_wanted(args: &[String]) -> bool {
    let exact = args.iter().any(|arg| arg == "--exact");
    let named = |filter: &str| if exact { NAME == filter } else { NAME.contains(filter) };
    let (mut filtered, mut found) = (false, false);
    let mut args = args.iter().map(String::as_str);
    while let Some(arg) = args.next() {
        match arg {
            "--skip" if args.next().is_some_and(named) => return false,
            "--skip" => {}
            "--test-threads" | "--format" | "--color" | "--logfile" | "--shuffle-seed" | "-Z" => {
                args.next();
            }
            _ if arg.starts_with('-') => {}
            filter => (filtered, found) = (true, found || named(filter)),
        }
    }
    found || !filtered
}

#[expect(clippy::disallowed_methods, reason = "which programs to run is asked for from outside")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Runs every program; true if all did as CPython.
fn run() -> Result<bool, String> {
    let only = setting("SEEDBED_CONFORMANCE_ID");
    let files = match setting("SEEDBED_CONFORMANCE") {
        Some(file) => vec![PathBuf::from(file)],
        None => {
            let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
            vec![here.join("hand_dev.jsonl.gz"), here.join("dev.jsonl.gz")]
        }
    };
    let (mut passed, mut failed) = (0, 0);
    for file in &files {
        for line in corpus::read(file)? {
            if only.is_some() && line.scenario.as_ref().ok().map(|scenario| &scenario.id) != only.as_ref() {
                continue;
            }
            match check(line, only.is_some()) {
                None => passed += 1,
                Some(difference) => {
                    failed += 1;
                    if failed <= SHOWN || setting("SEEDBED_CONFORMANCE_ALL").is_some() {
                        println!("{difference}");
                    }
                }
            }
        }
    }
    if failed > SHOWN {
        println!("… and {} more differences", failed - SHOWN);
    }
    println!("{passed} passed, {failed} failed");
    Ok(failed == 0)
}

/// Runs one program; what differs, if anything does.
fn check(line: Line, traced: bool) -> Option<String> {
    let place = format!("{}:{}", line.path.display(), line.number);
    let scenario = match line.scenario {
        Ok(scenario) => scenario,
        Err(why) => return Some(format!("{place}: not a scenario: {why}")),
    };
    match scenario::run(scenario.program, traced) {
        Ok(outcome) if outcome == scenario.expected => None,
        Ok(outcome) => Some(format!("{place}: {} differs\n{}", scenario.id, outcome.beside(&scenario.expected))),
        Err(why) => Some(format!("{place}: {} could not be run: {why}", scenario.id)),
    }
}
