//! Help texts, completions and manual pages, and what a wrong command line is told.

#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]

mod common;

use std::fs;

use common::seedbed;

const COMMANDS: [&str; 11] =
    ["list", "hunt", "merge", "replay", "shrink", "explain", "show", "diff", "review", "completions", "man"];

#[test]
fn every_command_has_help_with_examples() {
    let all = seedbed(&["--help"]).run().ends_with(0);
    for command in COMMANDS {
        assert!(all.stdout.contains(&format!("\n  {command} ")), "{command} in\n{}", all.stdout);
        seedbed(&[command, "--help"]).run().ends_with(0).says("Usage: cargo seedbed").says("Examples:");
    }
}

#[test]
fn completions_are_made_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let seen = seedbed(&["completions", shell]).run().ends_with(0);
        for word in ["hunt", "canary", "no-shrink"] {
            assert!(seen.stdout.contains(word), "no {word} for {shell}");
        }
    }
}

#[test]
fn bash_reads_its_completions() {
    let seen = seedbed(&["completions", "bash"]).run();
    let script = seen.folder.path().join("completions.bash");
    fs::write(&script, &seen.stdout).unwrap();
    let words = "COMP_WORDS=(cargo-seedbed hunt --can); COMP_CWORD=2; $(complete -p cargo-seedbed | sed 's/.*-F \\([^ ]*\\).*/\\1/') cargo-seedbed --can hunt; echo ${COMPREPLY[@]}";
    let bash = std::process::Command::new("bash").arg("-c").arg(format!("source {script:?}; {words}")).output();
    // Where there is no bash there is nothing to try.
    if let Ok(output) = bash {
        assert_eq!(
            String::from_utf8_lossy(&output.stdout).trim(),
            "--canary",
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let trial = seedbed(&["man"]).out();
    let seen = trial.run().ends_with(0);
    for command in COMMANDS {
        let page = seen.file(&format!("cargo-seedbed-{command}.1"));
        assert!(page.contains(&format!(".TH cargo-seedbed-{command} 1")), "{page}");
    }
    assert!(seen.file("cargo-seedbed.1").contains("hunt"));
}

#[test]
fn a_wrong_command_line_ends_with_1() {
    seedbed(&["hant"]).run().ends_with(1).complains("hunt");
    seedbed(&["hunt", "--time", "soon"]).run().ends_with(1).complains("10m");
    seedbed(&["hunt", "--runs", "0"]).run().ends_with(1).complains("at least 1");
    seedbed(&["hunt", "--seed", "red"]).run().ends_with(1).complains("\"red\" is no seed");
    seedbed(&["merge"]).run().ends_with(1).complains("<DIR>");
}

#[test]
fn a_shard_wants_a_seed_and_is_never_guessed() {
    seedbed(&["hunt", "--shard", "1/4"]).run().ends_with(1).complains("needs --seed");
    seedbed(&["hunt", "--shard", "5/4"]).run().ends_with(1).complains("no shard 5/4");
    let auto = |shard| seedbed(&["hunt", "--seed", "1", "--shard", shard]);
    auto("auto").run().ends_with(1).complains("no engine").complains("--shard K/N");
    auto("auto").env("PARALLEL_SEQ", "3").run().ends_with(1).complains("not how many there are").complains("auto/N");
    auto("auto/4").env("PARALLEL_SEQ", "3").env("CI_NODE_INDEX", "1").run().ends_with(1).complains("several engines");
}

#[test]
fn a_folder_without_a_project_is_told_as_such() {
    let mut trial = seedbed(&["list"]);
    let folder = tempfile::tempdir().unwrap();
    trial.command.current_dir(folder.path());
    trial.run().ends_with(1).complains("Cargo.toml");
}
