//! Network: two hosts send their votes to a third; that one may be lost is found, told in words, and cured by sending it again.
//!
//! The counter answers each vote. A voter that sends its vote once waits for ever where the vote or the answer is lost; one that sends it again
//! does not, and because the counter knows who has voted, nobody votes twice.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Result;
use std::rc::Rc;
use std::time::Duration;

use seedbed::hunt::{Hunt, HuntReport};
use seedbed::net::{self, Socket};
use seedbed::{sometimes, timeout};

/// Counts votes, each voter's once, and answers whoever has voted.
async fn count(socket: Socket, votes: Rc<RefCell<BTreeSet<u8>>>) -> Result<()> {
    let mut name = [0];
    loop {
        let (_, voter) = socket.recv_from(&mut name).await?;
        let is_new = votes.borrow_mut().insert(name[0]);
        sometimes!(!is_new, "somebody votes twice");
        socket.send_to(b"counted", voter).await?;
    }
}

/// Votes, and waits for the answer; sends the vote again after a while, if it is told to.
async fn vote(name: u8, again: Option<Duration>) -> Result<()> {
    let socket = Socket::bind(0)?;
    loop {
        socket.send_to(&[name], "counter:7").await?;
        let mut answer = [0; 7];
        let answer = socket.recv_from(&mut answer);
        let is_answered = match again {
            Some(after) => timeout(after, answer).await.is_ok(),
            None => answer.await.is_ok(),
        };
        if is_answered {
            return Ok(());
        }
    }
}

async fn election(again: Option<Duration>) {
    let votes = Rc::new(RefCell::new(BTreeSet::new()));
    let counter = net::host("counter");
    let socket = counter.spawn(async { Socket::bind(7) }).await.expect("the host is up").expect("the port is free");
    drop(counter.spawn(count(socket, Rc::clone(&votes))));
    let voters = [("a", 1), ("b", 2)].map(|(host, name)| net::host(host).spawn(vote(name, again)));
    for voter in voters {
        voter.await.expect("the host is up").expect("the counter has a name");
    }
    assert!(votes.borrow().len() == 2, "{} votes", votes.borrow().len());
}

/// The hunt of an election, with the faults of a network that it should stand.
pub(crate) fn hunt(again: Option<Duration>) -> HuntReport {
    let name = if again.is_some() { "election that asks again" } else { "election" };
    Hunt::new(name).faults("lost+duplicated+reordered+latency").run(move || election(again))
}

fn main() {
    println!("{}\n", hunt(None));
    println!("{}", hunt(Some(Duration::from_millis(100))));
}
