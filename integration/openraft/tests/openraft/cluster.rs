//! A cluster: a host for each node, with a disk that outlives its processes.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use openraft::async_runtime::WatchReceiver;
use openraft::{Config, SnapshotPolicy};
use seedbed::net::{self, Host};
use seedbed::{note, sleep};

use crate::clusters::Plan;
use crate::ledger::Ledger;
use crate::network::{Wires, host_of, listen};
use crate::store::Disk;
use crate::types::Raft;

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) struct Cluster {
    pub(crate) plan: Plan,
    pub(crate) ledger: Rc<Ledger>,
    pub(crate) disks: BTreeMap<u64, Disk>,
    /// Those that run, for whoever makes trouble, and for reports. Clients do not look here.
    rafts: RefCell<BTreeMap<u64, Raft>>,
    /// Nothing is slow any more.
    pub(crate) disks_are_good: Rc<Cell<bool>>,
}

impl Cluster {
    /// Starts every node. They are no cluster before a client has set it up.
    pub(crate) fn start(plan: Plan) -> Rc<Self> {
        let ledger = Rc::new(Ledger::default());
        let disks_are_good = Rc::new(Cell::new(false));
        let disk_of = |id| (id, Disk::of(id, plan.fault, Rc::clone(&ledger), Rc::clone(&disks_are_good)));
        let disks = (1..=plan.nodes).map(disk_of).collect();
        let cluster = Rc::new(Self { plan, ledger, disks, rafts: RefCell::default(), disks_are_good });
        for id in 1..=plan.nodes {
            let of = Rc::clone(&cluster);
            cluster.host(id).run(move || Rc::clone(&of).process(id));
        }
        cluster
    }

    pub(crate) fn host(&self, id: u64) -> Host {
        net::host(&host_of(id))
    }

    pub(crate) fn members(&self) -> BTreeSet<u64> {
        self.disks.keys().copied().collect()
    }

    /// The process of a node, from what is on its disk.
    async fn process(self: Rc<Self>, id: u64) {
        let (log, machine) = self.disks[&id].open();
        let config = Config {
            heartbeat_interval: 50,
            election_timeout_min: 150,
            election_timeout_max: 300,
            snapshot_policy: SnapshotPolicy::LogsSinceLast(4),
            max_in_snapshot_log_to_keep: 1,
            replication_lag_threshold: 3,
            ..(self.plan.config)()
        };
        let config = Arc::new(config.validate().expect("the timeouts are in order"));
        let wires = Wires { ledger: Rc::clone(&self.ledger), from: id };
        let raft = Raft::new(id, config, wires, log, machine).await.expect("the disk is well");
        self.rafts.borrow_mut().insert(id, raft.clone());
        listen(raft).await;
    }

    /// Takes the power of a node away for a time.
    pub(crate) async fn crash(&self, nodes: &[u64], down: Duration) {
        for &id in nodes {
            note!("node {id} loses its power");
            self.rafts.borrow_mut().remove(&id);
            self.host(id).crash();
        }
        sleep(down).await;
        nodes.iter().for_each(|&id| self.host(id).restart());
    }

    /// Kills the process of a node and starts another one at once.
    pub(crate) fn restart(&self, id: u64) {
        note!("the process of node {id} dies, and is started again");
        self.rafts.borrow_mut().remove(&id);
        self.host(id).restart();
    }

    /// Lets nothing pass between a node and others for a time; clients reach them all.
    pub(crate) async fn cut(&self, id: u64, others: &[u64], length: Duration) {
        let (one, others) = ([host_of(id)], others.iter().map(|&id| host_of(id)).collect::<Vec<_>>());
        note!("node {id} is cut off from {others:?}");
        let names = || (one.iter().map(String::as_str), others.iter().map(String::as_str));
        net::partition(names().0, names().1);
        sleep(length).await;
        net::heal(names().0, names().1);
    }

    /// The one that runs, if it does.
    pub(crate) fn raft(&self, id: u64) -> Option<Raft> {
        self.rafts.borrow().get(&id).cloned()
    }

    /// Whoever leads in the latest term.
    pub(crate) fn leader(&self) -> Option<u64> {
        let rafts = self.rafts.borrow();
        let leaders = rafts.iter().filter(|(_, raft)| raft.is_leader());
        leaders.max_by_key(|(_, raft)| raft.metrics().borrow_watched().current_term).map(|(&id, _)| id)
    }

    /// What each node takes itself for. (Not its metrics as a text: openraft writes the real time of day into that.)
    pub(crate) fn states(&self) -> String {
        let state = |id: &u64| {
            let Some(raft) = self.raft(*id) else { return format!("node {id} is down") };
            let metrics = raft.metrics().borrow_watched().clone();
            let last = metrics.last_log_index.map_or_else(|| "no log".to_owned(), |index| format!("log up to {index}"));
            format!("node {id} is {:?} in term {} with {last}", metrics.state, metrics.current_term)
        };
        self.disks.keys().map(state).collect::<Vec<_>>().join(", ")
    }
}
