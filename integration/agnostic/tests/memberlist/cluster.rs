//! A cluster whose nodes die, come back and are cut off from each other, and what must hold when nothing is broken any more.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use memberlist_core::delegate::{CompositeDelegate, VoidDelegate};
use memberlist_core::proto::MaybeResolvedAddress;
use memberlist_core::{Memberlist, Options};
use rand::RngExt;
use seedbed::{Hunt, fault, net, note, now, sleep};
use seedbed_trials::runs;
use smol_str::SmolStr;

use crate::events::{Disk, Events, Speaker, Spreading};
use crate::machine::simulated;
use crate::transport::{Glue, Wires, address_of};

/// The faults that clusters stand. Their partitions are points of the program: those of the network never end where so much is sent.
pub(crate) const FAULTS: &str = "point+lost+latency+duplicated+reordered+reset+short";

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

type Void = VoidDelegate<SmolStr, SocketAddr>;
type Delegate = CompositeDelegate<SmolStr, SocketAddr, Void, Void, Void, Void, Events>;
pub(crate) type List = Memberlist<Wires, Delegate>;

/// What a cluster is, and how its glue is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) nodes: u32,
    pub(crate) rounds: u32,
    pub(crate) spreading: Spreading,
    /// Whether nodes that are dead for long are forgotten, which memberlist-core does not stand (see `found`).
    pub(crate) forgets: bool,
    /// So many nodes are asked to ping one that does not answer. Whoever is asked waits in a `futures::select!`, which takes its branches in an
    /// order that a generator of the thread draws: without any, runs are those of their seeds.
    pub(crate) indirect_checks: usize,
}

impl Plan {
    pub(crate) fn of(nodes: u32) -> Self {
        Self { nodes, rounds: 4, spreading: Spreading::Thorough, forgets: false, indirect_checks: 0 }
    }
}

/// A node that runs.
#[derive(Clone)]
struct Node {
    list: List,
    speaker: Speaker,
}

struct Cluster {
    plan: Plan,
    disks: BTreeMap<String, Disk>,
    /// Those whose process is up and has a list.
    nodes: RefCell<BTreeMap<String, Node>>,
}

fn options(plan: &Plan) -> Options {
    let options = Options::local().with_push_pull_interval(secs(10)).with_gossip_interval(Duration::from_millis(200));
    let remembered = if plan.forgets { secs(15) } else { secs(86_400) };
    options.with_indirect_checks(plan.indirect_checks).with_gossip_to_the_dead_time(remembered)
}

impl Cluster {
    fn start(plan: Plan) -> Rc<Self> {
        let disks = (1..=plan.nodes).map(|number| (format!("n{number}"), Disk::default())).collect();
        let cluster = Rc::new(Self { plan, disks, nodes: RefCell::default() });
        for name in cluster.disks.keys() {
            let (cluster, name) = (Rc::clone(&cluster), name.clone());
            net::host(&name.clone()).run(move || Rc::clone(&cluster).node(name.clone()));
        }
        cluster
    }

    /// What the process of a node does.
    async fn node(self: Rc<Self>, name: String) {
        self.nodes.borrow_mut().remove(&name);
        let (events, speaker) = Events::on(Rc::clone(&self.disks[&name]), self.plan.spreading);
        let delegate = CompositeDelegate::new().with_node_delegate(events);
        let list = match List::with_delegate(delegate, (SmolStr::from(&name), Glue::Sound), options(&self.plan)).await {
            Ok(list) => list,
            Err(error) => panic!("{name} does not start: {error}"),
        };
        self.nodes.borrow_mut().insert(name.clone(), Node { list: list.clone(), speaker });
        loop {
            let others = self.disks.keys().filter(|other| **other != name);
            let others = others.map(|other| MaybeResolvedAddress::resolved(address_of(other)));
            // Whoever does not answer is asked again.
            let _ = list.join_many(others).await;
            sleep(secs(20)).await;
        }
    }

