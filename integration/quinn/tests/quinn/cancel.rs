//! Futures of quinn's, dropped wherever they wait: what its documentation says of cancelling them holds.

use std::time::Duration;

use quinn::{Connection, Endpoint, TransportConfig};
use seedbed::{cancel_sweep, net, sleep, spawn};

use crate::world::{Certificate, bytes, client, connect, endpoint_of, server_of, transport};

/// A connection of which each end has a handle here, with room for little.
pub(crate) async fn connected(transport: fn() -> TransportConfig) -> (Endpoint, Connection, Connection) {
    let host = net::host("server");
    let config = server_of(Certificate::Long, transport());
    let endpoint = host.spawn(async { endpoint_of(443, 1, Some(config)) }).await.expect("the host is up");
    let accepting = host.spawn(async move { endpoint.accept().await.expect("somebody connects").await });
    let endpoint = client(1, transport());
    let connection = connect(&endpoint).await.expect("nothing strikes");
    (endpoint, connection, accepting.await.expect("it accepts").expect("nothing strikes"))
}

fn narrow() -> TransportConfig {
    let mut transport = transport();
    transport.stream_receive_window(1_000_u32.into()).send_window(1_000);
    transport.max_concurrent_bidi_streams(1_u32.into());
    transport
}

#[test]
fn a_read_that_is_cancelled_loses_nothing() {
    cancel_sweep(|target| async move {
        let (_endpoint, connection, peer) = connected(transport).await;
        let writing = spawn(async move {
            let mut send = connection.open_uni().await.expect("nothing strikes");
            for part in bytes(1, 3_000).chunks(1_000) {
                send.write_all(part).await.expect("nothing strikes");
                sleep(Duration::from_millis(20)).await;
            }
            send.finish().expect("it is open");
            connection
        });
        let mut receive = peer.accept_uni().await.expect("nothing strikes");
        let mut read = vec![0; 1_000];
        receive.read_exact(&mut read).await.expect("nothing strikes");
        // The next part has not been written.
        let mut part = [0; 100];
        if let Some(length) = target.run(receive.read(&mut part)).await {
            let length = length.expect("nothing strikes").expect("there is more");
            read.extend_from_slice(&part[..length]);
        }
        let _open = writing.await.expect("it ends");
        read.extend(receive.read_to_end(4_000).await.expect("nothing strikes"));
        assert!(read == bytes(1, 3_000), "{} of 3000 bytes", read.len());
    });
}

#[test]
fn a_write_that_is_cancelled_has_written_nothing() {
    cancel_sweep(|target| async move {
        let (_endpoint, connection, peer) = connected(narrow).await;
        let reading = spawn(async move {
            let mut receive = peer.accept_uni().await.expect("nothing strikes");
            sleep(Duration::from_millis(50)).await;
            receive.read_to_end(4_000).await.expect("nothing strikes")
        });
        let mut send = connection.open_uni().await.expect("nothing strikes");
        let data = bytes(1, 3_000);
        // The window is full.
        send.write_all(&data[..1_000]).await.expect("nothing strikes");
        let written = target.run(send.write(&data[1_000..])).await.map_or(0, |written| written.expect("it is open"));
        send.write_all(&data[1_000 + written..]).await.expect("nothing strikes");
        send.finish().expect("it is open");
        assert!(reading.await.expect("it ends") == data, "other bytes arrived");
    });
}

#[test]
fn an_open_that_is_cancelled_takes_no_stream() {
    cancel_sweep(|target| async move {
        let (_endpoint, connection, peer) = connected(narrow).await;
        let serving = spawn(async move {
            let mut served = 0;
            while let Ok((mut send, mut receive)) = peer.accept_bi().await {
                drop(receive.read_to_end(100).await);
                drop(send.finish());
                served += 1;
            }
            served
        });
        let (mut send, mut receive) = connection.open_bi().await.expect("one is allowed");
        let other = connection.clone();
        let finishing = spawn(async move {
            sleep(Duration::from_millis(30)).await;
            send.write_all(b"a").await.expect("there is room");
            drop(send.finish());
            drop(receive.read_to_end(100).await);
        });
        let second = target.run(connection.open_bi()).await;
        let (mut send, mut receive) = match second {
            Some(second) => second.expect("nothing strikes"),
            None => other.open_bi().await.expect("nothing strikes"),
        };
        send.write_all(b"b").await.expect("there is room");
        drop(send.finish());
        drop(receive.read_to_end(100).await);
        finishing.await.expect("it ends");
        connection.close(0_u32.into(), b"");
        assert_eq!(serving.await.expect("it ends"), 2);
    });
}

#[test]
fn a_datagram_outlives_the_reader_that_was_cancelled() {
    cancel_sweep(|target| async move {
        let (_endpoint, connection, peer) = connected(transport).await;
        let sending = spawn(async move {
            sleep(Duration::from_millis(20)).await;
            connection.send_datagram(bytes(1, 100).into()).expect("it is short");
            connection
        });
        let first = target.run(peer.read_datagram()).await;
        let read = match first {
            Some(read) => read,
            None => peer.read_datagram().await,
        };
        assert!(read.expect("nothing strikes") == bytes(1, 100));
        drop(sending.await.expect("it ends"));
    });
}

#[test]
fn a_connect_that_is_cancelled_leaves_nothing() {
    cancel_sweep(|target| async move {
        let host = net::host("server");
        let config = server_of(Certificate::Long, transport());
        let endpoint = host.spawn(async { endpoint_of(443, 1, Some(config)) }).await.expect("the host is up");
        let server = endpoint.clone();
        drop(host.spawn(async move {
            while let Some(incoming) = endpoint.accept().await {
                if let Ok(connection) = incoming.await {
                    connection.closed().await;
                }
            }
        }));
        let endpoint = client(1, transport());
        drop(target.run(connect(&endpoint)).await);
        endpoint.wait_idle().await;
        assert_eq!(endpoint.open_connections(), 0);
        server.wait_idle().await;
        assert_eq!(server.open_connections(), 0);
        // Another one comes through.
        connect(&endpoint).await.expect("nothing strikes");
    });
}
