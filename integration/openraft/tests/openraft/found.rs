//! What openraft as published does against its own documentation: these tests fail when it does so no longer, and `docs/found.md` is to be
//! brought up to date then.

use std::rc::Rc;
use std::time::Duration;

use openraft::Config;
use seedbed::hunt::Verdict;
use seedbed::{Sim, net, sleep};

use crate::clients::Client;
use crate::cluster::{Cluster, ms};
use crate::clusters::{Plan, hunt, serve};
use crate::history::History;
use crate::wire::{Reads, Reply, Request};

/// A client of three nodes that are a cluster, and the leader.
async fn three_nodes(config: fn() -> Config) -> (Rc<Cluster>, Client, u64) {
    let cluster = Cluster::start(Plan { config, ..Plan::of(3) });
    let mut client = Client::new(Rc::clone(&cluster), Rc::new(History::default()), 0);
    client.set_up().await;
    sleep(ms(1_000)).await;
    let leader = cluster.leader().expect("somebody leads after a second");
    (cluster, client, leader)
}

/// Whether a write was acknowledged: it is in the log of a majority, for good.
async fn writes(client: &mut Client, node: u64, value: u64) -> bool {
    matches!(client.ask(node, &Request::Write(value)).await, Some(Reply::Done))
}

async fn reads(client: &mut Client, node: u64, reads: Reads) -> Option<u64> {
    match client.ask(node, &Request::Read(reads)).await {
        Some(Reply::Value(value)) => Some(value),
        _ => None,
    }
}

/// A leader whose disk is slow loses its power when both followers have stored a write, and it has not. It comes back at once, and another
/// value is written and acknowledged. Which promise of Raft was broken, if any.
async fn a_leader_comes_back(config: fn() -> Config) -> Option<String> {
    let (cluster, mut client, leader) = three_nodes(config).await;
    cluster.disks[&leader].slow_down(ms(50));
    let written = seedbed::timeout(ms(10), writes(&mut client, leader, 1)).await;
    assert!(written.is_err(), "the leader acknowledges what it has stored itself");
    cluster.crash(&[leader], ms(20)).await;
    cluster.disks[&leader].slow_down(Duration::ZERO);
    let mut turn = 0;
    while !writes(&mut client, 1 + turn % 3, 2).await {
        turn += 1;
        assert!(turn < 100, "the cluster does not answer");
        sleep(ms(50)).await;
    }
    seedbed::timeout(ms(1_000), cluster.ledger.broken()).await.ok()
}

/// `Config::enable_leader_restore` is on by default; its documentation names two conditions for inconsistencies (a state machine that is not
/// flushed, a committed log id that is not persisted), of which neither holds here. `RaftLogStorage::append` need not wait for the disk.
#[test]
fn openraft_loses_a_committed_entry_when_a_leader_restarts_and_leads_on() {
    let by_default = Sim::new(0).run(a_leader_comes_back(Config::default)).unwrap();
    let broken = by_default.expect("cured? then bring docs/found.md up to date");
    assert!(broken.contains("write 1 of ") && broken.contains("write 2 of "), "{broken}");
    let elects = || Config { enable_leader_restore: Some(false), ..Config::default() };
    assert_eq!(Sim::new(0).run(a_leader_comes_back(elects)).unwrap(), None);
}

#[test]
fn the_lost_entry_of_openraft_is_found_by_the_portfolio() {
    let plan = Plan { config: Config::default, ..Plan::of(3) };
    let report = hunt("leads on").runs(1_000).prove(false).run(move || serve(plan));
    let Verdict::Failed(finding) = &report.verdict else {
        panic!("cured? then bring docs/found.md up to date: {report}")
    };
    assert!(finding.failure.to_string().contains("at index"), "{report}");
}

/// The leader is cut off from the others, within its lease. If `restarts`, the process of the follower that has renewed it is started
/// again. What the leader reads after another value was written with the one who leads now.
async fn a_follower_forgets(restarts: bool) -> Option<u64> {
    let (cluster, mut client, leader) = three_nodes(Config::default).await;
    assert!(writes(&mut client, leader, 1).await, "nothing is broken");
    let others: Vec<u64> = cluster.members().into_iter().filter(|&id| id != leader).collect();
    let (follower, other) = (others[0], others[1]);
    // The other one hears neither of them, and would like to lead.
    let name = crate::network::host_of;
    net::partition([name(other).as_str()], [name(leader).as_str(), name(follower).as_str()]);
    sleep(ms(700)).await;
    assert_eq!(cluster.leader(), Some(leader), "it has a majority");
    net::heal([name(other).as_str()], [name(follower).as_str()]);
    net::partition([name(leader).as_str()], [name(follower).as_str()]);
    if restarts {
        cluster.restart(follower);
    }
    for _ in 0..100 {
        if writes(&mut client, other, 2).await || writes(&mut client, follower, 2).await {
            break;
        }
        sleep(ms(5)).await;
    }
    reads(&mut client, leader, Reads::LeaseRead).await
}

/// `ReadPolicy::LeaseRead` is to need nothing but clocks that go alike, and they do.
#[test]
fn openraft_reads_stale_by_lease_when_a_follower_restarts() {
    let read = Sim::new(0).run(a_follower_forgets(true)).unwrap();
    assert_eq!(read, Some(1), "cured? then bring docs/found.md up to date");
    assert_eq!(
        Sim::new(0).run(a_follower_forgets(false)).unwrap(),
        None,
        "without a restart the lease has run out first"
    );
}
