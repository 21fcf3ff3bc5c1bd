//! xtra 0.6.0: a broadcast waits for an actor that is gone.

use std::time::Duration;

use seedbed::{sleep, spawn};
use xtra::{Actor, Context, Handler, Mailbox};

use crate::page::Bug;

pub(crate) const BUG: Bug = Bug {
    package: "xtra",
    what: "a `broadcast` that waits for room sleeps on when the actor whose mailbox is full is dropped",
    words: "deadlock",
    known: "no",
    source: include_str!("xtra.rs"),
    program: "a_broadcast_reaches_those_who_are_there",
};

struct Listener;

impl Actor for Listener {
    type Stop = ();

    async fn stopped(self) {}
}

#[derive(Clone)]
struct News;

impl Handler<News> for Listener {
    type Return = ();

    async fn handle(&mut self, _: News, _: &mut Context<Self>) {}
}

async fn a_broadcast_reaches_those_who_are_there() {
    let (address, mailbox) = Mailbox::<Listener>::bounded(1);
    drop(spawn(xtra::run(mailbox.clone(), Listener)));
    // Another one reads nothing, and is gone after a second.
    drop(spawn(async move {
        sleep(Duration::from_secs(1)).await;
        drop(mailbox);
    }));
    for _ in 0..2 {
        address.broadcast(News).await.unwrap();
    }
}

#[test]
fn a_broadcast_waits_for_who_is_gone() {
    BUG.shows(|hunt| hunt.run(a_broadcast_reaches_those_who_are_there));
}
