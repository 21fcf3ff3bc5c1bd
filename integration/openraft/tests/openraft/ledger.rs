//! What all nodes of a run did, as nobody in the cluster can know it: who led in which term, and what was applied at which index.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;

use openraft::EntryPayload;
use openraft::entry::RaftEntry;
use seedbed::sync::Event;

use crate::types::{Entry, LogId, Vote};

/// What a node applied at an index.
#[derive(Clone, PartialEq, Eq)]
struct Applied {
    /// The entry as a text, and the register after it.
    entry: String,
    value: u64,
}

impl fmt::Display for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (the register holds {})", self.entry, self.value)
    }
}

/// Checks what the Raft paper calls election safety and state machine safety (Ongaro and Ousterhout, *In Search of an Understandable
/// Consensus Algorithm*, 2014, figure 3).
///
/// Whatever is wrong is told to [`broken`](Self::broken), and not by a panic: nodes catch those.
#[derive(Default)]
pub(crate) struct Ledger {
    leaders: RefCell<BTreeMap<u64, u64>>,
    /// With the first node that applied it.
    applied: RefCell<BTreeMap<u64, (u64, Applied)>>,
    what: RefCell<Option<String>>,
    is_broken: Event,
    pub(crate) snapshots_built: Cell<u32>,
    pub(crate) snapshots_installed: Cell<u32>,
}

impl Ledger {
    fn accuse(&self, what: String) {
        self.what.borrow_mut().get_or_insert(what);
        self.is_broken.set();
    }

    /// Comes back when a promise of Raft was broken, and says which.
    pub(crate) async fn broken(&self) -> String {
        self.is_broken.wait().await;
        self.what.borrow().clone().expect("it is set after the text")
    }

    /// At most one node leads in a term.
    pub(crate) fn leads(&self, vote: &Vote) {
        let (term, leader) = (vote.leader_id().term, vote.leader_id().voted_for);
        let before = *self.leaders.borrow_mut().entry(term).or_insert(leader);
        if before != leader {
            self.accuse(format!("two leaders in term {term}: nodes {before} and {leader}"));
        }
    }

    /// In how many terms somebody led.
    pub(crate) fn terms(&self) -> usize {
        self.leaders.borrow().len()
    }

    /// If a node has applied an entry at an index, no other applies another one there.
    pub(crate) fn applies(&self, node: u64, entry: &Entry, value: u64) {
        let what = match &entry.payload {
            EntryPayload::Blank => "nothing".to_owned(),
            EntryPayload::Normal(write) => write.to_string(),
            EntryPayload::Membership(members) => format!("members {:?}", members.voter_ids().collect::<Vec<_>>()),
        };
        let applied = Applied { entry: format!("{what} of {}", entry.log_id()), value };
        self.compare(node, entry.index(), applied);
    }

    fn compare(&self, node: u64, index: u64, applied: Applied) {
        let (first, before) = {
            let mut all = self.applied.borrow_mut();
            all.entry(index).or_insert_with(|| (node, applied.clone())).clone()
        };
        if before != applied {
            self.accuse(format!("at index {index}, node {first} applied {before}, and node {node} {applied}"));
        }
    }

    /// A snapshot holds what the entries up to its last one came to.
    pub(crate) fn installs(&self, node: u64, last: Option<LogId>, value: u64) {
        let Some(last) = last else { return };
        self.snapshots_installed.set(self.snapshots_installed.get() + 1);
        let held = self.applied.borrow().get(&last.index()).map(|(_, applied)| applied.value);
        if held != Some(value) {
            self.accuse(format!(
                "node {node} installs a snapshot up to {last} with {value}, where {held:?} was applied"
            ));
        }
    }
}
