//! Partitions: nothing gets through, and what streams kept does when they are healed.

use futures::{AsyncReadExt, AsyncWriteExt};
use seedbed::net::{self, Listener, Socket, Stream};
use seedbed::{now, sleep, spawn, timeout};

use crate::support::{millis, secs, steady};

#[test]
fn streams_keep_what_they_send_until_the_link_is_healed() {
    let report = steady(|| async {
        let server = net::host("server").spawn(async {
            let (mut stream, _) = Listener::bind(80).unwrap().accept().await.unwrap();
            let mut bytes = [0; 4];
            stream.read_exact(&mut bytes).await.unwrap();
            (bytes, now().to_string())
        });
        sleep(millis(1)).await;
        let mut stream = Stream::connect("server:80").await.unwrap();
        stream.write_all(b"a").await.unwrap();
        net::partition(["main"], ["server"]);
        stream.write_all(b"b").await.unwrap();
        stream.write_all(b"c").await.unwrap();
        sleep(secs(60)).await;
        net::heal(["server"], ["main"]);
        stream.write_all(b"d").await.unwrap();
        server.await.unwrap()
    });
    assert_eq!(report.unwrap(), (*b"abcd", "60.004".to_owned()));
}

#[test]
fn datagrams_are_lost_one_way() {
    let report = steady(|| async {
        let socket = Socket::bind(53).unwrap();
        let peer = net::host("peer").spawn(async {
            let socket = Socket::bind(53).unwrap();
            socket.send_to(b"heard", "main:53").await.unwrap();
            timeout(secs(1), socket.recv_from(&mut [0; 8])).await.is_err()
        });
        net::partition_one_way(["main"], ["peer"]);
        socket.send_to(b"lost", "peer:53").await.unwrap();
        let mut bytes = [0; 8];
        let (length, _) = socket.recv_from(&mut bytes).await.unwrap();
        (bytes[..length].to_vec(), peer.await.unwrap())
    });
    assert_eq!(report.unwrap(), (b"heard".to_vec(), true));
}

#[test]
fn groups_are_cut_from_each_other_and_not_inside() {
    let report = steady(|| async {
        net::partition(["a", "b"], ["b", "c"]);
        let hosts = ["a", "b", "c"];
        let cut = |from, to| net::link(from, to).is_cut();
        let before: Vec<_> = hosts.iter().flat_map(|from| hosts.map(|to| cut(from, to))).collect();
        net::heal_all();
        let after = hosts.iter().any(|from| hosts.iter().any(|to| cut(from, to)));
        (before, after)
    });
    #[rustfmt::skip]
    let expected = [
        false, true, true,
        true, false, true,
        true, true, false,
    ];
    assert_eq!(report.unwrap(), (expected.to_vec(), false));
}

#[test]
fn a_writer_without_room_goes_on_after_the_healing() {
    let report = steady(|| async {
        net::set_window(4);
        let listener = Listener::bind(80).unwrap();
        let writer = net::host("writer").spawn(async {
            let mut stream = Stream::connect("main:80").await.unwrap();
            stream.write_all(&[1; 6]).await.unwrap();
            stream.close().await.unwrap();
        });
        let (mut stream, _) = listener.accept().await.unwrap();
        sleep(secs(1)).await;
        net::partition_one_way(["main"], ["writer"]);
        stream.read_exact(&mut [0; 4]).await.unwrap();
        sleep(secs(1)).await;
        assert!(!writer.is_done(), "it cannot know that there is room");
        net::heal_all();
        let rest = super::read_all(&mut stream).await.unwrap();
        writer.await.unwrap();
        rest
    });
    assert_eq!(report.unwrap(), [1, 1]);
}

#[test]
fn who_connects_through_a_cut_is_answered_after_it() {
    let report = steady(|| async {
        let listener = Listener::bind(80).unwrap();
        // The question arrives, and the answer does not.
        net::partition_one_way(["main"], ["client"]);
        let client = net::host("client").spawn(Stream::connect("main:80"));
        let accepting = spawn(async move { listener.accept().await.map(drop) });
        sleep(millis(1500)).await;
        net::heal_all();
        client.await.unwrap().unwrap();
        accepting.await.unwrap().unwrap();
        now().to_string()
    });
    assert_eq!(report.unwrap(), "3.004");
}
