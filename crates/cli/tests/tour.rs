//! The pages of the tour say what the commands say: each command of them is run, in order, and what it prints is compared.
//!
//! `SEEDBED_TOUR=write cargo test -p cargo-seedbed --test tour` writes the pages anew.

#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;

/// A copy of the project, with nothing kept from another time.
fn fresh_project(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    for file in [
        "Cargo.toml",
        "Cargo.lock",
        "src/lib.rs",
        "tests/cache.rs",
        "tests/locks.rs",
        "tests/rough.rs",
        "tests/hand.rs",
    ] {
        fs::create_dir_all(folder.join(file).parent().unwrap()).unwrap();
        fs::copy(common::project().join(file), folder.join(file)).unwrap();
    }
    folder
}

/// Runs a command as the page shows it.
fn output(command: &str, project: &Path) -> String {
    let bin = Path::new(env!("CARGO_BIN_EXE_cargo-seedbed")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let path = std::env::join_paths(std::iter::once(bin.to_owned()).chain(std::env::split_paths(&path))).unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("({command}) 2>&1")]);
    common::clean(&mut shell, project);
    let output = shell.current_dir(project).env("PATH", path).env_remove("SEEDBED_REGRESSIONS").output().unwrap();
    steady(&String::from_utf8(output.stdout).unwrap())
}

/// Without what differs from time to time: spans, places of this machine, progress.
fn steady(text: &str) -> String {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shop-target");
    let text = text.replace(target.to_str().unwrap(), "target");
    let text = Regex::new(r"(in|after) \d+ s\b").unwrap().replace_all(&text, "$1 1 s");
    let text = Regex::new(r"(?m)^  \d+ s: .*\n").unwrap().replace_all(&text, "");
    let text = Regex::new(r"\d+ workers?\n").unwrap().replace_all(&text, "2 workers\n");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

/// The page with what its commands print now.
fn rewritten(page: &str, project: &Path) -> String {
    let (mut text, mut inside, mut skipping) = (String::new(), false, false);
    for line in page.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
            skipping = false;
        } else if let (true, Some(command)) = (inside, line.strip_prefix("$ ")) {
            skipping = true;
            let answer = output(command, project);
            text.push_str(&format!("{line}\n{answer}{}", if answer.is_empty() { "" } else { "\n" }));
            continue;
        }
        if !skipping {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[test]
fn the_tour_shows_what_the_commands_print() {
    compare("tour");
}

#[test]
fn the_tour_of_traces_shows_what_the_commands_print() {
    compare("tour_show");
}

/// Compares a page with what its commands print, or writes it anew.
fn compare(name: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let path = root.join("docs").join(name).with_extension("md");
    let page = fs::read_to_string(&path).unwrap();
    let now = rewritten(&page, &fresh_project(name));
    if std::env::var_os("SEEDBED_TOUR").is_some_and(|word| word == "write") {
        fs::write(&path, now).unwrap();
        return;
    }
    let differences: Vec<String> = similar::TextDiff::from_lines(&page, &now)
        .unified_diff()
        .header(&format!("docs/{name}.md"), "what the commands print now")
        .to_string()
        .lines()
        .map(str::to_owned)
        .collect();
    assert!(
        differences.is_empty(),
        "{}\nSEEDBED_TOUR=write cargo test -p cargo-seedbed --test tour writes the pages anew",
        differences.join("\n")
    );
}

#[test]
fn what_differs_from_time_to_time_is_left_out() {
    assert_eq!(
        steady("every run was made, in 17 s; x\n  5 s: 3 runs\ndone  \n\n"),
        "every run was made, in 1 s; x\ndone"
    );
}
