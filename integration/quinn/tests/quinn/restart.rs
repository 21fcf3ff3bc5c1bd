//! A server that crashes and comes back: its key of resets tells clients at once that their connections are over; without it they wait.

use std::sync::Arc;
use std::time::Duration;

use quinn::{ConnectionError, Endpoint};
use ring::hmac;
use seedbed::hunt::Hunt;
use seedbed::{Sim, net, now, sleep};
use seedbed_quinn::{SeedbedRuntime, UdpSocket, endpoint_config};
use seedbed_trials::runs;

use crate::world::{Certificate, IDLE, bytes, client, connect, server_of, transport};

/// A server whose host starts it anew after a crash; its key is kept, or drawn afresh each time.
async fn forgetful(keeps_its_key: bool) {
    let mut config = endpoint_config();
    if keeps_its_key {
        config.reset_key(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, b"kept on the disk of the server")));
    }
    let socket = Arc::new(UdpSocket::bind(443).expect("the port is free"));
    let server = Some(server_of(Certificate::Long, transport()));
    let endpoint = Endpoint::new_with_abstract_socket(config, server, socket, Arc::new(SeedbedRuntime));
    let endpoint = endpoint.expect("an endpoint");
    let mut connections = Vec::new();
    while let Some(incoming) = endpoint.accept().await {
        connections.extend(incoming.await);
    }
}

/// How a connection ends whose server crashes and comes back, and how long after that.
async fn survive(keeps_its_key: bool) -> Option<(ConnectionError, Duration)> {
    let host = net::host("server");
    host.run(move || forgetful(keeps_its_key));
    sleep(Duration::from_millis(1)).await;
    let endpoint = client(1, transport());
    let connection = connect(&endpoint).await.ok()?;
    let mut stream = connection.open_uni().await.ok()?;
    host.crash();
    sleep(Duration::from_millis(50)).await;
    host.restart();
    let since = now();
    // It says more than a reset takes: a server answers nothing that is shorter than its answer.
    drop(stream.write_all(&bytes(1, 5_000)).await);
    let end = connection.closed().await;
    endpoint.wait_idle().await;
    Some((end, now() - since))
}

#[test]
fn in_plain_order_a_client_learns_at_once_of_a_restart() {
    let (end, after) = Sim::new(0).run(survive(true)).result.expect("it passes").expect("nothing strikes");
    assert_eq!(end, ConnectionError::Reset);
    assert!(after < Duration::from_millis(500), "{after:?}");
}

#[test]
fn without_its_key_a_server_is_silent_and_the_client_waits() {
    let (end, after) = Sim::new(0).run(survive(false)).result.expect("it passes").expect("nothing strikes");
    assert_eq!(end, ConnectionError::TimedOut);
    assert!(after > IDLE - Duration::from_secs(1), "{after:?}");
}

#[test]
fn a_client_learns_of_a_restart_or_waits_in_vain_whatever_strikes() {
    let hunt = Hunt::new("restart").regressions_off().runs(runs(500)).faults("lost+latency+duplicated+reordered");
    let report = hunt.run(|| async {
        let Some((end, after)) = survive(true).await else { return };
        assert!(matches!(end, ConnectionError::Reset | ConnectionError::TimedOut), "{end:?} after {after:?}");
        seedbed::sometimes!(end == ConnectionError::Reset, "it learnt of it");
    });
    assert!(report.is_ok(), "{report}");
}
