//! The rows of foca in `docs/integration.md`: how fast its runs are, and whether any two differ.

#[path = "../tests/foca/cluster.rs"]
#[allow(dead_code, reason = "the programs are those of the tests")]
mod cluster;
#[path = "../tests/foca/peer.rs"]
mod peer;
#[path = "../tests/foca/programs.rs"]
#[allow(dead_code, reason = "the programs are those of the tests")]
mod programs;

use programs::{DAY, FAULTS, churn};
use seedbed_trials::Trial;
use seedbed_trials::table::Subject;

fn main() {
    let folder = env!("CARGO_MANIFEST_DIR");
    let subject = Subject { name: "foca, 5 nodes".to_owned(), package: "foca", folder };
    let trial = Trial::of(FAULTS, || churn(5, 8)).virtual_time(DAY);
    subject.print(trial.measure(1_000), None);
}
