//! Do the policies find what they are there for? Small programs with one bug each, and how soon each policy shows it.
#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]

#[path = "zoo/programs/mod.rs"]
mod programs;

use programs::ZOO;
use seedbed::choice::ReplayMode;
use seedbed::policy::{Policy, Profile, by_name, portfolio};
use seedbed::{Report, Seed, Sim};

/// What the plain run of a program taught.
fn profile(run: fn(Sim) -> Report<()>) -> Profile {
    run(Sim::new(0).trace(false).profile(true)).profile
}

#[test]
fn plain_order_shows_no_bug() {
    for entry in ZOO {
        for seed in 0..10 {
            let report = (entry.run)(Sim::new(seed));
            assert!(report.is_ok(), "{}: {}", entry.name, report.result.unwrap_err());
        }
    }
}
