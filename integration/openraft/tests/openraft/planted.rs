//! Bugs in the glue, as they are made: the default portfolio must find each, and tell which strikes matter.

use std::time::Duration;

use seedbed::Hunt;
use seedbed::hunt::{Found, Verdict};

use crate::cluster::Reads;
use crate::clusters::{Plan, serve};
use crate::store::Fault;

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
        reads: Reads::Linearizable,
    },
    Planted { name: "a crash forgets votes", fault: Fault::ForgetsVotes, reads: Reads::Linearizable },
    Planted { name: "votes overtake the log", fault: Fault::VotesOvertake, reads: Reads::Linearizable },
    Planted { name: "reads trust a stale lease", fault: Fault::None, reads: Reads::Unconfirmed },
];

/// Where a planted bug was found: the number of the run, the departures that are left, and what failed.
#[derive(Debug)]
pub(crate) struct Met {
    pub(crate) run: u64,
    pub(crate) departures: usize,
    pub(crate) failure: String,
}

/// Hunts as a test would.
pub(crate) fn find(planted: Planted, seed: u64) -> Met {
    let Planted { name, fault, reads } = planted;
    let hunt = Hunt::new(name).seed(seed).runs(2_000).regressions_off().prove(false);
    let hunt = hunt.sim(|sim| sim.virtual_time(Duration::from_secs(3_600)));
    let report = hunt.run(move || serve(Plan { fault, reads, ..Plan::of(3) }));
    let Verdict::Failed(finding) = report.verdict else { panic!("{name} was not found: {report}") };
    let Found::Run { number: run, .. } = finding.found else { panic!("{name} was found without a hunt") };
    let departures = finding.shrunk.as_ref().map_or(0, |shrunk| shrunk.departures().len());
    Met { run, departures, failure: finding.failure.to_string() }
}

#[test]
fn planted_bugs_are_found() {
    for planted in PLANTED {
        let met = find(planted, 0);
        let expected = match planted.fault {
            Fault::None => ["no order of the operations", ""],
            Fault::AcknowledgesEarly => ["no order of the operations", "does not answer"],
            Fault::ForgetsVotes => ["two leaders in term", "no order of the operations"],
            Fault::VotesOvertake => ["does not answer", "no order of the operations"],
        };
        let is_expected = expected.iter().any(|words| !words.is_empty() && met.failure.contains(words));
        assert!(met.run > 0 && met.departures > 0 && is_expected, "{}: {met:?}", planted.name);
    }
}
