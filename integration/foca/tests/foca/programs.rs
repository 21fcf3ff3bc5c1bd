//! What clusters go through: they gather, members come and go, the network breaks apart and heals.

use std::collections::BTreeSet;
use std::time::Duration;

use rand::RngExt;
use seedbed::{net, rng, sleep};

use crate::cluster::{Cluster, Tally, lan};
use crate::glue::Glue;

/// What strikes at the clusters.
pub(crate) const FAULTS: &str = "lost+latency+duplicated+reordered+partition";

/// Within this time all agree again once nothing strikes any more: foca announces itself to two of those whom it takes for down every 65 s, so that
/// nine rounds of that are time enough.
pub(crate) const PATIENCE: Duration = Duration::from_secs(600);

/// So much virtual time may a run take.
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// So late may a task be while the clock goes on. Later than the time for an answer, and nobody could tell slow nodes from dead ones.
pub(crate) const LATE: Duration = Duration::from_millis(50);

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// So many nodes, so many troubles of all kinds; then nothing strikes any more, and all must agree again.
pub(crate) async fn churn(size: usize, troubles: u32) -> Tally {
    let cluster = Cluster::new(size, lan(size), Glue::Renews);
    (0..size).for_each(|number| cluster.start(number));
    let mut chance = rng();
    for _ in 0..troubles {
        let number = chance.random_range(0..size as u64) as usize;
        match (chance.random_range(0..5_u32), cluster.node(number).is_some()) {
            (0, true) => cluster.crash(number),
            (1, true) => cluster.leave(number),
            (2, true) | (0..=2, false) => cluster.start(number),
            (_, _) => {
                let apart: BTreeSet<usize> = (0..size).filter(|_| chance.random_range(0..3_u32) == 0).collect();
                cluster.cut(&apart);
                sleep(SECOND * chance.random_range(1..60)).await;
                net::heal_all();
            }
        }
        sleep(Duration::from_millis(chance.random_range(0..15_000))).await;
    }
    net::calm();
    cluster.agrees_within(PATIENCE).await;
    cluster.tally.get()
}

/// A hundred nodes, of which ten go and come back; then both halves are apart for two minutes.
pub(crate) async fn a_hundred() -> Tally {
    let cluster = Cluster::new(100, lan(100), Glue::Renews);
    (0..100).for_each(|number| cluster.start(number));
    sleep(SECOND * 30).await;
    (0..5).for_each(|number| cluster.crash(number));
    (5..10).for_each(|number| cluster.leave(number));
    sleep(SECOND * 40).await;
    (0..10).for_each(|number| cluster.start(number));
    sleep(SECOND * 10).await;
    cluster.cut(&(0..50).collect());
    sleep(SECOND * 120).await;
    assert!(cluster.up().all(|(_, node)| node.num_members() < 60), "the halves are apart");
    net::heal_all();
    net::calm();
    cluster.agrees_within(PATIENCE).await;
    cluster.tally.get()
}
