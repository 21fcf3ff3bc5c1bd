//! From node to node: one connection for each of openraft's clients, made anew when it broke or an answer did not come in time.

use std::collections::BTreeSet;
use std::future::Future;
use std::io::{Error, ErrorKind};
use std::pin::pin;
use std::rc::Rc;

use futures::future::{Either, select};
use openraft::errors::{NetworkError, RPCError, ReplicationClosed, StreamingError, Timeout, Unreachable};
use openraft::network::{RPCOption, RPCTypes, RaftNetworkFactory, RaftNetworkV2};
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, TransferLeaderRequest, TransferLeaderResponse,
    VoteRequest, VoteResponse,
};
use openraft::{ReadPolicy, errors::ClientWriteError, errors::RaftError};
use seedbed::net::{Listener, Stream};
use seedbed::spawn;

use crate::ledger::Ledger;
use crate::types::{Raft, Snapshot, Types, Vote};
use crate::wire::{Reads, Reply, Request, answer_all, ask};

/// Where nodes listen.
pub(crate) const PORT: u16 = 7000;

/// The host of a node.
pub(crate) fn host_of(node: u64) -> String {
    format!("n{node}")
}

/// What a node's process does once its Raft is up: it answers.
pub(crate) async fn listen(raft: Raft) {
    let listener = Listener::bind(PORT).expect("a new process has its port");
    while let Ok((stream, _)) = listener.accept().await {
        let raft = raft.clone();
        drop(spawn(answer_all(stream, async move |request| answer(&raft, request).await)));
    }
}

async fn answer(raft: &Raft, request: Request) -> Reply {
    let refused = |error: &dyn std::error::Error| Reply::Refused(error.to_string());
    match request {
        Request::Append(request) => raft.append_entries(request).await.map_or_else(|e| refused(&e), Reply::Append),
        Request::Vote(request) => raft.vote(request).await.map_or_else(|e| refused(&e), Reply::Vote),
        Request::PreVote(request) => raft.pre_vote(request).await.map_or_else(|e| refused(&e), Reply::Vote),
        Request::Install(vote, meta, snapshot) => {
            let installed = raft.install_full_snapshot(vote, Snapshot { meta, snapshot }).await;
            installed.map_or_else(|e| refused(&e), Reply::Install)
        }
        Request::Transfer(request) => {
            raft.handle_transfer_leader(request).await.map_or_else(|e| refused(&e), Reply::Transfer)
        }
        Request::Write(value) => match raft.client_write(crate::types::Write(value)).await {
            Ok(_) => Reply::Done,
            // It was rejected before its entry was appended, as its documentation says.
            Err(RaftError::APIError(ClientWriteError::ForwardToLeader(error))) => refused(&error),
            Err(error) => Reply::Unknown(error.to_string()),
        },
        Request::Read(reads) => read(raft, reads).await.unwrap_or_else(Reply::Refused),
        Request::Initialize(members) => initialize(raft, members).await,
        Request::Members(members) => {
            raft.change_membership(members, true).await.map_or_else(|e| Reply::Unknown(e.to_string()), |_| Reply::Done)
        }
    }
}

async fn read(raft: &Raft, reads: Reads) -> Result<Reply, String> {
    let policy = match reads {
        Reads::ReadIndex => Some(ReadPolicy::ReadIndex),
        Reads::LeaseRead => Some(ReadPolicy::LeaseRead),
        Reads::Unconfirmed if raft.is_leader() => None,
        Reads::Unconfirmed => return Err("not the leader".to_owned()),
    };
    if let Some(policy) = policy {
        raft.ensure_linearizable(policy).await.map_err(|error| error.to_string())?;
    }
    let value = raft.with_state_machine(|machine| {
        let value = machine.value();
        Box::pin(async move { value })
    });
    value.await.map(Reply::Value).map_err(|error| error.to_string())
}

/// Sets a cluster up; done as well where that was done before.
async fn initialize(raft: &Raft, members: BTreeSet<u64>) -> Reply {
    match raft.initialize(members).await {
        Ok(()) => Reply::Done,
        Err(_) if raft.is_initialized().await == Ok(true) => Reply::Done,
        Err(error) => Reply::Unknown(error.to_string()),
    }
}

/// The wires of one node.
#[derive(Clone)]
pub(crate) struct Wires {
    pub(crate) ledger: Rc<Ledger>,
    pub(crate) from: u64,
}

impl RaftNetworkFactory<Types> for Wires {
    type Network = Wire;

