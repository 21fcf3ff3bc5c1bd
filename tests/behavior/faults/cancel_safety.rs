//! The table of `docs/cancel_safety.md` is what the sweeps find.

use std::fmt::Write as _;

use super::pipes::PIPES;
use super::primitives::PRIMITIVES;

const PAGE: &str = include_str!("../../../docs/cancel_safety.md");

/// What stands around the table in the page.
const BEGIN: &str = "<!-- The table is made by tests/behavior/faults/cancel_safety.rs. -->\n";
const END: &str = "<!-- The end of the table. -->";

#[test]
fn the_page_says_what_the_sweeps_find() {
    let mut table = "| primitive | documented | must hold | found |\n|---|---|---|---|\n".to_owned();
    for primitive in PRIMITIVES.iter().chain(&PIPES) {
        let report = (primitive.sweep)();
        assert!(!report.points.is_empty(), "{}: {report}", primitive.name);
        let failed: Vec<_> = report.points.iter().filter(|point| point.failed().count() > 0).collect();
        let of = report.points.len();
        let found = match failed.len() {
            0 => format!("holds at {of} of {of} await points"),
            failed => format!("**fails** at {failed} of {of} await points"),
        };
        let (name, documented, source, holds) =
            (primitive.name, primitive.documented, primitive.source, primitive.holds);
        writeln!(table, "| {name} | [{documented}](https://docs.rs/{source}) | {holds} | {found} |").unwrap();
    }
    let versions = ["tokio", "async-channel", "futures"].map(|name| format!("{name} {}", version_of(name))).join(", ");
    writeln!(table, "\nSwept with {versions}.").unwrap();
    let (_, rest) = PAGE.split_once(BEGIN).expect("the page has lost the beginning of its table");
    let (written, _) = rest.split_once(END).expect("the page has lost the end of its table");
    assert!(written == table, "write this into docs/cancel_safety.md:\n{table}");
}

/// The version of a package that these tests are built with.
fn version_of(package: &str) -> String {
    let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock")).unwrap();
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \"")).expect("not in Cargo.lock");
    rest.split('"').next().unwrap_or_default().to_owned()
}
