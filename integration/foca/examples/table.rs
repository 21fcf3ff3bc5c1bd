//! The rows of foca in `docs/integration.md`: how fast its runs are, whether any two differ, and how soon planted bugs are found.
#![allow(dead_code, unused_imports, reason = "the programs are those of the tests")]

#[path = "../tests/foca/cluster.rs"]
mod cluster;
#[path = "../tests/foca/glue.rs"]
mod glue;
#[path = "../tests/foca/peer.rs"]
mod peer;
#[path = "../tests/foca/planted.rs"]
mod planted;
#[path = "../tests/foca/programs.rs"]
mod programs;

use planted::PLANTED;
use programs::{DAY, FAULTS, a_hundred, churn};
use seedbed_trials::Trial;
use seedbed_trials::table::{Planted, Subject};

fn main() {
    let subject =
        |nodes| Subject { name: format!("foca, {nodes} nodes"), package: "foca", folder: env!("CARGO_MANIFEST_DIR") };
    let measured = Trial::of(FAULTS, || churn(5, 8)).virtual_time(DAY).measure(1_000);
    for bug in &PLANTED {
        let planted = Planted::find(bug.name, 10, |seed| bug.hunt(seed, 10_000, true));
        subject(5).print(measured, Some(&planted));
    }
    // A fraction of a run a second is no figure for the table.
    let hundred = Trial::of("lost+latency+duplicated+reordered", a_hundred).virtual_time(DAY).measure(10);
    let (seconds, seeds, divergences) = (hundred.runs_a_second.recip(), hundred.seeds, hundred.divergences);
    eprintln!(
        "A run of a hundred nodes takes {seconds:.1} s; {divergences} of {seeds} seeds, each run twice, gave two runs."
    );
}