    async fn new_client(&mut self, target: u64, _node: &()) -> Wire {
        Wire { ledger: Rc::clone(&self.ledger), from: self.from, target, stream: None }
    }
}

/// From one node to another.
pub(crate) struct Wire {
    ledger: Rc<Ledger>,
    from: u64,
    target: u64,
    /// None before the first message, and after whatever went wrong: an answer that comes late must not be taken for that of the next one.
    stream: Option<Stream>,
}

impl Wire {
    async fn ask(&mut self, action: RPCTypes, option: &RPCOption, request: Request) -> Result<Reply, RPCError<Types>> {
        let (former, target) = (self.stream.take(), self.target);
        let answered = async {
            let mut stream = match former {
                Some(stream) => stream,
                None => Stream::connect((host_of(target).as_str(), PORT)).await?,
            };
            let reply = ask(&mut stream, &request).await?;
            Ok::<_, Error>((stream, reply))
        };
        match seedbed::timeout(option.soft_ttl(), answered).await {
            Ok(Ok((stream, reply))) => {
                self.stream = Some(stream);
                Ok(reply)
            }
            Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => {
                Err(RPCError::Unreachable(Unreachable::new(&error)))
            }
            Ok(Err(error)) => Err(RPCError::Network(NetworkError::new(&error))),
            Err(_) => {
                let (id, timeout) = (self.from, option.soft_ttl());
                Err(RPCError::Timeout(Timeout { action, id, target, timeout }))
            }
        }
    }
}

/// An answer to another question, or none.
fn strange(reply: Reply) -> RPCError<Types> {
    let what = match reply {
        Reply::Refused(reason) | Reply::Unknown(reason) => reason,
        _ => "the answer is to another question".to_owned(),
    };
    RPCError::Network(NetworkError::new(&Error::other(what)))
}

impl RaftNetworkV2<Types> for Wire {
    type SnapshotData = u64;

    async fn append_entries(
        &mut self,
        request: AppendEntriesRequest<Types>,
        option: RPCOption,
    ) -> Result<AppendEntriesResponse<Types>, RPCError<Types>> {
        self.ledger.leads(&request.vote);
        match self.ask(RPCTypes::AppendEntries, &option, Request::Append(request)).await? {
            Reply::Append(response) => Ok(response),
            other => Err(strange(other)),
        }
    }

    async fn vote(
        &mut self,
        request: VoteRequest<Types>,
        option: RPCOption,
    ) -> Result<VoteResponse<Types>, RPCError<Types>> {
        match self.ask(RPCTypes::Vote, &option, Request::Vote(request)).await? {
            Reply::Vote(response) => Ok(response),
            other => Err(strange(other)),
        }
    }

    async fn pre_vote(
        &mut self,
        request: VoteRequest<Types>,
        option: RPCOption,
    ) -> Result<VoteResponse<Types>, RPCError<Types>> {
        match self.ask(RPCTypes::Vote, &option, Request::PreVote(request)).await? {
            Reply::Vote(response) => Ok(response),
            other => Err(strange(other)),
        }
    }

    async fn full_snapshot(
        &mut self,
        vote: Vote,
        snapshot: Snapshot,
        cancel: impl Future<Output = ReplicationClosed> + 'static,
        option: RPCOption,
    ) -> Result<SnapshotResponse<Types>, StreamingError<Types>> {
        self.ledger.leads(&vote);
        let request = Request::Install(vote, snapshot.meta, snapshot.snapshot);
        let asked = pin!(self.ask(RPCTypes::InstallSnapshot, &option, request));
        let reply = match select(asked, pin!(cancel)).await {
            Either::Left((reply, _)) => reply,
            Either::Right((closed, _)) => return Err(StreamingError::Closed(closed)),
        };
        match reply {
            Ok(Reply::Install(response)) => Ok(response),
            Ok(other) => Err(StreamingError::Network(NetworkError::new(&strange(other)))),
            Err(RPCError::Timeout(timeout)) => Err(StreamingError::Timeout(timeout)),
            Err(RPCError::Unreachable(error)) => Err(StreamingError::Unreachable(error)),
            Err(error) => Err(StreamingError::Network(NetworkError::new(&error))),
        }
    }

    async fn transfer_leader(
        &mut self,
        request: TransferLeaderRequest<Types>,
        option: RPCOption,
    ) -> Result<TransferLeaderResponse<Types>, RPCError<Types>> {
        match self.ask(RPCTypes::TransferLeader, &option, Request::Transfer(request)).await? {
            Reply::Transfer(response) => Ok(response),
            other => Err(strange(other)),
        }
    }
}
