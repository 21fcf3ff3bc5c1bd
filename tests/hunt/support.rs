//! What the tests of hunts share.

use std::future::Future;

use seedbed::hunt::{Divergence, Finding, HuntReport, Verdict};
use seedbed::{Hunt, Report, Sim};

/// A hunt that leaves no trace on disk and starts no process.
pub(crate) fn quiet(name: &str) -> Hunt {
    Hunt::new(name).regressions_off().prove(false)
}

/// What a hunt must have found.
#[track_caller]
pub(crate) fn found(report: HuntReport) -> Finding {
    match report.verdict {
        Verdict::Failed(finding) => *finding,
        _ => panic!("the hunt should have found a failure: {report}"),
    }
}

/// What a hunt must have found to differ.
#[track_caller]
pub(crate) fn diverged(report: HuntReport) -> Divergence {
    match report.verdict {
        Verdict::NotDeterministic(divergence) => *divergence,
        _ => panic!("the program should have been found not to be deterministic: {report}"),
    }
}

/// One run of a program in plain order.
pub(crate) fn once<M: Future<Output = ()> + 'static>(program: impl Fn() -> M) -> Report<()> {
    Sim::new(0).run(program())
}
