//! `cargo seedbed show`: the trace of a run of a real project, in the terminal and as files.

#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]

mod common;

use std::fs;
use std::process::Command;
use std::sync::OnceLock;

use common::{clean, seedbed};

/// A run in which the two clerks block each other.
fn deadlock() -> String {
    static LINE: OnceLock<String> = OnceLock::new();
    let hunt = || {
        let seen =
            seedbed(&["hunt", "ledgers", "--seed", "7", "--runs", "60", "--fail-fast"]).out().run().ends_with(100);
        seen.summary()["groups"][0]["replay"].as_str().unwrap().to_owned()
    };
    LINE.get_or_init(hunt).clone()
}

const LEDGERS: [&str; 2] = ["--test", "ledgers_are_balanced"];

#[test]
fn a_trace_is_told_with_its_verdict_and_departures() {
    let line = deadlock();
    let seen = seedbed(&["show", &line]).args(&LEDGERS).run().ends_with(0);
    let seen = seen
        .says("ledgers_are_balanced\n  failed: deadlock: 3 tasks wait and nothing can wake them, 0.001s\n")
        .says("◆ 1 ran main/buyer")
        .says("main/buyer waits for lock stock since 0.001s, which is up to main/seller\n")
        .says("cycle: main/seller -> main/buyer -> main/seller\n")
        .says("0.001s  main/buyer   wait      lock stock\n")
        .omits("\u{1b}[");
    assert!(!seen.stdout.lines().any(|line| line.ends_with(" poll")), "{}", seen.stdout);
    seedbed(&["show", &line, "--view", "full"])
        .args(&LEDGERS)
        .run()
        .ends_with(0)
        .says("main/seller  poll\n")
        .says("wake      by main\n");
}

#[test]
fn colours_are_there_where_they_are_wanted() {
    let line = deadlock();
    let coloured = seedbed(&["show", &line]).args(&LEDGERS).env("CLICOLOR_FORCE", "1").run().ends_with(0);
    assert!(coloured.stdout.contains("\u{1b}[36mwait"), "{}", coloured.stdout);
    let plain =
        seedbed(&["show", &line]).args(&LEDGERS).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").run().ends_with(0);
    plain.omits("\u{1b}[");
}

#[test]
fn a_part_of_it_is_shown_and_unknown_names_are_refused() {
    let line = deadlock();
    let seen = seedbed(&["show", &line, "--task", "main/buyer", "--event", "wait", "--event", "sleep"])
        .args(&LEDGERS)
        .run()
        .ends_with(0);
    let rows: Vec<&str> = seen.stdout.lines().filter(|row| row.starts_with("0.00")).collect();
    assert_eq!(rows, ["0.000s  main/buyer  sleep  until 0.001s", "0.001s  main/buyer  wait   lock stock"]);
    seedbed(&["show", &line, "--task", "buyer"])
        .args(&LEDGERS)
        .run()
        .ends_with(1)
        .complains("no task of this run is called buyer")
        .complains("main/buyer");
    seedbed(&["show", &line, "--event", "blocks"])
        .args(&LEDGERS)
        .run()
        .ends_with(1)
        .complains("no event of this run has the word blocks")
        .complains("deadlock");
}

#[test]
fn files_are_written() {
    let line = deadlock();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let [html, perfetto, dot, svg] = ["a.html", "a.json", "a.dot", "a.svg"].map(path);
    let files = ["--html", &html, "--perfetto", &perfetto, "--dot", &dot, "--svg", &svg];
    let seen = seedbed(&["show", &line]).args(&LEDGERS).args(&files).run().ends_with(0).complains("wrote ");
    assert_eq!(seen.stdout, "");
    let read = |path: &str| fs::read_to_string(path).unwrap();
    let page = read(&html);
    assert!(
        page.contains(&format!("\"replay\":\"{line}\""))
            && page.contains("main/buyer")
            && page.contains("deadlock-cycle-tip")
    );
    let events: serde_json::Value = serde_json::from_str(&read(&perfetto)).unwrap();
    assert!(events["traceEvents"].as_array().unwrap().iter().any(|event| event["name"] == "wait lock till"));
    assert!(read(&dot).contains("label=\"lock stock\"") && read(&svg).contains("lock stock"));

    let nowhere = path("missing/a.html");
    seedbed(&["show", &line, "--html", &nowhere])
        .args(&LEDGERS)
        .run()
        .ends_with(1)
        .complains("a.html cannot be written");
}

#[test]
fn a_run_without_a_deadlock_has_no_graph() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.dot").display().to_string();
    seedbed(&["show", "plain", "--test", "ledgers_are_balanced", "--dot", &file])
        .run()
        .ends_with(1)
        .complains("this run did not end in a deadlock: it passed")
        .complains("--html shows any run");
    assert!(!folder.path().join("a.dot").exists());
}

#[test]
fn a_line_that_cannot_be_read_says_where() {
    seedbed(&["show", "sb1:XX"])
        .args(&LEDGERS)
        .run()
        .ends_with(1)
        .complains("sb1:XX: a line that is not a replay line")
        .complains("character");
    seedbed(&["show", "sb1:XX", "--test", "zebra"]).run().ends_with(1).complains("no test is called zebra");
}

/// A pager is for a terminal; `script` makes one where it is installed.
#[test]
fn a_terminal_gets_a_pager() {
    let line = deadlock();
    let trial = seedbed(&["show", &line, "--view", "full"]);
    let told = format!(
        "stty rows 10 cols 80; {} seedbed show {line} --view full --test ledgers_are_balanced",
        env!("CARGO_BIN_EXE_cargo-seedbed")
    );
    let mut command = Command::new("script");
    command.args(["-qec", &told, "/dev/null"]);
    clean(&mut command, trial.folder.path());
    command.env("PAGER", "sed s/^/paged:/").env("TERM", "xterm");
    let Ok(output) = command.output() else {
        eprintln!("passed over: there is no program called script to make a terminal");
        return;
    };
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.lines().filter(|line| line.starts_with("paged:")).count() > 10, "{shown}");
    assert!(shown.contains("\u{1b}["), "{shown}");
}
