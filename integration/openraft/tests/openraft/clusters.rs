//! Clusters of three and five, under lost messages, crashes, partitions and changes of their members.

use std::rc::Rc;

use seedbed::{gather, spawn};

use crate::cluster::{Cluster, Reads};
use crate::history::History;
use crate::store::Fault;

pub(crate) struct Plan {
    pub(crate) nodes: u64,
    pub(crate) fault: Fault,
    pub(crate) reads: Reads,
    pub(crate) changes: bool,
}

impl Plan {
    pub(crate) fn of(nodes: u64) -> Self {
        Self { nodes, fault: Fault::None, reads: Reads::Linearizable, changes: false }
    }
}

/// Clients write and read while trouble goes on; what they saw must be the history of one register.
pub(crate) async fn serve(plan: Plan) {
    let history = Rc::new(History::default());
    let cluster = Cluster::start(plan.nodes, plan.fault, plan.reads).await;
    let mut work: Vec<_> =
        (1..=3).map(|number| spawn(Rc::clone(&cluster).client(number, 6, Rc::clone(&history)))).collect();
    work.push(spawn(Rc::clone(&cluster).trouble(4)));
    if plan.changes {
        work.push(spawn(Rc::clone(&cluster).changes()));
    }
    for done in gather(work).await.expect("nobody cancels it") {
        done.expect("no client panics");
    }
    cluster.recovers(&history).await;
    cluster.shut_down();
    assert!(history.len() > 1, "next to nothing was asked");
    assert!(history.is_linearizable(), "no order of the operations explains what clients saw:\n{history}");
}

#[seedbed::test(runs = 400, virtual_time = "1h")]
async fn three_nodes_keep_the_register() {
    serve(Plan::of(3)).await;
}

#[seedbed::test(runs = 200, virtual_time = "1h")]
async fn five_nodes_keep_the_register() {
    serve(Plan::of(5)).await;
}

#[seedbed::test(runs = 200, virtual_time = "1h")]
async fn members_that_come_and_go_keep_the_register() {
    serve(Plan { changes: true, ..Plan::of(3) }).await;
}
