//! `cargo seedbed review`: insta's own review, or how to get it.

#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]

mod common;

use std::fs;
use std::path::Path;

use common::{Trial, seedbed};

/// A cargo that only writes down what it was asked for, and ends with a status for each.
fn cargo(trial: Trial, version: i32, review: i32) -> Trial {
    let cargo = trial.folder.path().join("cargo");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> \"$0.asked\"\ncase \"$2\" in --version) exit {version};; *) exit {review};; esac\n"
    );
    fs::write(&cargo, script).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&cargo, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    trial.env("CARGO", &cargo.display().to_string())
}

fn asked(folder: &Path) -> String {
    fs::read_to_string(folder.join("cargo.asked")).unwrap()
}

#[cfg(unix)]
#[test]
fn insta_reviews_and_gets_the_flags() {
    let seen = cargo(seedbed(&["review", "--all", "--snapshot", "a.snap"]), 0, 0).run().ends_with(0);
    assert_eq!(asked(seen.folder.path()), "insta --version\ninsta review --all --snapshot a.snap\n");
}

#[cfg(unix)]
#[test]
fn without_it_the_error_says_how_to_get_it() {
    let seen = cargo(seedbed(&["review"]), 101, 0).run().ends_with(1);
    let seen =
        seen.complains("cargo insta is not installed").complains("cargo install cargo-insta").complains(".snap.new");
    assert_eq!(asked(seen.folder.path()), "insta --version\n");
}

#[cfg(unix)]
#[test]
fn its_failure_is_ours() {
    cargo(seedbed(&["review"]), 0, 3).run().ends_with(1).complains("cargo insta review ended with exit status: 3");
}
