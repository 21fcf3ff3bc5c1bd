//! The disk of a node: what is on it survives a crash, what a node holds in memory does not.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io;
use std::ops::RangeBounds;
use std::rc::Rc;
use std::time::Duration;

use futures::channel::oneshot;
use futures::{Stream, StreamExt};
use openraft::entry::RaftEntry;
use openraft::storage::{EntryResponder, IOFlushed, LogState, RaftLogStorage, RaftSnapshotBuilder, RaftStateMachine};
use openraft::{EntryPayload, RaftLogReader};
use seedbed::fault;
use seedbed::sync::Queue;

use crate::ledger::Ledger;
use crate::types::{Entry, LogId, Snapshot, SnapshotMeta, StoredMembership, Types, Vote};

/// What is wrong with a disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Fault {
    /// Nothing.
    #[default]
    None,
    /// Entries are acknowledged when they are on their way to the disk.
    AcknowledgesEarly,
    /// Votes are kept in memory.
    ForgetsVotes,
    /// Votes are written at once, before the entries that wait.
    VotesOvertake,
}

/// How long it takes until something is on the disk.
const WRITING: Duration = Duration::from_millis(2);

/// How much longer it takes now and then.
const SLOW: Duration = Duration::from_millis(20);

/// How long, where nobody waits for it: an operating system takes its time.
const LATER: Duration = Duration::from_millis(300);

#[derive(Clone, Default)]
struct Contents {
    vote: Option<Vote>,
    committed: Option<LogId>,
    log: BTreeMap<u64, Entry>,
    purged: Option<LogId>,
    snapshot: Option<(SnapshotMeta, u64)>,
}

impl Contents {
    fn truncate(&mut self, last: Option<LogId>) {
        self.log.split_off(&last.map_or(0, |last| last.index + 1));
    }

    fn purge(&mut self, upto: LogId) {
        self.purged = Some(upto);
        self.log = self.log.split_off(&(upto.index + 1));
    }
}

/// A disk; clones are the same one.
#[derive(Clone, Default)]
pub(crate) struct Disk {
    written: Rc<RefCell<Contents>>,
    fault: Fault,
    node: u64,
    ledger: Rc<Ledger>,
    /// How much longer than usual everything takes.
    slower_by: Rc<Cell<Duration>>,
    /// Nothing is slow any more.
    is_good: Rc<Cell<bool>>,
}

impl Disk {
    pub(crate) fn of(node: u64, fault: Fault, ledger: Rc<Ledger>, is_good: Rc<Cell<bool>>) -> Self {
        Self { fault, node, ledger, is_good, ..Self::default() }
    }

    /// From now on everything takes so much longer.
    pub(crate) fn slow_down(&self, by: Duration) {
        self.slower_by.set(by);
    }

    /// What a node finds when it is started.
    pub(crate) fn open(&self) -> (Log, Machine) {
        let seen = self.written.borrow().clone();
        let (mut applied, mut membership, mut value) = (None, StoredMembership::default(), 0);
        if let Some((meta, snapshot)) = seen.snapshot.clone() {
            (applied, membership, value) = (meta.last_log_id, meta.last_membership, snapshot);
        }
        let machine = Machine { disk: self.clone(), applied, membership, value };
        let waiting = Queue::new(0).named("disk");
        drop(seedbed::spawn(write_in_order(self.clone(), waiting.clone())));
        (Log { disk: self.clone(), seen: Rc::new(RefCell::new(seen)), waiting }, machine)
    }
}

impl Disk {
    /// Keeps a snapshot, unless there is a later one: one that is built slowly may be overtaken by one that is installed.
    fn keep(&self, meta: &SnapshotMeta, value: u64) {
        let mut written = self.written.borrow_mut();
        if written.snapshot.as_ref().is_none_or(|(kept, _)| kept.last_log_id <= meta.last_log_id) {
            written.snapshot = Some((meta.clone(), value));
        }
    }
}

