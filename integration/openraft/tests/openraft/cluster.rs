//! A cluster whose nodes crash and start again, and the clients that read and write its register.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use openraft::async_runtime::WatchReceiver;
use openraft::errors::{ClientWriteError, RaftError};
use openraft::{Config, ReadPolicy, SnapshotPolicy};
use seedbed::sync::Queue;
use seedbed::task::Builder;
use seedbed::{all_tasks, fault, note, sleep, spawn};

use crate::history::{Deed, History};
use crate::network::{Network, Raft, Wires};
use crate::store::{Disk, Fault};
use crate::types::Write;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// How a client reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reads {
    /// After a quorum has confirmed the leader.
    Linearizable,
    /// From whoever takes himself for the leader: a lease that nobody checks.
    Unconfirmed,
}

pub(crate) struct Cluster {
    network: Network,
    disks: BTreeMap<u64, Disk>,
    /// The names of the tasks of which all tasks of a node are children.
    processes: RefCell<BTreeMap<u64, String>>,
    reads: Reads,
}

impl Cluster {
    pub(crate) async fn start(nodes: u64, fault: Fault, reads: Reads) -> Rc<Self> {
        let disks = (1..=nodes).map(|id| (id, Disk::with(fault))).collect();
        let cluster = Rc::new(Self { network: Network::default(), disks, processes: RefCell::default(), reads });
        for id in 1..=nodes {
            cluster.boot(id).await;
        }
        // The answer may be lost: whoever sets a cluster up asks again, and is then told that it is set up already.
        while !cluster.set_up().await {}
        cluster
    }

    /// Whether the cluster is set up, or was already.
    async fn set_up(&self) -> bool {
        let members: BTreeMap<u64, ()> = self.disks.keys().map(|&id| (id, ())).collect();
        let done = self.on(1, |raft| {
            Box::pin(async move { raft.initialize(members).await.is_ok() || raft.is_initialized().await == Ok(true) })
        });
        done.await == Some(true)
    }

    /// Starts a node from what is on its disk, with a process that serves what it is asked.
    async fn boot(&self, id: u64) {
        let config = Config {
            heartbeat_interval: 50,
            election_timeout_min: 150,
            election_timeout_max: 300,
            snapshot_policy: SnapshotPolicy::LogsSinceLast(6),
            max_in_snapshot_log_to_keep: 2,
            ..Config::default()
        };
        let config = Arc::new(config.validate().expect("the timeouts are in order"));
        let (disk, network) = (self.disks[&id].clone(), self.network.clone());
        let inbox = Queue::new(0).named(&format!("inbox of node {id}"));
        self.network.plug_in(id, inbox.clone());
        let process = async move {
            let (log, machine) = disk.open();
            let raft =
                Raft::new(id, config, Wires { network, from: id }, log, machine).await.expect("the disk is well");
            while let Ok(request) = inbox.get().await {
                drop(spawn(request(raft.clone())));
            }
        };
        let process = Builder::new().name(&format!("node-{id}")).spawn(process).expect("the loop is open");
        self.processes.borrow_mut().insert(id, process.name());
    }

