//! Streams: bytes in order, waiting for room, ends and errors as TCP has them.

use std::io::ErrorKind;

use futures::{AsyncReadExt, AsyncWriteExt};
use seedbed::net::{self, Listener, Stream};
use seedbed::policy::{Profile, by_name};
use seedbed::{FailureKind, Seed, Sim, now, sleep, spawn, timeout, yield_now};

use super::read_all;
use crate::support::{failure, millis, secs, steady};

/// A pair of ends: of a client on its own host, and of a server on its own.
async fn pair() -> (Stream, Stream) {
    let server = net::host("server").spawn(async {
        let listener = Listener::bind(80).unwrap();
        listener.accept().await.unwrap().0
    });
    yield_now().await;
    let client = net::host("client").spawn(async { Stream::connect("server:80").await.unwrap() });
    (client.await.unwrap(), server.await.unwrap())
}

#[test]
fn bytes_arrive_in_order_whatever_strikes() {
    let sent: Vec<u8> = (0..4_000_u32).flat_map(u32::to_le_bytes).collect();
    for seed in 0..60 {
        let sent = sent.clone();
        let policy = by_name("random+lost+latency+short", Seed::new(seed), &Profile::default()).unwrap();
        let report = Sim::new(seed).policy(policy).run(async move {
            net::set_window(700);
            let (mut one, mut other) = pair().await;
            let expected = sent.clone();
            let writer = spawn(async move {
                for chunk in sent.chunks(311) {
                    one.write_all(chunk).await.unwrap();
                }
                one.close().await.unwrap();
                read_all(&mut one).await.unwrap()
            });
            assert!(read_all(&mut other).await.unwrap() == expected);
            other.write_all(b"all there").await.unwrap();
            drop(other);
            writer.await.unwrap()
        });
        assert_eq!(report.unwrap(), b"all there", "seed {seed}");
    }
}

#[test]
fn whoever_writes_more_than_there_is_room_for_waits() {
    let report = steady(|| async {
        net::set_window(10);
        let (mut one, mut other) = pair().await;
        let writer = spawn(async move {
            one.write_all(&[7; 25]).await.unwrap();
            now()
        });
        sleep(secs(1)).await;
        other.read_exact(&mut [0; 10]).await.unwrap();
        sleep(secs(1)).await;
        assert!(!writer.is_done());
        other.read_exact(&mut [0; 10]).await.unwrap();
        writer.await.unwrap().to_string()
    });
    // Room is learnt of a latency after it was made, here of 1 ms.
    assert_eq!(report.unwrap(), "2.003");
}

#[test]
fn an_end_that_is_shut_can_still_be_read() {
    let report = steady(|| async {
        let (mut one, mut other) = pair().await;
        one.close().await.unwrap();
        one.close().await.unwrap();
        let refused = one.write(b"x").await.unwrap_err();
        other.write_all(b"still here").await.unwrap();
        drop(other);
        (refused.kind(), refused.to_string(), read_all(&mut one).await.unwrap())
    });
    let (kind, words, read) = report.unwrap();
    assert_eq!((kind, read), (ErrorKind::BrokenPipe, b"still here".to_vec()));
    assert_eq!(words, "this end of the connection with server:80 was shut");
}

#[test]
fn what_nobody_read_resets_the_connection() {
    let report = steady(|| async {
        let (mut one, other) = pair().await;
        one.write_all(b"unread").await.unwrap();
        sleep(millis(5)).await;
        drop(other);
        let error = one.read(&mut [0]).await.unwrap_err();
        (error.kind(), error.to_string(), one.write(b"x").await.unwrap_err().kind())
    });
    let expected = "connection with server:80 was reset".to_owned();
    assert_eq!(report.unwrap(), (ErrorKind::ConnectionReset, expected, ErrorKind::ConnectionReset));
}

#[test]
fn what_arrives_at_an_end_that_is_gone_is_answered_with_a_reset() {
    let report = steady(|| async {
        let (mut one, other) = pair().await;
        drop(other);
        let ended = read_all(&mut one).await.unwrap();
        one.write_all(b"too late").await.unwrap();
        sleep(millis(5)).await;
        (ended, one.write(b"x").await.unwrap_err().kind())
    });
    assert_eq!(report.unwrap(), (vec![], ErrorKind::ConnectionReset));
}

#[test]
fn a_port_is_refused_taken_and_free_again() {
    let report = steady(|| async {
        let refused = Stream::connect("main:80").await.unwrap_err().kind();
        let first = Listener::bind(80).unwrap();
        let taken = Listener::bind(("main", 80)).unwrap_err().kind();
        let elsewhere = net::host("other").spawn(async { Listener::bind(80).is_ok() }).await.unwrap();
        drop(first);
        let again = Listener::bind("0.0.0.0:80").is_ok();
        (refused, taken, elsewhere, again)
    });
    assert_eq!(report.unwrap(), (ErrorKind::ConnectionRefused, ErrorKind::AddrInUse, true, true));
}

#[test]
fn dynamic_ports_differ() {
    let report = steady(|| async {
        let listener = Listener::bind(0).unwrap();
        let to = listener.local_addr();
        let (one, other) = (Stream::connect(to).await.unwrap(), Stream::connect(to).await.unwrap());
        [to, one.local_addr(), other.local_addr()].map(|at| at.port())
    });
    assert_eq!(report.unwrap(), [49_152, 49_153, 49_154]);
}

