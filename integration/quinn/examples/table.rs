//! The rows of quinn in `docs/integration.md`: how fast its runs are, whether any two differ, and how soon each planted bug is found.
#![allow(dead_code, unused_imports, reason = "the programs are those of the tests")]

#[path = "../tests/quinn/planted.rs"]
mod planted;
#[path = "../tests/quinn/seeds.rs"]
mod seeds;
#[path = "../tests/quinn/streams.rs"]
mod streams;
#[path = "../tests/quinn/world.rs"]
mod world;

use planted::{PLANTED, hunt};
use seedbed_trials::table::{Planted, Subject, version_of};

fn main() {
    let folder = env!("CARGO_MANIFEST_DIR");
    let subject = Subject { name: "quinn".to_owned(), package: "quinn", folder };
    let measured = seeds::trials()[1].measure(1_000);
    for planted in &PLANTED {
        let found = Planted::find(planted.name, 5, |seed| hunt(planted, true, seed, 10_000));
        subject.print(measured, Some(&found));
    }
    let others =
        ["quinn-proto", "rustls", "ring", "x25519-dalek"].map(|name| format!("{name} {}", version_of(folder, name)));
    eprintln!("With {}.", others.join(", "));
}
