//! The register that the clusters of these tests replicate.

use std::fmt;

use seedbed_openraft::SeedbedRuntime;
use serde::{Deserialize, Serialize};

/// What a client asks of the register: its new value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Write(pub(crate) u64);

impl fmt::Display for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "write {}", self.0)
    }
}

openraft::declare_raft_types!(
    /// A register of 64 bits, with nodes that are known by their numbers.
    pub(crate) Types:
        D = Write,
        R = (),
        NodeId = u64,
        Node = (),
        // As in the Raft paper: one leader a term at most.
        LeaderId = openraft::impls::leader_id_std::LeaderId<Self::Term, Self::NodeId>,
        AsyncRuntime = SeedbedRuntime,
);

pub(crate) type Entry = openraft::alias::EntryOf<Types>;
pub(crate) type LogId = openraft::alias::LogIdOf<Types>;
pub(crate) type Vote = openraft::alias::VoteOf<Types>;
pub(crate) type StoredMembership = openraft::alias::StoredMembershipOf<Types>;
pub(crate) type SnapshotMeta = openraft::alias::SnapshotMetaOf<Types>;
pub(crate) type Snapshot = openraft::alias::SnapshotOf<Types, u64>;
pub(crate) type Raft = openraft::Raft<Types, crate::store::Machine>;