    fn up(&self) -> Vec<(String, Node)> {
        let nodes = self.nodes.borrow();
        let up = nodes.iter().filter(|(name, _)| net::host(name).is_up());
        up.map(|(name, node)| (name.clone(), node.clone())).collect()
    }

    /// A node, by chance.
    fn some(&self) -> String {
        format!("n{}", seedbed::rng().random_range(1..=self.plan.nodes))
    }

    /// What a cluster has to bear, when the run says so.
    async fn trouble(&self, round: u32) {
        if fault!("a node is killed") {
            let name = self.some();
            net::host(&name).kill();
            note!("{name} is killed");
            sleep(secs(seedbed::rng().random_range(0..30))).await;
            net::host(&name).restart();
        }
        if fault!("a node loses power") {
            let name = self.some();
            net::host(&name).crash();
            note!("{name} loses power");
            sleep(secs(seedbed::rng().random_range(0..30))).await;
            net::host(&name).restart();
        }
        if fault!("the cluster is split") {
            let names: Vec<&str> = self.disks.keys().map(String::as_str).collect();
            let (one, other) = names.split_at(names.len() / 2);
            net::partition(one.iter().copied(), other.iter().copied());
            note!("the cluster is split");
            sleep(secs(seedbed::rng().random_range(1..60))).await;
            net::heal_all();
        }
        sleep(secs(3)).await;
        if let Some((name, node)) = self.up().into_iter().nth(round as usize % self.disks.len()) {
            note!("{name} says {round}");
            node.speaker.say(round);
        }
    }

    /// Whom each node that is up takes to be up.
    async fn views(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut views = BTreeMap::new();
        for (name, node) in self.up() {
            let online = node.list.online_members().await;
            views.insert(name, online.iter().map(|member| member.id().to_string()).collect());
        }
        views
    }

    /// With all nodes up and nothing cut, every node must come to know all nodes and all events.
    async fn converges(&self) {
        net::heal_all();
        for name in self.disks.keys().filter(|name| !net::host(name).is_up()) {
            net::host(name).restart();
        }
        let all: BTreeSet<String> = self.disks.keys().cloned().collect();
        let healed = now();
        loop {
            let views = self.views().await;
            let know_all = views.len() == all.len() && views.values().all(|view| *view == all);
            let said: BTreeSet<u32> = self.disks.values().flat_map(|disk| disk.borrow().clone()).collect();
            if know_all && self.disks.values().all(|disk| *disk.borrow() == said) {
                return;
            }
            let events: Vec<_> = self.disks.iter().map(|(name, disk)| (name, disk.borrow().len())).collect();
            assert!(now() - healed < secs(600), "the cluster does not converge: {views:?}, events {events:?}");
            sleep(secs(1)).await;
        }
    }

    /// The end of a run: no process is left.
    fn power_off(&self) {
        self.nodes.borrow_mut().clear();
        self.disks.keys().for_each(|name| net::host(name).kill());
    }
}

/// A cluster lives through its troubles.
pub(crate) async fn live(plan: Plan) {
    simulated(live_on_this_machine(plan)).await;
}

/// As [`live`], with the randomness and the clock of the machine that this runs on.
pub(crate) async fn live_on_this_machine(plan: Plan) {
    let cluster = Cluster::start(plan);
    sleep(secs(5)).await;
    for round in 0..plan.rounds {
        cluster.trouble(round).await;
    }
    cluster.converges().await;
    cluster.power_off();
}

/// A hunt for what clusters do not stand.
pub(crate) fn hunt(name: &str) -> Hunt {
    Hunt::new(name).regressions_off().faults(FAULTS).sim(|sim| sim.virtual_time(secs(7_200)))
}

fn clusters_converge(nodes: u32, number: u64) {
    let plan = Plan::of(nodes);
    let report = hunt("cluster").runs(runs(number)).run(move || live(plan));
    assert!(report.is_ok(), "{report}");
}

#[test]
fn five_nodes_come_to_know_each_other_whatever_struck() {
    clusters_converge(5, 200);
}

#[test]
fn twenty_nodes_come_to_know_each_other_whatever_struck() {
    clusters_converge(20, 20);
}
