//! Bugs in the glue, as they are made: the default portfolio must find each, for the right reason, and nothing in its twin.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use quinn::{Connection, Endpoint};
use seedbed::hunt::{Found, Hunt, HuntReport, Verdict};
use seedbed::{net, sleep, spawn};
use seedbed_trials::runs;

use crate::world::{Certificate, LONG_AFTER, client, connect, endpoint_of, server_of, transport};

/// A planted bug: its program, and that of the twin without it.
pub(crate) struct Planted {
    pub(crate) name: &'static str,
    faults: &'static str,
    failure: &'static str,
    program: fn(bool) -> Pin<Box<dyn Future<Output = ()>>>,
}

pub(crate) const PLANTED: [Planted; 2] = [
    Planted {
        name: "a payment is made again over a new connection",
        faults: "lost+latency+partition",
        failure: "was made twice",
        program: |buggy| Box::pin(pay(buggy)),
    },
    Planted {
        name: "what was finished is taken for delivered",
        faults: "lost+latency+partition",
        failure: "was called delivered",
        program: |buggy| Box::pin(deliver(buggy)),
    },
];

/// A server on a host of its own that does this with the number that each stream carries, and then answers.
async fn serve(act: impl Fn(u32) + Clone + 'static) {
    let host = net::host("server");
    let config = server_of(Certificate::Long, transport());
    let endpoint = host.spawn(async { endpoint_of(443, 1, Some(config)) }).await.expect("the host is up");
    drop(host.spawn(async move {
        while let Some(incoming) = endpoint.accept().await {
            let act = act.clone();
            drop(spawn(async move {
                let Ok(connection) = incoming.await else { return };
                while let Ok((mut send, mut receive)) = connection.accept_bi().await {
                    let act = act.clone();
                    drop(spawn(async move {
                        let Ok(number) = receive.read_to_end(4).await else { return };
                        act(u32::from_be_bytes(number.try_into().expect("four bytes")));
                        drop(send.write_all(b"done").await);
                    }));
                }
            }));
        }
    }));
}

/// Asks for a number, and waits for the answer.
async fn ask(connection: &Connection, number: u32) -> bool {
    let Ok((mut send, mut receive)) = connection.open_bi().await else { return false };
    if send.write_all(&number.to_be_bytes()).await.is_err() || send.finish().is_err() {
        return false;
    }
    receive.read_to_end(4).await.is_ok_and(|answer| answer == b"done")
}

/// Three payments. Where one has no answer, its fate is not known: it may have been made.
async fn pay(again: bool) {
    let made = Rc::new(RefCell::new(Vec::new()));
    let ledger = Rc::clone(&made);
    serve(move |number| ledger.borrow_mut().push(number)).await;
    let paying = net::host("client").spawn(async move {
        let endpoint = client(1, transport());
        let mut open: Option<Connection> = None;
        for number in 0..3 {
            for attempt in 0..if again { 3 } else { 1 } {
                let connection = match open.take() {
                    Some(connection) => connection,
                    None => match connect(&endpoint).await {
                        Ok(connection) => connection,
                        Err(_) => continue,
                    },
                };
                if ask(&connection, number).await {
                    seedbed::sometimes!(attempt == 0, "a payment was made at once");
                    open = Some(connection);
                    break;
                }
            }
        }
    });
    paying.await.expect("the client ends");
    sleep(LONG_AFTER).await;
    let made = made.borrow();
    let different: BTreeSet<u32> = made.iter().copied().collect();
    assert!(different.len() == made.len(), "a payment was made twice: {made:?}");
}

/// Notes, each of which is finished; then all is closed. Which of them have been delivered?
async fn deliver(guess: bool) {
    let received = Rc::new(RefCell::new(BTreeSet::new()));
    let notes = Rc::clone(&received);
    serve(move |number| _ = notes.borrow_mut().insert(number)).await;
    let writing = net::host("client").spawn(async move {
        let endpoint: Endpoint = client(1, transport());
        let mut delivered = BTreeSet::new();
        let Ok(connection) = connect(&endpoint).await else { return delivered };
        for number in 0..4_u32 {
            let Ok((mut send, _)) = connection.open_bi().await else { break };
            if send.write_all(&number.to_be_bytes()).await.is_err() || send.finish().is_err() {
                break;
            }
            if guess {
                // That should be enough.
                sleep(Duration::from_secs(1)).await;
                delivered.insert(number);
            } else if send.stopped().await == Ok(None) {
                delivered.insert(number);
            }
        }
        connection.close(0_u32.into(), b"");
        endpoint.wait_idle().await;
        delivered
    });
    let delivered = writing.await.expect("the client ends");
    sleep(LONG_AFTER).await;
    let received = received.borrow();
    seedbed::sometimes!(delivered.len() == 4, "all were delivered");
    assert!(
        delivered.is_subset(&received),
        "one of {delivered:?} was called delivered, and {received:?} were received"
    );
}

/// Hunts as a test would.
pub(crate) fn hunt(planted: &Planted, buggy: bool, seed: u64, runs: u64) -> HuntReport {
    let program = planted.program;
    let hunt = Hunt::new(planted.name).seed(seed).runs(runs).faults(planted.faults).regressions_off().prove(false);
    hunt.run(move || program(buggy))
}

#[test]
fn planted_bugs_are_found() {
    for planted in &PLANTED {
        let report = hunt(planted, true, 0, 2_000);
        let Verdict::Failed(finding) = &report.verdict else { panic!("{} was not found\n{report}", planted.name) };
        assert!(matches!(finding.found, Found::Run { number, .. } if number > 0), "{} shows at once", planted.name);
        let failure = finding.failure.to_string();
        assert!(failure.contains(planted.failure), "{}: {failure}", planted.name);
    }
}

#[test]
fn nothing_is_found_where_nothing_was_planted() {
    for planted in &PLANTED {
        let report = hunt(planted, false, 0, runs(1_000));
        assert!(report.is_ok(), "{}\n{report}", planted.name);
    }
}
