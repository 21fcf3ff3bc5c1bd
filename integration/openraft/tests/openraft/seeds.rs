//! A seed is a run: made twice in a process, and in another one.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use seedbed::policy::{Profile, portfolio};
use seedbed::{Seed, Sim};

use crate::clusters::{Plan, serve};

const PRINTS: &str = "INTEGRATION_PRINTS";

/// So many seeds are tried; `INTEGRATION_SEEDS` says another number.
fn seeds() -> u64 {
    std::env::var("INTEGRATION_SEEDS")
        .ok()
        .map_or(1_000, |number| number.parse().expect("INTEGRATION_SEEDS is a number"))
}

fn sim(seed: impl Into<Seed>) -> Sim {
    Sim::new(seed).virtual_time(Duration::from_secs(3_600)).trace(false)
}

/// What the plain run teaches the policies.
pub(crate) fn profile() -> Profile {
    sim(0).profile(true).run(serve(Plan::of(3))).profile
}

/// The digest of a run of three nodes, in an order of the portfolio.
pub(crate) fn digest(number: u64, profile: &Profile) -> String {
    let seed = Seed::new(0).nth(number);
    let report = sim(seed).policy(portfolio(number, seed, profile)).run(serve(Plan::of(3)));
    report.digest.to_string()
}

#[test]
fn a_seed_is_a_run_in_every_process() {
    let profile = profile();
    let here: Vec<String> = (0..seeds()).map(|number| digest(number, &profile)).collect();
    if std::env::var_os(PRINTS).is_some() {
        for (number, digest) in here.iter().enumerate() {
            println!("\nseed {number}: {digest}");
        }
        return;
    }
    let executable = std::env::current_exe().expect("an executable");
    let mut other = Command::new(executable)
        .args(["--exact", "seeds::a_seed_is_a_run_in_every_process", "--nocapture"])
        .env(PRINTS, "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts again");
    // While it runs, this process makes them once more.
    for (number, digest) in (0..).zip(&here) {
        assert_eq!(self::digest(number, &profile), *digest, "seed {number} gives two runs in one process");
    }
    let lines: Vec<String> =
        BufReader::new(other.stdout.take().expect("a pipe")).lines().map_while(Result::ok).collect();
    assert!(other.wait().expect("it ends").success());
    for (number, digest) in here.iter().enumerate() {
        assert!(lines.contains(&format!("seed {number}: {digest}")), "seed {number} is another run in another process");
    }
}
