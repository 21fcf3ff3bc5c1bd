//! Bugs in the glue, as they are made: the default portfolio must find each, and tell which strikes matter.

use seedbed::hunt::{Found, HuntReport, Verdict};

use crate::clusters::{Plan, hunt, serve};
use crate::store::Fault;
use crate::wire::Reads;

/// A planted bug.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planted {
    pub(crate) name: &'static str,
    fault: Fault,
    reads: Reads,
}

pub(crate) const PLANTED: [Planted; 4] = [
    Planted {
        name: "writes are acknowledged before they are stored",
        fault: Fault::AcknowledgesEarly,
        reads: Reads::ReadIndex,
    },
    Planted { name: "a crash forgets votes", fault: Fault::ForgetsVotes, reads: Reads::ReadIndex },
    Planted { name: "votes overtake the log", fault: Fault::VotesOvertake, reads: Reads::ReadIndex },
    Planted { name: "reads trust a stale lease", fault: Fault::None, reads: Reads::Unconfirmed },
];

/// Hunts as a test would.
pub(crate) fn find(planted: Planted, seed: u64) -> HuntReport {
    let Planted { name, fault, reads } = planted;
    hunt(name).seed(seed).runs(10_000).prove(false).run(move || serve(Plan { fault, reads, ..Plan::of(3) }))
}

#[test]
fn planted_bugs_are_found() {
    for planted in PLANTED {
        let report = find(planted, 0);
        let Verdict::Failed(finding) = &report.verdict else { panic!("{} was not found: {report}", planted.name) };
        let Found::Run { .. } = finding.found else { panic!("{} was found without a hunt", planted.name) };
        let expected: &[&str] = match planted.fault {
            Fault::None => &["no order of the operations"],
            Fault::AcknowledgesEarly => {
                &["at index", "no order of the operations", "does not answer", "the disk is well"]
            }
            Fault::ForgetsVotes => &["two leaders in term", "at index", "no order of the operations"],
            Fault::VotesOvertake => &["does not answer", "at index", "no order of the operations", "the disk is well"],
        };
        let failure = finding.failure.to_string();
        let is_expected = expected.iter().any(|words| failure.contains(words));
        let departures = finding.shrunk.as_ref().map_or(0, |shrunk| shrunk.departures().len());
        assert!(departures > 0 && is_expected, "{}: {departures} departures, {failure}", planted.name);
    }
}
