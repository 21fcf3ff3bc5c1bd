//! Streams: bytes arrive intact and in order, many at once, within windows, and resets are told.

use std::time::Duration;

use quinn::{Connection, ConnectionError};
use seedbed::hunt::Hunt;
use seedbed::{Sim, gather, net, spawn, timeout};
use seedbed_trials::runs;

use crate::world::{Certificate, FAULTS, Server, bytes, client, connect, server_of, transport};

/// Sends so many bytes on a stream of both directions, and reads them again.
async fn there_and_back(connection: Connection, number: u32, length: usize) -> Result<(), ConnectionError> {
    let (mut send, mut receive) = connection.open_bi().await?;
    let sent = bytes(number, length);
    let expected = sent.clone();
    let writing = spawn(async move {
        for part in sent.chunks(3_333) {
            if send.write_all(part).await.is_err() {
                return;
            }
        }
        drop(send.finish());
    });
    let back = receive.read_to_end(length + 1).await;
    writing.await.expect("the writer ends");
    match back {
        Ok(back) => assert!(back == expected, "stream {number} came back changed: {} bytes", back.len()),
        Err(_) => return Err(connection.close_reason().expect("a stream breaks with its connection alone")),
    }
    Ok(())
}

/// Two clients with many streams each and datagrams, a server; all is closed in the end.
pub(crate) async fn traffic(segments: usize) -> u32 {
    let server = Server::start(segments, server_of(Certificate::Long, transport())).await;
    let clients = ["one", "two"].map(|name| net::host(name).spawn(browse(segments)));
    let mut came_back = 0;
    for client in clients {
        came_back += client.await.expect("a client ends");
    }
    server.close().await;
    came_back
}

async fn browse(segments: usize) -> u32 {
    let endpoint = client(segments, transport());
    let Ok(connection) = connect(&endpoint).await else { return 0 };
    let streams = (0..8).map(|number| {
        let length = [0, 1, 900, 5_000, 20_000, 60_000][number as usize % 6];
        spawn(there_and_back(connection.clone(), number, length))
    });
    let ends = gather(streams.collect::<Vec<_>>()).await.expect("nobody cancels it");
    let came_back = ends.into_iter().filter(|end| matches!(end, Ok(Ok(())))).count();
    connection.close(7_u32.into(), b"enough");
    drop(connection);
    endpoint.wait_idle().await;
    u32::try_from(came_back).expect("a few")
}

#[test]
fn in_plain_order_every_stream_comes_back() {
    for segments in [1, 10] {
        let report = Sim::new(0).run(traffic(segments));
        assert!(report.leaked.is_empty(), "{:?}", report.leaked);
        assert_eq!(report.result.expect("it passes"), 16);
    }
}

#[test]
fn streams_come_back_whole_whatever_strikes() {
    for segments in [1, 10] {
        let report = Hunt::new("streams").regressions_off().runs(runs(500)).faults(FAULTS).run(move || async move {
            let came_back = timeout(Duration::from_secs(3_600), traffic(segments)).await.expect("everything ends");
            seedbed::sometimes!(came_back == 16, "every stream came back");
        });
        assert!(report.is_ok(), "{report}");
    }
}
