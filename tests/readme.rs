//! What the README shows is what happens: its commands are run, and their outputs compared.
#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]
#![allow(clippy::disallowed_methods, reason = "the environment that commands inherit is cleared by name")]

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The fenced blocks of the README in this language, without the fences.
fn blocks(language: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// The commands of the README that begin so, without their comments.
fn commands(beginning: &str) -> Vec<String> {
    let lines = blocks("sh").join("");
    let commands = lines.lines().map(|line| line.split(" #").next().unwrap().trim().to_owned());
    let found: Vec<_> = commands.filter(|command| command.starts_with(beginning)).collect();
    assert!(!found.is_empty(), "the README has no command that begins with {beginning:?}");
    found
}

/// Types a command into a shell; regressions are kept in a folder of its own.
fn run(command: &str, folder: &str) -> String {
    let kept = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("readme").join(folder);
    drop(std::fs::remove_dir_all(&kept));
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(root()).env("RUST_BACKTRACE", "0").env("NO_COLOR", "1");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SEEDBED_")) {
        shell.env_remove(name);
    }
    shell.env_remove("CARGO_TERM_COLOR").env("SEEDBED_REGRESSIONS", kept);
    let output = shell.output().unwrap();
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_hunted_cache_is_reported_as_shown() {
    let shown = blocks("text").into_iter().find(|block| block.starts_with("seedbed: shop failed")).unwrap();
    let command = commands("cargo run --example find_a_race").remove(0);
    let printed = run(&command, "find_a_race");
    // Where it is saved depends on the folder, which is another one here.
    let (shown, _) = shown.split_once("  saved: ").unwrap();
    assert!(printed.contains(shown), "the README shows\n{shown}\nand the example prints\n{printed}");
    assert!(printed.contains("shop with leases passed 256 runs"), "{printed}");

    let line = shown.lines().find(|line| line.contains("SEEDBED_REPLAY=")).unwrap().trim();
    let again = run(line, "find_a_race_again");
    assert!(again.contains("shop failed with this replay line"), "{again}");
    assert!(again.contains("the shop shows 10, the price is 20"), "{again}");
}

#[test]
fn the_test_that_fails_on_purpose_prints_the_line_that_is_shown() {
    let report = run(&commands("cargo test --example bank -- --ignored").remove(0), "bank");
    let line = commands("SEEDBED_REPLAY=").remove(0);
    assert!(report.contains(&line), "the README shows\n{line}\nand the test prints\n{report}");
    let again = run(&line, "bank_again");
    assert!(again.contains("hasty_transfers_keep_the_total failed with this replay line"), "{again}");
}

#[test]
fn the_ticker_prints_its_three_traces() {
    let printed = run(&commands("cargo run --example ticker").remove(0), "ticker");
    let shown = blocks("text").into_iter().find(|block| block.contains("main/ticker")).unwrap();
    let all_shown = shown.lines().all(|line| printed.contains(line));
    assert!(all_shown, "the README shows\n{shown}\nand the example prints\n{printed}");
}

#[test]
fn chaos_is_reported_as_the_page_on_faults_shows() {
    is_reported_as_shown("chaos", "uploads", "docs/faults.md");
}

#[test]
fn the_lost_vote_is_reported_as_the_page_on_the_network_shows() {
    is_reported_as_shown("network", "election", "docs/net.md");
}

#[track_caller]
fn is_reported_as_shown(example: &str, hunt: &str, page: &str) {
    let page = std::fs::read_to_string(root().join(page)).unwrap();
    let shown = page.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    let printed = run(&format!("cargo run --example {example}"), example);
    // Where it is saved depends on the folder, which is another one here.
    let saved = format!("  saved: seedbed-regressions/{example}/{hunt}.txt\n");
    let parts = shown.split(&saved);
    let all_shown = parts.clone().count() == 2 && parts.clone().all(|part| printed.contains(part.trim()));
    assert!(all_shown, "the page shows\n{shown}\nand the example prints\n{printed}");
}
