//! Datagrams: whole or not at all, and nobody is told.

use seedbed::net::{self, Socket};
use seedbed::{FailureKind, Sim, sleep};

use crate::support::{failure, millis, steady};

#[test]
fn a_datagram_arrives_whole_and_the_rest_of_it_is_lost() {
    let report = steady(|| async {
        let socket = Socket::bind(53).unwrap();
        let sender = net::host("a").spawn(async {
            let socket = Socket::bind(9).unwrap();
            for text in ["one", "", "three"] {
                socket.send_to(text.as_bytes(), ("main", 53)).await.unwrap();
            }
        });
        sender.await.unwrap();
        let mut heard = Vec::new();
        for _ in 0..3 {
            let mut buffer = [b'.'; 4];
            let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
            heard.push((String::from_utf8(buffer.to_vec()).unwrap(), length, from.to_string()));
        }
        heard
    });
    let from = || "10.0.0.2:9".to_owned();
    let expected = [("one.", 3), ("....", 0), ("thre", 4)].map(|(text, length)| (text.to_owned(), length, from()));
    assert_eq!(report.unwrap(), expected);
}

#[test]
fn what_nobody_takes_is_dropped_and_told_in_the_trace() {
    let report = Sim::new(0).run(async {
        let socket = Socket::bind(0).unwrap();
        net::host("a");
        net::host("b").crash();
        socket.send_to(b"x", "a:53").await.unwrap();
        socket.send_to(b"x", "b:53").await.unwrap();
        sleep(millis(10)).await;
    });
    let summary = report.trace.summary();
    assert!(summary.contains("drop    datagrams main:49152→a:53, nobody is bound to that port"), "{summary}");
    assert!(summary.contains("drop    datagrams main:49152→b:53, the host is down"), "{summary}");
    report.unwrap();
}

#[test]
fn a_queue_takes_so_much_and_no_more() {
    let report = steady(|| async {
        let socket = Socket::bind(53).unwrap();
        for number in 0..8_u8 {
            socket.send_to(&[number; 60_000], "main:53").await.unwrap();
        }
        sleep(millis(1)).await;
        let mut numbers = Vec::new();
        let mut buffer = vec![0; 65_507];
        for _ in 0..3 {
            socket.recv_from(&mut buffer).await.unwrap();
            numbers.push(buffer[0]);
        }
        socket.send_to(&[9], "main:53").await.unwrap();
        socket.recv_from(&mut buffer).await.unwrap();
        numbers.push(buffer[0]);
        numbers
    });
    assert_eq!(report.unwrap(), [0, 1, 2, 9]);
}

#[test]
fn a_deadlock_names_the_socket() {
    let report = Sim::new(0).run(async { Socket::bind(53).unwrap().recv_from(&mut [0]).await.map(drop) });
    let FailureKind::Deadlock { blocked, .. } = failure(report).kind else { panic!("no deadlock") };
    assert_eq!(blocked[0].waits_for, "a datagram at main:53");
}

#[test]
fn a_connected_socket_hears_its_peer_alone() {
    let report = steady(|| async {
        let socket = Socket::bind(53).unwrap();
        assert!(socket.peer_addr().unwrap_err().to_string().contains("has no peer"));
        assert!(socket.send(b"x").await.is_err() && socket.recv(&mut [0]).await.is_err());
        let say = |name: &'static str, bytes: &'static [u8]| {
            net::host(name).spawn(async { Socket::bind(9).unwrap().send_to(bytes, "main:53").await.unwrap() })
        };
        net::host("b");
        say("a", b"before").await.unwrap();
        sleep(millis(10)).await;
        socket.connect("b:9").await.unwrap();
        assert_eq!(socket.peer_addr().unwrap().to_string(), "10.0.0.2:9");
        say("a", b"from a").await.unwrap();
        say("b", b"from b").await.unwrap();
        let mut heard = Vec::new();
        for _ in 0..2 {
            let mut buffer = [0; 16];
            let length = socket.recv(&mut buffer).await.unwrap();
            heard.push(String::from_utf8(buffer[..length].to_vec()).unwrap());
        }
        heard
    });
    let summary = report.trace.summary();
    assert!(summary.contains("datagrams a:9→main:53, the socket hears its peer alone"), "{summary}");
    // What waited before there was a peer is still there, as on Linux.
    assert_eq!(report.unwrap(), ["before", "from b"]);
}
