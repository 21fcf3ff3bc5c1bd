//! A hunt in a plain executable: proven by starting the same program with the same arguments.
//!
//! The program is its own test. With an argument it hunts, as a user's program would; without, it starts itself and looks at what that said.
#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]
#![allow(clippy::disallowed_methods, reason = "the children get an environment of their own")]

use std::process::Command;

use seedbed::{Hunt, spawn, yield_now};
use std::cell::Cell;
use std::rc::Rc;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["hunt", amount] => hunt(amount.parse().unwrap()),
        // Test runners ask for the names of tests.
        [.., "--list"] | ["--list", ..] => {
            if !arguments.iter().any(|argument| argument == "--ignored") {
                println!("plain_executables_are_proven: test");
            }
        }
        _ => plain_executables_are_proven(),
    }
}

/// Two withdrawals from one account.
fn hunt(amount: u32) {
    let report = Hunt::new("withdrawals").regressions_off().run(move || async move {
        let balance = Rc::new(Cell::new(amount));
        let withdrawals = [1, 2].map(|_| {
            let balance = Rc::clone(&balance);
            spawn(async move {
                if balance.get() >= amount {
                    yield_now().await;
                    balance.set(balance.get().checked_sub(amount).expect("the account is overdrawn"));
                }
            })
        });
        for withdrawal in withdrawals {
            withdrawal.await.unwrap();
        }
    });
    println!("{report}");
}

fn plain_executables_are_proven() {
    let program = std::env::current_exe().unwrap();
    let hunt = |line: Option<&str>| {
        let mut command = Command::new(&program);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SEEDBED_")) {
            command.env_remove(name);
        }
        command.args(["hunt", "100"]).env_remove("CARGO_PKG_NAME");
        if let Some(line) = line {
            command.env("SEEDBED_REPLAY", line);
        }
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let report = hunt(None);
    assert!(report.contains("the account is overdrawn"), "{report}");
    assert!(report.contains("replay (verified in a fresh process):"), "{report}");
    let (_, rest) = report.split_once("SEEDBED_HUNT=withdrawals SEEDBED_REPLAY=").unwrap();
    let (line, command) = rest.lines().next().unwrap().split_once(' ').unwrap();
    assert!(command.ends_with(" hunt 100"), "the line runs the same program with the same arguments: {command}");
    let again = hunt(Some(line));
    assert!(again.contains("withdrawals failed with this replay line"), "{again}");
    assert!(again.contains("the account is overdrawn"), "{again}");
}
