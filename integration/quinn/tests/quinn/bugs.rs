//! What is wrong in quinn as it is published. Each test shows a bug that docs/found.md tells of; one that fails says that its bug is gone: then that
//! page wants to be changed, and the test to go.

use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::time::Duration;

use quinn::{Connection, ConnectionError, Endpoint, RecvStream, SendStream};
use seedbed::hunt::{Hunt, Verdict};
use seedbed::{Sim, net, sleep, timeout};
use seedbed_quinn::UdpSocket;

use crate::long::restless;
use crate::world::{Certificate, bytes, client, client_of, connect, endpoint_of, is_silence, server_of, transport};

/// Longer than anything takes where nothing strikes, and shorter than silence that ends a connection.
const A_WHILE: Duration = Duration::from_secs(5);

/// A connection of which each end has a handle here; nothing strikes.
async fn connected() -> (Endpoint, Connection, Connection) {
    let host = net::host("server");
    let config = server_of(Certificate::Long, transport());
    let endpoint = host.spawn(async { endpoint_of(443, 1, Some(config)) }).await.expect("the host is up");
    let accepting = host.spawn(async move { endpoint.accept().await.expect("somebody connects").accept() });
    let endpoint = client(1, transport());
    let connection = connect(&endpoint).await.expect("nothing strikes");
    let connecting = accepting.await.expect("it accepts").expect("nothing strikes");
    // A server may speak before it has heard a client's last word of the handshake: the client need not have said it.
    let (peer, _) = connecting.into_0rtt().expect("a server");
    (endpoint, connection, peer)
}

/// A stream from one to the other, with one byte that was read.
async fn stream(from: &Connection, to: &Connection) -> (SendStream, RecvStream) {
    let mut send = from.open_uni().await.expect("the connection is up");
    send.write_all(b"a").await.expect("there is room");
    let mut receive = to.accept_uni().await.expect("the connection is up");
    receive.read_exact(&mut [0]).await.expect("it arrives");
    (send, receive)
}

/// Sends the rest of a stream and its end, and waits until the peer has acknowledged all of it: it has all been received then.
async fn finish(send: &mut SendStream) {
    send.write_all(b"the rest").await.expect("there is room");
    send.finish().expect("it is open");
    assert_eq!(send.stopped().await, Ok(None));
}

/// `RecvStream::received_reset` says that it "yields `None` … when the stream was finished by the peer and all data has been received". It does so
/// only when all data has been read, which nobody can do who waits for it.
#[test]
fn received_reset_waits_on_after_all_data_has_been_received() {
    let report = Sim::new(0).run(async {
        let (_endpoint, connection, peer) = connected().await;
        let (mut send, receive) = stream(&connection, &peer).await;
        // Its destructor has the next bug.
        let mut receive = ManuallyDrop::new(receive);
        finish(&mut send).await;
        let waited = timeout(A_WHILE, receive.received_reset()).await;
        assert_eq!(receive.read_to_end(100).await.as_deref(), Ok(&b"the rest"[..]));
        (waited.is_err(), receive.received_reset().await)
    });
    assert_eq!(report.result.expect("it passes"), (true, Ok(None)));
}

/// `RecvStream::received_reset` says that it is cancel-safe. A stream on which it waited and was cancelled, and which was then read to its end, trips an
/// assertion of quinn's own when it is dropped. Built without assertions it leaves a waker behind, as long as the connection lasts.
#[test]
fn a_stream_trips_over_the_waker_of_a_received_reset_that_was_cancelled() {
    let report = Sim::new(0).run(async {
        let (_endpoint, connection, peer) = connected().await;
        let (mut send, mut receive) = stream(&connection, &peer).await;
        finish(&mut send).await;
        drop(timeout(Duration::from_millis(1), receive.received_reset()).await);
        drop(receive.read_to_end(100).await);
    });
    let failure = report.result.expect_err("the assertion fails").to_string();
    assert!(failure.contains("should not have a blocked reader when all data read is true"), "{failure}");
}

/// `SendStream::stopped` yields `None` at once on a stream that was reset. A future of it that waits when the stream is reset is not woken.
#[test]
fn stopped_waits_on_after_a_reset() {
    let report = Sim::new(0).run(async {
        let (_endpoint, connection, peer) = connected().await;
        let (mut send, _receive) = stream(&connection, &peer).await;
        let stopped = send.stopped();
        let waiting = seedbed::spawn(timeout(A_WHILE, stopped));
        sleep(Duration::from_millis(100)).await;
        send.reset(7_u32.into()).expect("it is open");
        let waited = waiting.await.expect("it ends");
        (waited.is_err(), send.stopped().await)
    });
    assert_eq!(report.result.expect("it passes"), (true, Ok(None)));
}

