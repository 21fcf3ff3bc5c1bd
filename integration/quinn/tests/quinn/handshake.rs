//! Handshakes: who may be trusted, and until when; addresses that are asked for twice; connections that are refused.

use std::time::Duration;

use quinn::{ConnectionError, Endpoint};
use seedbed::hunt::Hunt;
use seedbed::{Sim, net, sleep};
use seedbed_trials::runs;

use crate::world::{
    Certificate, FAULTS, Server, client, client_of, connect, endpoint_of, is_silence, server_address, server_of,
};
use crate::world::{there_and_back, transport};

/// Connects with trust in one certificate, or in none.
async fn connect_trusting(certificate: Option<Certificate>, name: &str) -> Result<(), ConnectionError> {
    let endpoint = endpoint_of(0, 1, None);
    let config = client_of(certificate, transport());
    let connection = endpoint.connect_with(config, server_address(), name).expect("a good address").await?;
    there_and_back(connection, 1, 100).await
}

#[test]
fn a_certificate_is_judged_by_the_wall_clock_of_the_run() {
    let report = Sim::new(0).virtual_time(Duration::from_secs(1 << 20)).run(async {
        let server = Server::start(1, server_of(Certificate::OfADay, transport())).await;
        connect_trusting(Some(Certificate::OfADay), "server").await.expect("the day has just begun");
        sleep(Duration::from_secs(86_401)).await;
        let late = connect_trusting(Some(Certificate::OfADay), "server").await.expect_err("the day is over");
        server.close().await;
        late.to_string()
    });
    let late = report.result.expect("it passes");
    assert!(late.contains("certificate expired"), "{late}");
}

#[test]
fn another_name_and_a_certificate_of_nobody_are_refused() {
    let report = Sim::new(0).run(async {
        let server = Server::start(1, server_of(Certificate::Long, transport())).await;
        let name = connect_trusting(Some(Certificate::Long), "somebody").await.expect_err("it is called server");
        let root = connect_trusting(None, "server").await.expect_err("nobody is trusted");
        server.close().await;
        (name.to_string(), root.to_string())
    });
    let (name, root) = report.result.expect("it passes");
    assert!(name.contains("not valid for name"), "{name}");
    assert!(root.contains("UnknownIssuer"), "{root}");
}

/// A server that asks each address to show that it is one, then serves a stream of each connection.
async fn wary(endpoint: Endpoint) {
    while let Some(incoming) = endpoint.accept().await {
        if incoming.remote_address_validated() {
            let Ok(connection) = incoming.await else { continue };
            let Ok((mut send, mut receive)) = connection.accept_bi().await else { continue };
            let Ok(whole) = receive.read_to_end(1 << 16).await else { continue };
            if send.write_all(&whole).await.is_ok() {
                drop(send.finish());
            }
            connection.closed().await;
        } else {
            seedbed::reachable!("an address was asked for");
            incoming.retry().expect("it has not been asked for");
        }
    }
}

#[test]
fn an_address_that_is_asked_for_is_shown_whatever_strikes() {
    let report = Hunt::new("retry").regressions_off().runs(runs(300)).faults(FAULTS).run(|| async {
        let host = net::host("server");
        let config = server_of(Certificate::Long, transport());
        let endpoint = host.spawn(async { endpoint_of(443, 1, Some(config)) }).await.expect("the host is up");
        drop(host.spawn(wary(endpoint)));
        let endpoint = client(1, transport());
        let served = match connect(&endpoint).await {
            Ok(connection) => there_and_back(connection, 3, 4_000).await,
            Err(end) => Err(end),
        };
        assert!(served.as_ref().map_or_else(is_silence, |()| true), "{served:?}");
        seedbed::sometimes!(served.is_ok(), "it was served");
        endpoint.close(0_u32.into(), b"");
        endpoint.wait_idle().await;
    });
    assert!(report.is_ok(), "{report}");
}

#[test]
fn who_is_refused_learns_of_it_or_waits_in_vain() {
    let report = Hunt::new("refused").regressions_off().runs(runs(300)).faults(FAULTS).run(|| async {
        let host = net::host("server");
        let config = server_of(Certificate::Long, transport());
        let endpoint = host.spawn(async { endpoint_of(443, 1, Some(config)) }).await.expect("the host is up");
        drop(host.spawn(async move {
            while let Some(incoming) = endpoint.accept().await {
                incoming.refuse();
            }
        }));
        let endpoint = client(1, transport());
        let end = connect(&endpoint).await.map(|_| ()).expect_err("it is refused");
        let refused = matches!(&end, ConnectionError::ConnectionClosed(close) if close.to_string().contains("refused"));
        assert!(refused || end == ConnectionError::TimedOut, "{end:?}");
        seedbed::sometimes!(refused, "it learnt of it");
        endpoint.wait_idle().await;
    });
    assert!(report.is_ok(), "{report}");
}
