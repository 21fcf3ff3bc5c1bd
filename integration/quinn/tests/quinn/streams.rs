//! Streams: bytes arrive intact and in order, many at once, within windows, and resets are told.

use std::time::Duration;

use seedbed::hunt::Hunt;
use seedbed::{Sim, gather, net, spawn, timeout};
use seedbed_trials::runs;

use crate::world::{Certificate, FAULTS, Server, client, connect, server_of, there_and_back, transport};

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
