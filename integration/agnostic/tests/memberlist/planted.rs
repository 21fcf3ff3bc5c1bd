//! Bugs in the glue, as they are made: the default portfolio must find each.

use std::time::Duration;

use memberlist_core::proto::MaybeResolvedAddress;
use memberlist_core::{Memberlist, Options};
use seedbed::hunt::{HuntReport, Verdict};
use seedbed::{Hunt, net, sleep};
use seedbed_trials::runs;

use crate::cluster::{FAULTS, Plan, hunt, live};
use crate::events::Spreading;
use crate::machine::simulated;
use crate::transport::{Glue, Wires, address_of};

pub(crate) const EVENTS: &str = "user events are sent once";
pub(crate) const READS: &str = "one read is taken for all";

/// A cluster whose nodes send each event to the next node only, and not with their state.
pub(crate) fn lose_events(seed: u64) -> HuntReport {
    let plan = Plan { spreading: Spreading::Once, rounds: 2, ..Plan::of(3) };
    hunt(EVENTS).faults(FAULTS).prove(false).seed(seed).runs(1_000).run(move || live(plan))
}

/// Two nodes that exchange their states where nothing is lost.
async fn meet(glue: Glue) {
    simulated(async move {
        let nodes = ["n1", "n2"].map(|name| {
            net::host(name).spawn(async move {
                // Where tasks are slow, a second is not enough.
                let options = Options::local().with_timeout(Duration::from_secs(3_600));
                let list = Memberlist::<Wires>::new((name.into(), glue), options).await.expect("it starts");
                if name == "n2" {
                    sleep(Duration::from_secs(1)).await;
                    let joined = list.join(MaybeResolvedAddress::resolved(address_of("n1"))).await;
                    assert!(joined.is_ok(), "n1 is there, and the states are not exchanged: {joined:?}");
                }
                list
            })
        });
        for node in nodes {
            drop(node.await.expect("nobody cancels it"));
        }
        for name in ["n1", "n2"] {
            net::host(name).kill();
        }
    })
    .await;
}

pub(crate) fn read_once(seed: u64) -> HuntReport {
    let hunt = Hunt::new(READS).regressions_off().prove(false).faults("latency+short").seed(seed).runs(1_000);
    hunt.run(move || meet(Glue::ReadsOnce))
}

fn assert_finds(report: &HuntReport, words: &str) {
    let Verdict::Failed(finding) = &report.verdict else { panic!("it was not found\n{report}") };
    assert!(finding.failure.to_string().contains(words), "{report}");
}

#[test]
fn events_that_are_sent_once_are_found_missing() {
    assert_finds(&lose_events(0), "the cluster does not converge");
}

#[test]
fn a_read_that_is_taken_for_all_is_found() {
    assert_finds(&read_once(0), "the states are not exchanged");
}

#[test]
fn sound_readers_exchange_states() {
    let report = Hunt::new("sound").regressions_off().faults("latency+short").runs(runs(300)).run(|| meet(Glue::Sound));
    assert!(report.is_ok(), "{report}");
}
