//! Clients: each on a host of its own, with a connection to each node that it asks.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use seedbed::net::Stream;
use seedbed::sleep;

use crate::cluster::{Cluster, ms};
use crate::history::{Deed, History};
use crate::network::{PORT, host_of};
use crate::wire::{Reads, Reply, Request, ask};

/// How long a client waits for an answer.
const PATIENCE: std::time::Duration = ms(400);

/// A client, which begins with some node and goes on to the next where it is not served.
pub(crate) struct Client {
    cluster: Rc<Cluster>,
    history: Rc<History>,
    number: u64,
    streams: BTreeMap<u64, Stream>,
}

impl Client {
    pub(crate) fn new(cluster: Rc<Cluster>, history: Rc<History>, number: u64) -> Self {
        Self { cluster, history, number, streams: BTreeMap::new() }
    }

    pub(crate) async fn ask(&mut self, node: u64, request: &Request) -> Option<Reply> {
        let former = self.streams.remove(&node);
        let answered = async {
            let mut stream = match former {
                Some(stream) => stream,
                None => Stream::connect((host_of(node).as_str(), PORT)).await?,
            };
            let reply = ask(&mut stream, request).await?;
            Ok::<_, std::io::Error>((stream, reply))
        };
        let (stream, reply) = seedbed::timeout(PATIENCE, answered).await.ok()?.ok()?;
        self.streams.insert(node, stream);
        Some(reply)
    }

    /// True where it need not be tried elsewhere: it was done, or may have been.
    async fn write(&mut self, node: u64, value: u64) -> bool {
        let begun = self.history.begin();
        match self.ask(node, &Request::Write(value)).await {
            Some(Reply::Done) => self.history.answered(begun, Deed::Write(value)),
            Some(Reply::Refused(_)) => return false,
            _ => self.history.unknown(begun, value),
        }
        true
    }

    async fn read(&mut self, node: u64, reads: Reads) -> bool {
        let begun = self.history.begin();
        let Some(Reply::Value(value)) = self.ask(node, &Request::Read(reads)).await else { return false };
        self.history.answered(begun, Deed::Read(value));
        true
    }

    /// The node that is asked at a turn.
    fn node(&self, turn: u64) -> u64 {
        1 + (self.number + turn) % self.cluster.plan.nodes
    }

    /// Sets the cluster up. The answer may be lost: whoever does this asks again, and is then told that it is done already.
    pub(crate) async fn set_up(&mut self) {
        let members = self.cluster.members();
        while !matches!(self.ask(1, &Request::Initialize(members.clone())).await, Some(Reply::Done)) {
            sleep(ms(40)).await;
        }
    }

    /// Writes and reads by turns.
    pub(crate) async fn work(mut self, operations: u64) {
        for operation in 0..operations {
            sleep(ms(60)).await;
            let (value, reads) = (self.number * 100 + operation, self.cluster.plan.reads);
            for turn in 0..8 {
                let node = self.node(turn);
                let done =
                    if operation % 2 == 0 { self.write(node, value).await } else { self.read(node, reads).await };
                if done {
                    break;
                }
                sleep(ms(40)).await;
            }
        }
    }

    /// Has members leave and come back.
    pub(crate) async fn change_members(mut self) {
        let all = self.cluster.members();
        let fewer: BTreeSet<u64> = all.iter().copied().take(all.len() - 1).collect();
        for members in [fewer, all] {
            sleep(ms(200)).await;
            for turn in 0..8 {
                let reply = self.ask(self.node(turn), &Request::Members(members.clone())).await;
                seedbed::sometimes!(matches!(reply, Some(Reply::Done)), "members change");
                if matches!(reply, Some(Reply::Done)) {
                    break;
                }
                sleep(ms(40)).await;
            }
        }
    }

    /// When nothing is broken any more, the cluster answers again.
    pub(crate) async fn wait_until_served(mut self) {
        for turn in 0..200 {
            if turn > 0 && turn % 20 == 0 {
                // If all nodes crashed before it was on a disk that there is a cluster, there is none.
                let members = self.cluster.members();
                let _ = self.ask(1, &Request::Initialize(members)).await;
            }
            if self.read(self.node(turn), Reads::ReadIndex).await {
                return;
            }
            sleep(ms(100)).await;
        }
        panic!("the cluster does not answer, though nothing is broken any more: {}", self.cluster.states());
    }
}