/// What is on its way to the disk.
enum Change {
    Append(Vec<(u64, Entry)>, Option<IOFlushed<Types>>),
    Truncate(Option<LogId>),
    Purge(LogId),
    /// In line with the entries: what is said to be committed must be there when it is read back.
    Commit(Option<LogId>),
    Vote(Vote),
}

/// With whom to tell when it is there.
type Waiting = (Change, oneshot::Sender<()>);

/// The disk writes one after the other; a crash loses what still waits.
async fn write_in_order(disk: Disk, waiting: Queue<Waiting>) {
    let written = &disk.written;
    while let Ok((change, tell)) = waiting.get().await {
        seedbed::sleep(if matches!(change, Change::Append(_, None)) { LATER } else { WRITING }).await;
        if !disk.slower_by.get().is_zero() {
            seedbed::sleep(disk.slower_by.get()).await;
        }
        if !disk.is_good.get() && fault!("the disk is slow", 1 in 16) {
            seedbed::sleep(SLOW).await;
        }
        match change {
            Change::Append(entries, told) => {
                written.borrow_mut().log.extend(entries);
                if let Some(told) = told {
                    told.io_completed(Ok(()));
                }
            }
            Change::Truncate(last) => written.borrow_mut().truncate(last),
            Change::Purge(upto) => written.borrow_mut().purge(upto),
            Change::Commit(committed) => written.borrow_mut().committed = committed,
            Change::Vote(vote) => written.borrow_mut().vote = Some(vote),
        }
        // Whoever waited may be gone.
        let _gone = tell.send(());
    }
}

/// The log of a node: what it sees at once, and what is written in its own time.
#[derive(Clone)]
pub(crate) struct Log {
    disk: Disk,
    seen: Rc<RefCell<Contents>>,
    waiting: Queue<Waiting>,
}

impl Log {
    fn write(&self, change: Change) -> Result<oneshot::Receiver<()>, io::Error> {
        let (tell, told) = oneshot::channel();
        self.waiting.put_nowait((change, tell)).map_err(|_| io::Error::other("the disk is gone"))?;
        Ok(told)
    }

    /// Comes back when it is on the disk.
    async fn write_through(&self, change: Change) -> Result<(), io::Error> {
        self.write(change)?.await.map_err(io::Error::other)
    }
}

impl RaftLogReader<Types> for Log {
    async fn try_get_log_entries<R: RangeBounds<u64> + Clone + Debug>(
        &mut self,
        range: R,
    ) -> Result<Vec<Entry>, io::Error> {
        Ok(self.seen.borrow().log.range(range).map(|(_, entry)| entry.clone()).collect())
    }

    async fn read_vote(&mut self) -> Result<Option<Vote>, io::Error> {
        Ok(self.seen.borrow().vote)
    }
}

impl RaftLogStorage<Types> for Log {
    type LogReader = Self;

    async fn get_log_state(&mut self) -> Result<LogState<Types>, io::Error> {
        let seen = self.seen.borrow();
        let last = seen.log.values().next_back().map(RaftEntry::log_id);
        Ok(LogState { last_purged_log_id: seen.purged, last_log_id: last.or(seen.purged) })
    }

    async fn get_log_reader(&mut self) -> Self {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &Vote) -> Result<(), io::Error> {
        self.seen.borrow_mut().vote = Some(*vote);
        if self.disk.fault == Fault::ForgetsVotes {
            return Ok(());
        }
        // Where nobody waits for entries, votes have a file of their own, and do not wait for them either.
        if matches!(self.disk.fault, Fault::VotesOvertake | Fault::AcknowledgesEarly) {
            seedbed::sleep(WRITING).await;
            self.disk.written.borrow_mut().vote = Some(*vote);
            return Ok(());
        }
        // Behind the entries: a vote that overtakes the log of a new cluster leaves one that nobody can set up again.
        self.write_through(Change::Vote(*vote)).await
    }

    async fn save_committed(&mut self, committed: Option<LogId>) -> Result<(), io::Error> {
        self.seen.borrow_mut().committed = committed;
        if self.disk.fault == Fault::AcknowledgesEarly {
            return self.write(Change::Commit(committed)).map(drop);
        }
        self.write_through(Change::Commit(committed)).await
    }

