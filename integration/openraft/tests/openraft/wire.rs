//! What nodes and clients say to each other, and how it travels: a length, then what `postcard` makes of it.

use std::collections::BTreeSet;
use std::io::{Error, ErrorKind, Result};

use futures::{AsyncReadExt, AsyncWriteExt};
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, TransferLeaderRequest, TransferLeaderResponse,
    VoteRequest, VoteResponse,
};
use seedbed::net::Stream;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::types::{SnapshotMeta, Types, Vote};

/// How a client reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Reads {
    /// After a quorum has confirmed the leader.
    ReadIndex,
    /// From a leader whose lease has not run out.
    LeaseRead,
    /// From whoever takes himself for the leader: a lease that nobody checks.
    Unconfirmed,
}

/// What a node is asked, by another one or by a client.
#[derive(Serialize, Deserialize)]
pub(crate) enum Request {
    Append(AppendEntriesRequest<Types>),
    Vote(VoteRequest<Types>),
    PreVote(VoteRequest<Types>),
    Install(Vote, SnapshotMeta, u64),
    Transfer(TransferLeaderRequest<Types>),
    Write(u64),
    Read(Reads),
    Initialize(BTreeSet<u64>),
    Members(BTreeSet<u64>),
}

/// What it answers.
#[derive(Serialize, Deserialize)]
pub(crate) enum Reply {
    Append(AppendEntriesResponse<Types>),
    Vote(VoteResponse<Types>),
    Install(SnapshotResponse<Types>),
    Transfer(TransferLeaderResponse<Types>),
    Value(u64),
    Done,
    /// It was not done, and will not be.
    Refused(String),
    /// It may have been done.
    Unknown(String),
}

/// No message of these programs is longer.
const MAX: usize = 64 * 1024;

async fn send(stream: &mut Stream, message: &impl Serialize) -> Result<()> {
    let body = postcard::to_allocvec(message).map_err(Error::other)?;
    let length = u32::try_from(body.len()).map_err(Error::other)?;
    let frame = [&length.to_be_bytes()[..], &body[..]].concat();
    stream.write_all(&frame).await
}

async fn receive<T: DeserializeOwned>(stream: &mut Stream) -> Result<T> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).await?;
    let length = u32::from_be_bytes(length) as usize;
    if length > MAX {
        return Err(Error::new(ErrorKind::InvalidData, format!("a message of {length} bytes")));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    postcard::from_bytes(&body).map_err(Error::other)
}

/// Asks on a connection, and waits for the answer.
pub(crate) async fn ask(stream: &mut Stream, request: &Request) -> Result<Reply> {
    send(stream, request).await?;
    receive(stream).await
}

/// Answers what comes on a connection, one after the other, until its other end is gone.
pub(crate) async fn answer_all(mut stream: Stream, answer: impl AsyncFn(Request) -> Reply) {
    // However it ends: whoever asked learns of it by the connection.
    while let Ok(request) = receive(&mut stream).await {
        if send(&mut stream, &answer(request).await).await.is_err() {
            return;
        }
    }
}
