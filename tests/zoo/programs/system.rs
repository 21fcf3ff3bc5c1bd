//! Several tasks and timers at once, in something like a service.

use std::rc::Rc;

use seedbed::sync::{Event, Queue};
use seedbed::{now, sleep, spawn, timeout};

use super::{Shared, list, ms, work};

/// A lease of 30 ms that its holder renews every 10; another node takes it when it is old. The holder writes some steps after it looked.
/// Fixed: the store refuses what comes with an old term.
pub(super) async fn lease_with_two_holders(fixed: bool) {
    // Who holds the lease, until when, in which term.
    let (lease, store) = (Shared::new((1, 0_u64, 0_u32)), Shared::new((0, 0_u32)));
    let node = |id: u32, patience: u64| {
        let (lease, store) = (lease.clone(), store.clone());
        spawn(async move {
            for _ in 0..4 {
                sleep(ms(patience)).await;
                let (holder, until, term) = lease.get();
                let time = now().as_nanos();
                if holder != id && time <= until {
                    continue;
                }
                let term = if holder == id && time <= until { term } else { term + 1 };
                lease.set((id, time + 30_000_000, term));
                work(2).await;
                let (_, newest) = store.get();
                if fixed && term < newest {
                    continue;
                }
                assert!(term >= newest, "a write of an old holder");
                store.set((id, term));
            }
        })
    };
    let (one, other) = (node(1, 10), node(2, 25));
    one.await.unwrap();
    other.await.unwrap();
}

/// Three nodes elect: whoever hears nothing for its own time asks the others for votes. A vote is counted some steps after the term was
/// read. Fixed: it is counted for the term it was given in.
pub(super) async fn two_leaders(fixed: bool) {
    struct Node {
        voted: Shared<u32>,
        leads: Shared<u32>,
    }
    let nodes: Rc<[Node]> = (0..3).map(|_| Node { voted: Shared::new(0), leads: Shared::new(0) }).collect();
    let heard = Event::new();
    let tasks = [15, 25, 40].into_iter().enumerate().map(|(me, patience)| {
        let (nodes, heard) = (Rc::clone(&nodes), heard.clone());
        spawn(async move {
            if timeout(ms(patience), heard.wait()).await.is_ok() {
                return;
            }
            let term = nodes[me].voted.get() + 1;
            nodes[me].voted.set(term);
            let mut votes = 1;
            for (_, other) in nodes.iter().enumerate().filter(|(other, _)| *other != me) {
                // The request, and the answer.
                work(1).await;
                let granted = other.voted.get() < term;
                if fixed && granted {
                    other.voted.set(term);
                }
                work(1).await;
                if !fixed && granted {
                    other.voted.set(term);
                }
                votes += u32::from(granted);
            }
            if votes >= 2 {
                nodes[me].leads.set(term);
                heard.set();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let mut terms: Vec<u32> = nodes.iter().map(|node| node.leads.get()).filter(|term| *term > 0).collect();
    let leaders = terms.len();
    terms.dedup();
    assert_eq!(terms.len(), leaders, "two leaders of one term");
}

/// Clients ask again when there is no answer for a while, and the server answers everything it is asked: a slow one drowns. Fixed: a
/// client takes back what it asks again.
pub(super) async fn retry_storm(fixed: bool) {
    let requests = Queue::new(0);
    let server = {
        let requests: Queue<(Shared<bool>, seedbed::Promise<()>)> = requests.clone();
        spawn(async move {
            loop {
                let (wanted, answer) = requests.get().await.unwrap();
                if wanted.get() {
                    sleep(ms(4)).await;
                    let _heard = answer.set_result(());
                }
            }
        })
    };
    let client = || {
        let requests = requests.clone();
        spawn(async move {
            for _ in 0..3 {
                loop {
                    let (wanted, answer) = (Shared::new(true), seedbed::Promise::new());
                    requests.put((wanted.clone(), answer.clone())).await.unwrap();
                    assert!(fixed || requests.qsize() < 4, "the server drowns");
                    if timeout(ms(20), answer.join()).await.is_ok() {
                        break;
                    }
                    wanted.set(!fixed);
                }
                sleep(ms(10)).await;
            }
        })
    };
    let clients = [client(), client(), client()];
    for client in clients {
        client.await.unwrap();
    }
    server.cancel();
}

/// A copy follows its leader every 5 ms, and whoever wrote waits for 12 before it reads. Fixed: it waits for the copy's version.
pub(super) async fn own_write_unread(fixed: bool) {
    let (leader, follower, stop) = (Shared::new(0), Shared::new(0), Shared::new(false));
    let copying = {
        let (leader, follower, stop) = (leader.clone(), follower.clone(), stop.clone());
        spawn(async move {
            while !stop.get() {
                sleep(ms(5)).await;
                let value = leader.get();
                work(1).await;
                follower.set(value);
            }
        })
    };
    for value in 1..4 {
        leader.set(value);
        sleep(ms(12)).await;
        while fixed && follower.get() < value {
            sleep(ms(1)).await;
        }
        assert_eq!(follower.get(), value, "an own write is not there");
    }
    stop.set(true);
    copying.await.unwrap();
}

/// Two phases: the coordinator gives up on those who do not vote in time, a participant that voted takes silence for yes. Fixed: it asks.
pub(super) async fn committed_alone(fixed: bool) {
    let votes = Queue::new(0);
    let decision = Shared::new(None);
    let participant = |delay: u64| {
        let (votes, decision) = (votes.clone(), decision.clone());
        spawn(async move {
            sleep(ms(delay)).await;
            votes.put(()).await.unwrap();
            sleep(ms(30)).await;
            while fixed && decision.get().is_none() {
                sleep(ms(1)).await;
            }
            decision.get().unwrap_or(true)
        })
    };
    let participants = [participant(2), participant(6)];
    let coordinator = spawn(async move {
        let all = async {
            for _ in 0..2 {
                votes.get().await.unwrap();
                work(1).await;
            }
        };
        let commits = timeout(ms(20), all).await.is_ok();
        work(1).await;
        decision.set(Some(commits));
        commits
    });
    let commits = coordinator.await.unwrap();
    for participant in participants {
        assert_eq!(participant.await.unwrap(), commits, "one committed alone");
    }
}

/// A node is buried after three pings without an answer, and its work given to another. Fixed: the answer of a buried node counts too.
pub(super) async fn healthy_and_buried(fixed: bool) {
    let (answers, stop, owners) = (Shared::new(0), Shared::new(false), list());
    let node = {
        let (answers, stop) = (answers.clone(), stop.clone());
        spawn(async move {
            while !stop.get() {
                sleep(ms(10)).await;
                answers.set(answers.get() + 1);
            }
        })
    };
    let monitor = {
        let owners = Rc::clone(&owners);
        spawn(async move {
            let (mut seen, mut silent) = (0, 0);
            for _ in 0..6 {
                sleep(ms(11)).await;
                silent = if answers.get() > seen { 0 } else { silent + 1 };
                seen = answers.get();
                if silent == 3 {
                    owners.borrow_mut().push("another");
                }
            }
            stop.set(true);
        })
    };
    monitor.await.unwrap();
    node.await.unwrap();
    assert!(fixed || owners.borrow().is_empty(), "a healthy node was buried");
}