    async fn read_committed(&mut self) -> Result<Option<LogId>, io::Error> {
        Ok(self.seen.borrow().committed)
    }

    async fn append<I>(&mut self, entries: I, told: IOFlushed<Types>) -> Result<(), io::Error>
    where
        I: IntoIterator<Item = Entry>,
    {
        let entries: Vec<_> = entries.into_iter().map(|entry| (entry.index(), entry)).collect();
        self.seen.borrow_mut().log.extend(entries.iter().cloned());
        if self.disk.fault == Fault::AcknowledgesEarly {
            drop(self.write(Change::Append(entries, None))?);
            told.io_completed(Ok(()));
            return Ok(());
        }
        drop(self.write(Change::Append(entries, Some(told)))?);
        Ok(())
    }

    async fn truncate_after(&mut self, last: Option<LogId>) -> Result<(), io::Error> {
        self.seen.borrow_mut().truncate(last);
        self.write_through(Change::Truncate(last)).await
    }

    async fn purge(&mut self, upto: LogId) -> Result<(), io::Error> {
        self.seen.borrow_mut().purge(upto);
        self.write_through(Change::Purge(upto)).await
    }
}

/// The register as a node has applied it.
pub(crate) struct Machine {
    disk: Disk,
    applied: Option<LogId>,
    membership: StoredMembership,
    value: u64,
}

impl Machine {
    pub(crate) fn value(&self) -> u64 {
        self.value
    }

    fn meta(&self) -> SnapshotMeta {
        SnapshotMeta { last_log_id: self.applied, last_membership: self.membership.clone() }
    }
}

/// A copy of the register on its way to the disk.
pub(crate) struct Builder {
    disk: Disk,
    meta: SnapshotMeta,
    value: u64,
}

impl RaftSnapshotBuilder<Types> for Builder {
    type SnapshotData = u64;

    async fn build_snapshot(&mut self) -> Result<Snapshot, io::Error> {
        seedbed::sleep(WRITING).await;
        self.disk.keep(&self.meta, self.value);
        let built = &self.disk.ledger.snapshots_built;
        built.set(built.get() + 1);
        Ok(Snapshot { meta: self.meta.clone(), snapshot: self.value })
    }
}

impl RaftStateMachine<Types> for Machine {
    type SnapshotData = u64;
    type SnapshotBuilder = Builder;

    async fn applied_state(&mut self) -> Result<(Option<LogId>, StoredMembership), io::Error> {
        Ok((self.applied, self.membership.clone()))
    }

    async fn apply<S>(&mut self, mut entries: S) -> Result<(), io::Error>
    where
        S: Stream<Item = Result<EntryResponder<Types>, io::Error>> + Unpin,
    {
        while let Some(entry) = entries.next().await {
            let (entry, responder) = entry?;
            self.applied = Some(entry.log_id());
            if let EntryPayload::Normal(write) = entry.payload {
                self.value = write.0;
            }
            self.disk.ledger.applies(self.disk.node, &entry, self.value);
            if let EntryPayload::Membership(membership) = entry.payload {
                self.membership = StoredMembership::new(self.applied, membership);
            }
            if let Some(responder) = responder {
                responder.send(());
            }
        }
        Ok(())
    }

    async fn get_snapshot_builder(&mut self) -> Builder {
        Builder { disk: self.disk.clone(), meta: self.meta(), value: self.value }
    }

    async fn install_snapshot(&mut self, meta: &SnapshotMeta, snapshot: u64) -> Result<(), io::Error> {
        (self.applied, self.membership, self.value) = (meta.last_log_id, meta.last_membership.clone(), snapshot);
        self.disk.ledger.installs(self.disk.node, meta.last_log_id, snapshot);
        self.disk.keep(meta, snapshot);
        Ok(())
    }

    async fn get_current_snapshot(&mut self) -> Result<Option<Snapshot>, io::Error> {
        let kept = self.disk.written.borrow().snapshot.clone();
        Ok(kept.map(|(meta, snapshot)| Snapshot { meta, snapshot }))
    }
}
