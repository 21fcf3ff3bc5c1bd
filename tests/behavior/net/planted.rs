//! A bug for each kind of fault of the network: found by a hunt that may use that kind alone, shrunk to what it takes, told in words.

use std::io::ErrorKind;

use futures::{AsyncReadExt, AsyncWriteExt};
use seedbed::hunt::{Hunt, Verdict};
use seedbed::net::{self, Listener, Socket, Stream};
use seedbed::{now, sleep, spawn, timeout};

use crate::support::millis;

/// Datagrams from `a` to `b`, 10 ms apart: what arrived.
async fn numbered(count: u8) -> Vec<u8> {
    let receiver = net::host("b").spawn(async {
        let socket = Socket::bind(53).unwrap();
        let (mut heard, mut byte) = (Vec::new(), [0]);
        while let Ok(Ok(_)) = timeout(millis(200), socket.recv_from(&mut byte)).await {
            heard.push(byte[0]);
        }
        heard
    });
    let sender = net::host("a").spawn(async move {
        let socket = Socket::bind(0).unwrap();
        for number in 0..count {
            sleep(millis(10)).await;
            socket.send_to(&[number], "b:53").await.unwrap();
        }
    });
    sender.await.unwrap();
    receiver.await.unwrap()
}

/// Sends its vote once.
async fn sends_once() {
    assert!(!numbered(1).await.is_empty(), "the vote was not counted");
}

/// Pays for each order that it hears of.
async fn pays_twice() {
    let heard = numbered(5).await;
    assert!(heard.windows(2).all(|pair| pair[0] != pair[1]), "paid twice");
}

/// Takes the last value that it hears of for the latest.
async fn last_is_latest() {
    let heard = numbered(5).await;
    assert!(heard.is_sorted(), "an old value has won");
}

/// Allows an answer the time that it mostly takes.
async fn punctual_answer() {
    net::set_latency(millis(1)..=millis(40));
    let answer = timeout(
        millis(60),
        net::host("a").spawn(async {
            net::host("b").run(|| async {
                let (mut stream, _) = Listener::bind(80).unwrap().accept().await.unwrap();
                stream.write_all(b"yes").await.unwrap();
                sleep(millis(100)).await;
            });
            seedbed::yield_now().await;
            Stream::connect("b:80").await.unwrap().read_exact(&mut [0; 3]).await
        }),
    );
    assert!(answer.await.is_ok(), "the answer came late");
}

/// Believes that a connection which was made is good for one question.
async fn trusting_client() {
    net::host("b").run(|| async {
        let listener = Listener::bind(80).unwrap();
        while let Ok((mut stream, _)) = listener.accept().await {
            drop(spawn(async move {
                let mut byte = [0];
                while stream.read_exact(&mut byte).await.is_ok() && stream.write_all(&byte).await.is_ok() {}
            }));
        }
    });
    seedbed::yield_now().await;
    let Ok(mut stream) = Stream::connect("b:80").await else { return };
    let answer = async {
        stream.write_all(b"?").await?;
        stream.read_exact(&mut [0]).await
    };
    let broken = answer.await.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset);
    assert!(!broken, "the question is lost");
}

/// Reads a message of four bytes with one read.
async fn one_read_is_one_message() {
    let listener = Listener::bind(80).unwrap();
    let sender = net::host("a").spawn(async {
        let mut stream = Stream::connect("main:80").await.unwrap();
        stream.write_all(b"four").await.unwrap();
        sleep(millis(20)).await;
    });
    let (mut stream, _) = listener.accept().await.unwrap();
    let read = stream.read(&mut [0; 16]).await.unwrap();
    assert_eq!(read, 4, "a message was cut");
    sender.await.unwrap();
}

/// Takes whoever is silent for 50 ms for dead, for good.
async fn hasty_detector() {
    let watcher = net::host("watcher").spawn(async {
        let socket = Socket::bind(53).unwrap();
        while now().as_nanos() < 300_000_000 {
            assert!(timeout(millis(50), socket.recv_from(&mut [0])).await.is_ok(), "declared dead");
        }
    });
    net::host("worker").run(|| async {
        let socket = Socket::bind(0).unwrap();
        loop {
            socket.send_to(b"!", "watcher:53").await.unwrap();
            sleep(millis(20)).await;
        }
    });
    watcher.await.unwrap();
}

type Program = fn() -> std::pin::Pin<Box<dyn Future<Output = ()>>>;

const PLANTED: [(&str, Program, &str); 7] = [
    ("lost", || Box::pin(sends_once()), "lost a message a→b"),
    ("duplicated", || Box::pin(pays_twice()), "delivered a message a→b twice"),
    ("reordered", || Box::pin(last_is_latest()), "let the next message a→b overtake one"),
    ("latency", || Box::pin(punctual_answer()), "be 0.0"),
    ("reset", || Box::pin(trusting_client()), "reset a connection "),
    ("short", || Box::pin(one_read_is_one_message()), "left 1 bytes out of a "),
    ("partition", || Box::pin(hasty_detector()), "cut host worker off for 0.100s"),
];

#[test]
fn each_kind_alone_finds_what_no_order_shows() {
    // Under the clock's own moves, whoever allows a time fails without any fault.
    let hunt = |name: &str| Hunt::new(name).policy("random").regressions_off().prove(false);
    for (kind, program, words) in PLANTED {
        let calm = hunt("calm").run(program);
        assert!(calm.is_ok(), "{kind}: no order of events fails\n{calm}");
        for seed in 0..3 {
            let report = hunt(kind).seed(seed).faults(kind).run(program);
            let Verdict::Failed(finding) = &report.verdict else { panic!("{kind}, seed {seed}\n{report}") };
            let departures = finding.shrunk.as_ref().unwrap().departures().clone();
            // Three latencies of at most 40 ms each: one alone, or two, are within what was allowed.
            let most = if kind == "latency" { 3 } else { 1 };
            assert!(departures.len() <= most, "{departures}\n{report}");
            assert!(report.to_string().contains(words), "{report}");
        }
    }
}
