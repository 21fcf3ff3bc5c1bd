//! The job `describe`: what a hunt is, without a run.

use crate::hunt::records::Line;
use crate::hunt::search::Search;
use crate::seed::Seed;

/// The record `hunt`.
pub(super) fn describe(search: &Search, base: Seed) -> Line {
    let (place, at) = (&search.place, search.at);
    Line::new("hunt", &place.hunt)
        .with_some("test", place.test.as_ref())
        .with("runs", &search.runs)
        .with("policy", &search.policy)
        .with("faults", &search.faults.map(|faults| faults.to_string()))
        .with_plain("seed", base)
        .with("arguments", &search.shrink_inputs.is_some())
        .with("should_fail", &search.should_fail)
        .with("file", at.file())
        .with("line", &at.line())
        .with("package_dir", &place.package_dir.to_string_lossy())
        .with("regressions", &search.regressions().map(|kept| kept.shown().to_string_lossy().into_owned()))
        .with("command", &place.command())
}
