//! The words of a report about await points that were struck.

use std::collections::BTreeSet;
use std::fmt::{self, Formatter, Write as _};

use crate::choice::Kind;
use crate::explore::{Struck, Tried};
use crate::kernel::TARGET;

/// Whom the words are about.
pub(super) fn called(subject: &str) -> &str {
    if subject == TARGET { "the target" } else { subject }
}

pub(super) fn nothing_struck(f: &mut Formatter<'_>, name: &str, subject: &str, tasks: &[String]) -> fmt::Result {
    write!(f, "seedbed: {name} was not swept: ")?;
    if subject == TARGET {
        writeln!(f, "the target never waits, so that there is nowhere to strike it")?;
        return writeln!(f, "  run a future through it that has something to wait for: `target.run(future).await`");
    }
    match tasks.iter().any(|task| task == subject) {
        true => writeln!(f, "{subject} never waits, so that there is nowhere to strike it"),
        false => writeln!(f, "there is no task {subject}\n  there are {}", tasks.join(", ")),
    }
}

/// A table of await points, and what came of each.
pub(super) fn await_points(struck: &Struck) -> String {
    let who = called(&struck.subject);
    let what = if struck.kind == Kind::Panic { "made to panic" } else { "cancelled" };
    let (points, runs) = (counted(struck.points.len() as u64, "await point"), counted(struck.runs(), "run"));
    let mut text = format!("  {who} was {what} at {points} ({runs}):\n");
    let places: Vec<String> = struck.points.iter().map(|point| point.point.to_string()).collect();
    let width = places.iter().map(|place| place.chars().count()).max().unwrap_or(0);
    for (point, place) in struck.points.iter().zip(&places) {
        let ways = |tried: &mut dyn Iterator<Item = &Tried>| tried.map(|tried| tried.strike).collect::<BTreeSet<_>>();
        let (failed, tried) = (ways(&mut point.failed()), ways(&mut point.tries.iter()));
        let came = match failed.len() {
            0 if tried.is_empty() => "not tried".to_owned(),
            0 => "held".to_owned(),
            all if all == tried.len() => "FAILED".to_owned(),
            _ => format!("FAILED {}", failed.iter().map(|way| way.words()).collect::<Vec<_>>().join(", ")),
        };
        let _infallible = writeln!(text, "    {:>3}  {place:width$}  {came}", u64::from(point.point.n) + 1);
    }
    text
}

/// `1 run`, `2 runs`.
pub(super) fn counted(count: u64, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}
