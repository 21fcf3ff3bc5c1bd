//! Prints the rows of docs/integration.md for openraft: `integration/run.sh table`.
#![allow(dead_code, unused_imports, reason = "the programs are those of the tests")]

#[path = "../tests/openraft/clients.rs"]
mod clients;
#[path = "../tests/openraft/cluster.rs"]
mod cluster;
#[path = "../tests/openraft/clusters.rs"]
mod clusters;
#[path = "../tests/openraft/history.rs"]
mod history;
#[path = "../tests/openraft/ledger.rs"]
mod ledger;
#[path = "../tests/openraft/network.rs"]
mod network;
#[path = "../tests/openraft/planted.rs"]
mod planted;
#[path = "../tests/openraft/seeds.rs"]
mod seeds;
#[path = "../tests/openraft/store.rs"]
mod store;
#[path = "../tests/openraft/trouble.rs"]
mod trouble;
#[path = "../tests/openraft/types.rs"]
mod types;
#[path = "../tests/openraft/wire.rs"]
mod wire;

use planted::{PLANTED, find};
use seedbed_trials::table::{Planted, Subject};
use seeds::trial;

fn main() {
    let subject = Subject { name: "openraft".to_owned(), package: "openraft", folder: env!("CARGO_MANIFEST_DIR") };
    let measured = trial().measure(1_000);
    for planted in PLANTED {
        let found = Planted::find(planted.name, 5, |seed| find(planted, seed));
        subject.print(measured, Some(&found));
    }
}
