//! The end: whoever closes says why, and the other side hears that, or nothing more, or that nobody knows of it; endpoints come to rest.

use std::time::Duration;

use quinn::{ApplicationClose, ConnectionError, VarInt};
use seedbed::hunt::Hunt;
use seedbed::{net, sleep, timeout};
use seedbed_trials::runs;

use crate::world::{
    Certificate, FAULTS, LONG_AFTER, Server, client, connect, is_silence, server_of, there_and_back, transport,
};

const CODE: VarInt = VarInt::from_u32(0x1234_5678);
const REASON: &[u8] = b"the shop is closed";

fn is_the_reason(end: &ConnectionError) -> bool {
    matches!(end, ConnectionError::ApplicationClosed(ApplicationClose { error_code, reason }) if *error_code == CODE && reason == REASON)
}

#[test]
fn the_reason_of_a_client_reaches_the_server_or_silence_does() {
    let report = Hunt::new("client closes").regressions_off().runs(runs(500)).faults(FAULTS).run(|| async {
        let server = Server::start(1, server_of(Certificate::Long, transport())).await;
        let endpoint = client(1, transport());
        let Ok(connection) = connect(&endpoint).await else { return };
        let served = there_and_back(connection.clone(), 1, 3_000).await;
        connection.close(CODE, REASON);
        drop(connection);
        timeout(LONG_AFTER, endpoint.wait_idle())
            .await
            .expect("three times what it takes the way for, and it is at rest");
        assert_eq!(endpoint.open_connections(), 0);
        sleep(LONG_AFTER).await;
        if served.is_ok() {
            let ends = server.seen.ends.borrow().clone();
            assert!(matches!(&ends[..], [end] if is_the_reason(end) || is_silence(end)), "{ends:?}");
            seedbed::sometimes!(ends.iter().any(is_the_reason), "the reason arrived");
            seedbed::sometimes!(!ends.iter().any(is_the_reason), "silence arrived");
        }
        assert_eq!(server.endpoint.open_connections(), 0, "the server keeps a connection of nobody's");
        server.close().await;
    });
    assert!(report.is_ok(), "{report}");
}

#[test]
fn the_reason_of_a_server_reaches_every_client_or_silence_does() {
    let report = Hunt::new("server closes").regressions_off().runs(runs(500)).faults(FAULTS).run(|| async {
        let server = Server::start(1, server_of(Certificate::Long, transport())).await;
        let clients = ["one", "two", "three"].map(|name| {
            net::host(name).spawn(async {
                let endpoint = client(1, transport());
                let connection = match connect(&endpoint).await {
                    Ok(connection) => connection,
                    Err(end) => return end,
                };
                let end = connection.closed().await;
                endpoint.wait_idle().await;
                end
            })
        });
        sleep(Duration::from_millis(30)).await;
        server.endpoint.close(CODE, REASON);
        for client in clients {
            let end = client.await.expect("a client ends");
            // One that comes too late is refused.
            let refused = matches!(&end, ConnectionError::ConnectionClosed(_));
            assert!(is_the_reason(&end) || is_silence(&end) || refused, "{end:?}");
            seedbed::sometimes!(is_the_reason(&end), "a client heard the reason");
            seedbed::sometimes!(refused, "a client came too late");
        }
        server.close().await;
    });
    assert!(report.is_ok(), "{report}");
}
