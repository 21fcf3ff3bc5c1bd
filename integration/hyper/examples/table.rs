//! The rows of hyper in `docs/integration.md`: how fast its runs are, whether any two differ, and how soon a planted bug is found.

#[path = "../tests/programs/mod.rs"]
mod programs;

use programs::paying::three_payments;
use programs::{FAULTS, VERSIONS, Version, trial};
use seedbed::hunt::{Hunt, HuntReport};
use seedbed_trials::table::{Planted, Subject, version_of};

fn hunt(version: Version, seed: u64) -> HuntReport {
    let hunt = Hunt::new("hasty").seed(seed).runs(10_000).faults(FAULTS).regressions_off().prove(false);
    hunt.run(move || three_payments(version, true))
}

fn main() {
    let folder = env!("CARGO_MANIFEST_DIR");
    for version in VERSIONS {
        let protocol = if version == Version::Http1 { "HTTP/1" } else { "HTTP/2" };
        let subject = Subject { name: format!("hyper, {protocol}"), package: "hyper", folder };
        let planted = Planted::find("payments are retried", 10, |seed| hunt(version, seed));
        subject.print(trial(version).measure(1_000), Some(&planted));
    }
    let others = ["h2", "http", "http-body-util", "tower"].map(|name| format!("{name} {}", version_of(folder, name)));
    eprintln!("With {}.", others.join(", "));
}
