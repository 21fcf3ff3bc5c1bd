//! Prints the rows of docs/integration.md for what runs on agnostic-lite: `integration/run.sh table`.
#![allow(dead_code, unused_imports, reason = "the programs are those of the tests")]

#[path = "../tests/memberlist/cluster.rs"]
mod cluster;
#[path = "../tests/memberlist/events.rs"]
mod events;
#[path = "../tests/memberlist/machine.rs"]
mod machine;
#[path = "../tests/memberlist/planted.rs"]
mod planted;
#[path = "../tests/memberlist/seeds.rs"]
mod seeds;
#[path = "../tests/memberlist/transport.rs"]
mod transport;

use planted::{EVENTS, READS, lose_events, read_once};
use seedbed_trials::seeds as count;
use seedbed_trials::table::{Planted, Subject};
use seeds::{trial, uncured};

fn main() {
    let folder = env!("CARGO_MANIFEST_DIR");
    let subject = Subject { name: "memberlist-core".to_owned(), package: "memberlist-core", folder };
    let measured = trial().measure(count());
    subject.print(measured, Some(&Planted::find(EVENTS, 5, lose_events)));
    subject.print(measured, Some(&Planted::find(READS, 5, read_once)));
    for (how, trial) in uncured() {
        eprintln!("memberlist-core {how}: {:?}", trial.measure(count()));
    }
}