/// A client goes to another port, says something from there, and is never heard again. The server goes there, too, gets no answer, and goes back to
/// the path before (RFC 9000, section 9.3.2). The timer that was set for what is under way on the path that failed is still set, and finds that nothing is
/// under way: an assertion of quinn-proto's own fails. Built without assertions it sends a probe in a space of packet numbers that is long gone,
/// and no timer is set for what was lost.
#[test]
fn a_timer_outlives_the_path_that_it_was_set_for() {
    let report = Sim::new(0).run(async {
        let (endpoint, connection, peer) = connected().await;
        // A panic inside of quinn poisons its locks; whatever locks in its destructor would then end the process.
        let _kept = [0; 3].map(|_| ManuallyDrop::new(peer.clone()));
        let (mut send, receive) = stream(&connection, &peer).await;
        let (back, _back) = stream(&peer, &connection).await;
        let mut back = ManuallyDrop::new(back);
        let _kept_too = (ManuallyDrop::new(peer), ManuallyDrop::new(receive));
        sleep(Duration::from_secs(1)).await;
        net::partition_one_way(["server"], ["main"]);
        endpoint.rebind_abstract(Arc::new(UdpSocket::bind(0).expect("a port is free"))).expect("it has an address");
        send.write_all(&bytes(1, 5_000)).await.expect("there is room");
        sleep(Duration::from_millis(40)).await;
        net::partition(["main"], ["server"]);
        back.write_all(b"b").await.expect("there is room");
        sleep(A_WHILE).await;
    });
    let failure = report.result.expect_err("the assertion fails").to_string();
    assert!(failure.contains("assertion failed: !self.peer_completed_address_validation()"), "{failure}");
}

/// A connection on which next to nothing is said for ten seconds, to a server whose connection ids live for half a second. How it ended.
async fn stay() -> ConnectionError {
    let lifetime = Some(Duration::from_millis(500));
    let config = server_of(Certificate::Long, transport());
    let bound = net::host("server").spawn(async move { restless(443, lifetime, Some(config)) });
    let server = bound.await.expect("the host is up");
    drop(seedbed::spawn(async move {
        if let Ok(connection) = server.accept().await.expect("somebody connects").await {
            connection.closed().await;
        }
    }));
    let mut endpoint = restless(0, None, None);
    let mut transport = transport();
    transport.keep_alive_interval(Some(Duration::from_secs(1)));
    endpoint.set_default_client_config(client_of(Some(Certificate::Long), transport));
    let connection = match connect(&endpoint).await {
        Ok(connection) => connection,
        Err(end) => return end,
    };
    let end = timeout(Duration::from_secs(10), connection.closed()).await;
    connection.close(0_u32.into(), b"");
    end.unwrap_or(ConnectionError::LocallyClosed)
}

/// A frame NEW_CONNECTION_ID that was lost is sent again with the Retire Prior To of now in the place of the one of then. Once its id is to be retired
/// that is above its own sequence number, which a receiver must treat as an error (RFC 9000, section 19.15): quinn kills its own connection. One
/// lost datagram of the handshake is enough where ids live for less than it takes to send it again.
#[test]
fn an_id_that_was_lost_and_has_expired_kills_the_connection() {
    let departures = (0..3).map(|seed| {
        let hunt = Hunt::new("ids").regressions_off().seed(seed).runs(500).prove(false).faults("lost");
        let report = hunt.run(|| async {
            let end = stay().await;
            assert!(is_silence(&end) || end == ConnectionError::LocallyClosed, "{end:?}");
        });
        let Verdict::Failed(finding) = &report.verdict else { panic!("base seed {seed}: not found\n{report}") };
        let failure = finding.failure.to_string();
        assert!(failure.contains("FRAME_ENCODING_ERROR") && failure.contains("NEW_CONNECTION_ID"), "{failure}");
        finding.shrunk.as_ref().map_or(usize::MAX, |shrunk| shrunk.departures().len())
    });
    assert_eq!(departures.min(), Some(1), "one lost datagram is enough");
}