    /// Ends all tasks of a node at once, wherever they are.
    pub(crate) fn crash(&self, id: u64) {
        note!("node {id} crashes");
        self.network.unplug(id);
        let Some(process) = self.processes.borrow_mut().remove(&id) else { return };
        for task in all_tasks() {
            let path = task.name();
            if path.strip_prefix(&process).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
                task.cancel();
            }
        }
    }

    async fn on<T: 'static>(
        &self,
        id: u64,
        what: impl FnOnce(Raft) -> futures::future::LocalBoxFuture<'static, T> + 'static,
    ) -> Option<T> {
        self.network.ask([0, id], ms(700), what).await
    }

    async fn write(&self, id: u64, value: u64, history: &History) -> bool {
        let begun = history.begin();
        match self.on(id, move |raft| Box::pin(async move { raft.client_write(Write(value)).await })).await {
            Some(Ok(_)) => history.answered(begun, Deed::Write(value)),
            // Refused before it was appended.
            Some(Err(RaftError::APIError(ClientWriteError::ForwardToLeader(_)))) => return false,
            _ => history.unknown(begun, value),
        }
        true
    }

    async fn read(&self, id: u64, history: &History) -> bool {
        let (begun, reads) = (history.begin(), self.reads);
        let read = self.on(id, move |raft| {
            Box::pin(async move {
                match reads {
                    Reads::Linearizable => drop(raft.ensure_linearizable(ReadPolicy::ReadIndex).await.ok()?),
                    Reads::Unconfirmed if raft.is_leader() => {}
                    Reads::Unconfirmed => return None,
                }
                raft.with_state_machine(|machine| {
                    let value = machine.value();
                    Box::pin(async move { value })
                })
                .await
                .ok()
            })
        });
        let Some(Some(value)) = read.await else { return false };
        history.answered(begun, Deed::Read(value));
        true
    }

    /// Does it at whichever node will, for as long as that takes within reason.
    async fn at_some_node(&self, first: u64, mut attempt: impl AsyncFnMut(u64) -> bool) -> bool {
        let nodes = self.disks.len() as u64;
        for turn in 0..12 {
            if attempt(1 + (first + turn) % nodes).await {
                return true;
            }
            sleep(ms(40)).await;
        }
        false
    }

    /// A client that writes and reads by turns.
    pub(crate) async fn client(self: Rc<Self>, number: u64, operations: u64, history: Rc<History>) {
        for operation in 0..operations {
            sleep(ms(60)).await;
            let value = number * 100 + operation;
            if operation % 2 == 0 {
                self.at_some_node(number, async |node| self.write(node, value, &history).await).await;
            } else {
                self.at_some_node(number, async |node| self.read(node, &history).await).await;
            }
        }
    }

    /// Whoever leads, as one that runs knows it.
    async fn leader(&self) -> Option<u64> {
        for &id in self.disks.keys() {
            let leads = self.on(id, |raft| Box::pin(async move { raft.is_leader() })).await;
            if leads == Some(true) {
                return Some(id);
            }
        }
        None
    }

    /// What a cluster has to bear, when the run says so.
    pub(crate) async fn trouble(self: Rc<Self>, rounds: u32) {
        for _ in 0..rounds {
            sleep(ms(150)).await;
            if fault!("the leader crashes")
                && let Some(leader) = self.leader().await
            {
                self.crash(leader);
                sleep(ms(100)).await;
                self.boot(leader).await;
            }
            if fault!("all nodes crash") {
                self.disks.keys().for_each(|&id| self.crash(id));
                sleep(ms(100)).await;
                for &id in self.disks.keys() {
                    self.boot(id).await;
                }
            }
            if fault!("the leader is cut off")
                && let Some(leader) = self.leader().await
            {
                note!("node {leader} is cut off");
                self.network.cut_off(leader);
                sleep(ms(900)).await;
                self.network.heal();
            }
        }
    }

    /// Members leave and come back.
    pub(crate) async fn changes(self: Rc<Self>) {
        let all: Vec<u64> = self.disks.keys().copied().collect();
        for members in [all[..all.len() - 1].to_vec(), all] {
            sleep(ms(200)).await;
            let change = async |node| {
                let members: std::collections::BTreeSet<u64> = members.iter().copied().collect();
                let changed = self
                    .on(node, move |raft| Box::pin(async move { raft.change_membership(members, true).await.is_ok() }));
                changed.await == Some(true)
            };
            self.at_some_node(0, change).await;
        }
    }

    /// With all faults gone, the cluster must answer again.
    pub(crate) async fn recovers(&self, history: &History) {
        self.network.heal();
        for _ in 0..200 {
            if self.at_some_node(0, async |node| self.read(node, history).await).await {
                return;
            }
            // If all nodes crashed before it was on a disk that there is a cluster, there is none.
            self.set_up().await;
            sleep(ms(300)).await;
        }
        panic!("the cluster does not answer, though nothing is broken any more: {}", self.states().await);
    }

    /// What each node takes itself for. (Not its metrics as a text: openraft writes the real time of day into that.)
    async fn states(&self) -> String {
        let mut states = Vec::new();
        for &id in self.disks.keys() {
            let state = self.on(id, |raft| {
                Box::pin(async move {
                    let metrics = raft.metrics().borrow_watched().clone();
                    let last = metrics
                        .last_log_index
                        .map_or_else(|| "no log".to_owned(), |index| format!("log up to {index}"));
                    format!("{:?} in term {} with {last}", metrics.state, metrics.current_term)
                })
            });
            states.push(format!("node {id} is {}", state.await.unwrap_or_else(|| "silent".to_owned())));
        }
        states.join(", ")
    }

    /// The end of a run: no node is left.
    pub(crate) fn shut_down(&self) {
        self.disks.keys().for_each(|&id| self.crash(id));
    }
}
