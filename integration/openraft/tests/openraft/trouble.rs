//! What a cluster has to bear, when the run says so.

use std::rc::Rc;
use std::time::Duration;

use rand::RngExt;
use seedbed::{fault, sleep};

use crate::cluster::{Cluster, ms};

/// A time of up to so many milliseconds.
fn up_to(millis: u64) -> Duration {
    ms(seedbed::rng().random_range(1..=millis))
}

impl Cluster {
    fn any_node(&self) -> u64 {
        seedbed::rng().random_range(1..=self.plan.nodes)
    }

    /// Rounds in which any of these may happen.
    pub(crate) async fn trouble(self: Rc<Self>, rounds: u32) {
        for _ in 0..rounds {
            sleep(ms(50) + up_to(150)).await;
            if fault!("the leader crashes")
                && let Some(leader) = self.leader()
            {
                self.crash(&[leader], up_to(150)).await;
            }
            if fault!("a process dies") {
                self.restart(self.any_node());
            }
            if fault!("all nodes crash", 1 in 8) {
                let all: Vec<u64> = self.members().into_iter().collect();
                self.crash(&all, up_to(100)).await;
            }
            if fault!("the leader is cut off")
                && let Some(leader) = self.leader()
            {
                let others: Vec<u64> = self.members().into_iter().filter(|&id| id != leader).collect();
                self.cut(leader, &others, up_to(1_200)).await;
            }
            if fault!("two nodes do not hear each other") {
                let one = self.any_node();
                let other = 1 + one % self.plan.nodes;
                self.cut(one, &[other], up_to(1_200)).await;
            }
            self.ask_for_things().await;
        }
    }

    /// What an operator may ask a node for at any time.
    async fn ask_for_things(&self) {
        let node = self.any_node();
        // Whether a node that dies meanwhile does it is its own affair.
        if fault!("a snapshot is asked for")
            && let Some(raft) = self.raft(node)
        {
            let _ = raft.trigger().snapshot().await;
        }
        if self.plan.transfers
            && fault!("the leader is asked to hand on")
            && let Some(raft) = self.leader().and_then(|leader| self.raft(leader))
        {
            let _ = raft.trigger().transfer_leader(node).await;
        }
    }
}
