//! The wires between the nodes: each message takes a millisecond, may be lost, and does not pass a cut.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use futures::channel::oneshot;
use futures::future::LocalBoxFuture;
use openraft::errors::{NetworkError, RPCError, ReplicationClosed, StreamingError, Timeout};
use openraft::network::{RPCOption, RPCTypes, RaftNetworkFactory, RaftNetworkV2};
use openraft::raft::{AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, VoteRequest, VoteResponse};
use seedbed::sync::Queue;

use crate::store::Machine;
use crate::types::{Snapshot, Types, Vote};

pub(crate) type Raft = openraft::Raft<Types, Machine>;

/// What a node is asked to do.
pub(crate) type Request = Box<dyn FnOnce(Raft) -> LocalBoxFuture<'static, ()>>;

const LATENCY: Duration = Duration::from_millis(1);

/// A network; clones are the same one.
#[derive(Clone, Default)]
pub(crate) struct Network {
    nodes: Rc<RefCell<BTreeMap<u64, Queue<Request>>>>,
    /// Nodes to and from which nothing passes.
    cut: Rc<RefCell<BTreeSet<u64>>>,
    /// Who led in which term, by the messages that passed.
    leaders: Rc<RefCell<BTreeMap<u64, u64>>>,
}

impl Network {
    pub(crate) fn plug_in(&self, node: u64, inbox: Queue<Request>) {
        self.nodes.borrow_mut().insert(node, inbox);
    }

    pub(crate) fn unplug(&self, node: u64) {
        self.nodes.borrow_mut().remove(&node);
    }

    pub(crate) fn cut_off(&self, node: u64) {
        self.cut.borrow_mut().insert(node);
    }

    pub(crate) fn heal(&self) {
        self.cut.borrow_mut().clear();
    }

    /// A message on its way. One that is lost never arrives, and only a timeout tells.
    async fn travel(&self, ends: [u64; 2]) {
        seedbed::sleep(LATENCY).await;
        let is_cut = ends.iter().any(|end| self.cut.borrow().contains(end));
        if is_cut || seedbed::fault!("a message is lost") {
            std::future::pending::<()>().await;
        }
    }

    /// Asks a node for something: there and back. `from` is 0 for a client.
    pub(crate) async fn ask<T: 'static>(
        &self,
        [from, to]: [u64; 2],
        patience: Duration,
        what: impl FnOnce(Raft) -> LocalBoxFuture<'static, T> + 'static,
    ) -> Option<T> {
        let answer = async {
            self.travel([from, to]).await;
            let inbox = self.nodes.borrow().get(&to)?.clone();
            let (tell, told) = oneshot::channel();
            let request: Request = Box::new(|raft| {
                Box::pin(async move {
                    // Whoever asked may have lost patience.
                    drop(tell.send(what(raft).await));
                })
            });
            inbox.put_nowait(request).ok()?;
            let answer = told.await.ok()?;
            self.travel([to, from]).await;
            Some(answer)
        };
        seedbed::timeout(patience, answer).await.ok().flatten()
    }

    /// Checks what the Raft paper calls election safety: at most one leader a term.
    fn has_led(&self, vote: &Vote) {
        let (term, leader) = (vote.leader_id().term, vote.leader_id().voted_for);
        let before = *self.leaders.borrow_mut().entry(term).or_insert(leader);
        assert_eq!(before, leader, "two leaders in term {term}");
    }
}

/// The wires of one node.
#[derive(Clone)]
pub(crate) struct Wires {
    pub(crate) network: Network,
    pub(crate) from: u64,
}

impl RaftNetworkFactory<Types> for Wires {
    type Network = Wire;

    async fn new_client(&mut self, target: u64, _node: &()) -> Wire {
        Wire { network: self.network.clone(), ends: [self.from, target] }
    }
}

/// From one node to another.
pub(crate) struct Wire {
    network: Network,
    ends: [u64; 2],
}

impl Wire {
    async fn ask<T: 'static, E: std::error::Error + 'static>(
        &self,
        action: RPCTypes,
        option: &RPCOption,
        what: impl FnOnce(Raft) -> LocalBoxFuture<'static, Result<T, E>> + 'static,
    ) -> Result<T, RPCError<Types>> {
        match self.network.ask(self.ends, option.hard_ttl(), what).await {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(error)) => Err(RPCError::Network(NetworkError::new(&error))),
            None => {
                let [id, target] = self.ends;
                Err(RPCError::Timeout(Timeout { action, id, target, timeout: option.hard_ttl() }))
            }
        }
    }
}

impl RaftNetworkV2<Types> for Wire {
    type SnapshotData = u64;

    async fn append_entries(
        &mut self,
        request: AppendEntriesRequest<Types>,
        option: RPCOption,
    ) -> Result<AppendEntriesResponse<Types>, RPCError<Types>> {
        self.network.has_led(&request.vote);
        self.ask(RPCTypes::AppendEntries, &option, |raft| Box::pin(async move { raft.append_entries(request).await }))
            .await
    }

    async fn vote(
        &mut self,
        request: VoteRequest<Types>,
        option: RPCOption,
    ) -> Result<VoteResponse<Types>, RPCError<Types>> {
        self.ask(RPCTypes::Vote, &option, |raft| Box::pin(async move { raft.vote(request).await })).await
    }

    async fn pre_vote(
        &mut self,
        request: VoteRequest<Types>,
        option: RPCOption,
    ) -> Result<VoteResponse<Types>, RPCError<Types>> {
        self.ask(RPCTypes::Vote, &option, |raft| Box::pin(async move { raft.pre_vote(request).await })).await
    }

    async fn full_snapshot(
        &mut self,
        vote: Vote,
        snapshot: Snapshot,
        _cancel: impl Future<Output = ReplicationClosed> + 'static,
        option: RPCOption,
    ) -> Result<SnapshotResponse<Types>, StreamingError<Types>> {
        let install = move |raft: Raft| -> LocalBoxFuture<'static, _> {
            Box::pin(async move { raft.install_full_snapshot(vote, snapshot).await })
        };
        self.ask(RPCTypes::InstallSnapshot, &option, install).await.map_err(|error| match error {
            RPCError::Timeout(timeout) => StreamingError::Timeout(timeout),
            error => StreamingError::Network(NetworkError::new(&error)),
        })
    }
}