#[test]
fn what_is_no_address_is_told() {
    let report = steady(|| async {
        let mut told = Vec::new();
        for address in ["server", "server:x", ":80", "nobody:80", "10.3.3.3:80"] {
            told.push(Stream::connect(address).await.unwrap_err().to_string());
        }
        told
    });
    assert_eq!(
        report.unwrap(),
        [
            "\"server\" is no address: write a host and a port, such as server:80",
            "\"server:x\" is no address: write a host and a port, such as server:80",
            "\":80\" is no address: write a host and a port, such as server:80",
            "no host is called \"nobody\"",
            "no host has the address 10.3.3.3",
        ]
    );
}

#[test]
fn a_deadlock_says_who_waits_for_what() {
    let report = Sim::new(0).run(async {
        net::set_window(3);
        let (mut one, other) = pair().await;
        let full = net::host("client").spawn(async move {
            one.write_all(&[0; 4]).await.unwrap();
            one
        });
        let empty = net::host("server").spawn(async move {
            let mut other = other;
            sleep(secs(1)).await;
            let mut byte = [0];
            other.read_exact(&mut [0; 3]).await.unwrap();
            sleep(secs(1)).await;
            other.read_exact(&mut byte).await.unwrap();
            other.read_exact(&mut byte).await
        });
        let listening = spawn(async { Listener::bind(81).unwrap().accept().await.map(drop) });
        let _held = (full.await, empty.await, listening.await);
    });
    let FailureKind::Deadlock { blocked, .. } = failure(report).kind else { panic!("no deadlock") };
    let waits: Vec<_> = blocked.iter().map(|task| (task.task.as_str(), task.waits_for.as_str())).collect();
    assert_eq!(
        waits,
        [("main", "task server#2"), ("server#2", "read from client:49152"), ("main/1", "a connection at main:81"),]
    );
}

#[test]
fn a_writer_without_room_is_in_the_words_of_a_deadlock() {
    let report = Sim::new(0).run(async {
        net::set_window(3);
        let (mut one, _other) = pair().await;
        one.write_all(&[0; 4]).await.unwrap();
    });
    let FailureKind::Deadlock { blocked, .. } = failure(report).kind else { panic!("no deadlock") };
    assert_eq!(blocked[0].waits_for, "room at server:80");
}

#[test]
fn a_read_that_ran_out_of_time_is_begun_anew() {
    let report = steady(|| async {
        let (mut one, mut other) = pair().await;
        let mut byte = [0];
        let mut timeouts = 0;
        let writer = spawn(async move {
            sleep(millis(35)).await;
            other.write_all(b"x").await.unwrap();
            other
        });
        while timeout(millis(10), one.read_exact(&mut byte)).await.is_err() {
            timeouts += 1;
        }
        drop(writer.await.unwrap());
        (timeouts, byte)
    });
    assert_eq!(report.unwrap(), (3, *b"x"));
}

#[test]
fn a_cancelled_reader_leaves_the_stream_to_the_next() {
    let report = steady(|| async {
        let (one, mut other) = pair().await;
        let one = std::rc::Rc::new(futures::lock::Mutex::new(one));
        let shared = std::rc::Rc::clone(&one);
        let first = spawn(async move { shared.lock().await.read(&mut [0]).await.map(drop) });
        yield_now().await;
        first.cancel();
        assert!(first.await.unwrap_err().is_cancelled());
        other.write_all(b"x").await.unwrap();
        let mut byte = [0];
        one.lock().await.read_exact(&mut byte).await.unwrap();
        byte
    });
    assert_eq!(report.unwrap(), *b"x");
}

#[test]
fn a_connect_that_is_given_up_is_told_to_the_listener() {
    let report = steady(|| async {
        let listener = Listener::bind(80).unwrap();
        let client = net::host("client").spawn(Stream::connect("main:80"));
        let (mut stream, _) = listener.accept().await.unwrap();
        client.cancel();
        stream.read(&mut [0]).await.unwrap_err().kind()
    });
    assert_eq!(report.unwrap(), ErrorKind::ConnectionReset);
}

#[test]
fn a_listener_that_is_dropped_resets_those_that_wait() {
    let report = steady(|| async {
        let listener = Listener::bind(80).unwrap();
        let mut waiting = Stream::connect("main:80").await.unwrap();
        drop(listener);
        let broken = waiting.read(&mut [0]).await.unwrap_err().kind();
        (broken, Stream::connect("main:80").await.unwrap_err().kind())
    });
    assert_eq!(report.unwrap(), (ErrorKind::ConnectionReset, ErrorKind::ConnectionRefused));
}

#[test]
fn more_than_128_that_wait_are_asked_to_come_again() {
    let report = steady(|| async {
        let listener = Listener::bind(80).unwrap();
        let clients: Vec<_> = (0..129).map(|_| spawn(Stream::connect("main:80"))).collect();
        sleep(millis(500)).await;
        let early = clients.iter().filter(|client| client.is_done()).count();
        listener.accept().await.unwrap();
        sleep(secs(1)).await;
        (early, clients.iter().filter(|client| client.is_done()).count())
    });
    assert_eq!(report.unwrap(), (128, 129));
}

#[test]
fn a_plain_run_departs_from_nothing_and_leaves_nothing() {
    let report = Sim::new(0).record(true).run(async {
        let (mut one, mut other) = pair().await;
        one.write_all(b"hello").await.unwrap();
        drop(one);
        (read_all(&mut other).await.unwrap(), now().to_string())
    });
    assert!(report.departures.is_empty() && report.leaked.is_empty() && report.leftovers.is_empty());
    assert_eq!(report.unwrap(), (b"hello".to_vec(), "0.003".to_owned()));
}

#[test]
fn a_handle_means_nothing_in_another_run() {
    let kept = Sim::new(0).run(async { Listener::bind(80).unwrap() }).unwrap();
    let report = Sim::new(0).run(async move { kept.accept().await.is_ok() });
    assert!(failure(report).to_string().contains("was used outside its own seedbed run"));
}
