//! Clusters of three and five, under lost messages, crashes, partitions and changes of their members.

use std::rc::Rc;
use std::time::Duration;

use openraft::Config;
use seedbed::{Hunt, Task, gather, net, select, sometimes, spawn};
use seedbed_trials::runs;

use crate::clients::Client;
use crate::cluster::Cluster;
use crate::history::History;
use crate::store::Fault;
use crate::wire::Reads;

/// What strikes the network, besides the cuts and crashes of [`trouble`](crate::trouble). (Nodes are cut off there, for about as long as an election takes:
/// a cluster that is cut off for minutes does nothing but send heartbeats.)
pub(crate) const FAULTS: &str = "point+lost+latency+reset+short";

#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) nodes: u64,
    pub(crate) fault: Fault,
    pub(crate) reads: Reads,
    /// Members leave and come back.
    pub(crate) changes: bool,
    /// Leaders hand on.
    pub(crate) transfers: bool,
    /// What is not as by default.
    pub(crate) config: fn() -> Config,
}

impl Plan {
    pub(crate) fn of(nodes: u64) -> Self {
        Self {
            nodes,
            fault: Fault::None,
            reads: Reads::ReadIndex,
            changes: false,
            transfers: false,
            config: elects_again,
        }
    }
}

/// A leader that was started again asks for votes. By default it leads on, and then loses what was committed: see
/// [`found`](crate::found).
fn elects_again() -> Config {
    Config { enable_leader_restore: Some(false), ..Config::default() }
}

/// A hunt as all of these are: the limit of virtual time is far off, and nothing is kept.
pub(crate) fn hunt(name: &str) -> Hunt {
    let hunt = Hunt::new(name).regressions_off().faults(FAULTS);
    hunt.sim(|sim| sim.virtual_time(Duration::from_secs(7_200)))
}

/// Clients write and read while trouble goes on; what they saw must be the history of one register.
pub(crate) async fn serve(plan: Plan) {
    let history = Rc::new(History::default());
    let cluster = Cluster::start(plan);
    let served = serve_all(&cluster, &history);
    select! {
        biased;
        what = cluster.ledger.broken() => panic!("{what}"),
        () = served => {}
    }
    assert!(history.len() > 1, "next to nothing was asked");
    assert!(history.is_linearizable(), "no order of the operations explains what clients saw:\n{history}");
    let ledger = &cluster.ledger;
    sometimes!(ledger.terms() > 3, "leaders follow each other");
    sometimes!(ledger.snapshots_built.get() > 0, "a snapshot is built");
    sometimes!(ledger.snapshots_installed.get() > 0, "a snapshot is installed");
}

async fn serve_all(cluster: &Rc<Cluster>, history: &Rc<History>) {
    let client = |number| Client::new(Rc::clone(cluster), Rc::clone(history), number);
    let on = |number| net::host(&format!("client-{number}"));
    let mut first = client(0);
    on(0).spawn(async move { first.set_up().await }).await.expect("nobody cancels it");
    let mut work: Vec<Task<()>> = (1..=3).map(|number| on(number).spawn(client(number).work(6))).collect();
    work.push(spawn(Rc::clone(cluster).trouble(4)));
    if cluster.plan.changes {
        work.push(on(0).spawn(client(0).change_members()));
    }
    for done in gather(work).await.expect("nobody cancels it") {
        done.expect("no client panics");
    }
    cluster.disks_are_good.set(true);
    net::heal_all();
    net::calm();
    on(4).spawn(client(4).wait_until_served()).await.expect("it is served");
}

/// Fewer do not reach all that they should.
const RUNS_MIN: u64 = 100;

#[test]
fn three_nodes_keep_the_register() {
    hunt("three nodes").runs(runs(400).max(RUNS_MIN)).check(|| serve(Plan::of(3)));
}

#[test]
fn five_nodes_keep_the_register() {
    hunt("five nodes").runs(runs(200).max(RUNS_MIN)).check(|| serve(Plan::of(5)));
}

#[test]
fn members_that_come_and_go_keep_the_register() {
    hunt("members").runs(runs(200).max(RUNS_MIN)).check(|| serve(Plan { changes: true, ..Plan::of(3) }));
}
