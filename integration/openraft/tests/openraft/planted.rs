//! Bugs in the glue, as they are made: the default portfolio must find each, and tell which strikes matter.

use seedbed::Hunt;
use seedbed::hunt::{Found, Verdict};

use crate::cluster::Reads;
use crate::clusters::{Plan, serve};
use crate::store::Fault;

/// Hunts as a test would and says what came of it: the number of the failing run, and what was left after shrinking.
fn hunt(name: &str, fault: Fault, reads: Reads) -> (u64, String) {
    let hunt = Hunt::new(name).runs(2_000).regressions_off().prove(false);
    let hunt = hunt.sim(|sim| sim.virtual_time(std::time::Duration::from_secs(3600)));
    let report = hunt.run(move || serve(Plan { fault, reads, ..Plan::of(3) }));
    let Verdict::Failed(finding) = report.verdict else { panic!("{name} was not found: {report}") };
    let Found::Run { number, .. } = finding.found else { panic!("{name} was found in the plain run") };
    let shrunk = finding.shrunk.as_ref().expect("it was shrunk");
    println!("| {name} | {number} | {} | {} |", shrunk.departures().len(), finding.signature);
    (number, finding.failure.to_string())
}

#[test]
fn entries_that_are_acknowledged_before_they_are_written_are_found() {
    let (_, failure) = hunt("acknowledged early", Fault::AcknowledgesEarly, Reads::Linearizable);
    assert!(!failure.is_empty());
}

#[test]
fn votes_that_a_crash_forgets_are_found() {
    let (_, failure) = hunt("forgotten votes", Fault::ForgetsVotes, Reads::Linearizable);
    assert!(!failure.is_empty());
}

#[test]
fn votes_that_overtake_the_log_are_found() {
    let (_, failure) = hunt("votes overtake the log", Fault::VotesOvertake, Reads::Linearizable);
    assert!(failure.contains("the cluster does not answer"), "{failure}");
}

#[test]
fn reads_that_no_quorum_confirmed_are_found() {
    let (_, failure) = hunt("unconfirmed reads", Fault::None, Reads::Unconfirmed);
    assert!(failure.contains("no order of the operations"), "{failure}");
}
