//! The path: how much it carries at once is found out, and found out again where it carries less than before.

use std::sync::Arc;
use std::time::Duration;

use quinn::{Connection, Endpoint};
use seedbed::hunt::Hunt;
use seedbed::{Sim, sleep};
use seedbed_quinn::{SeedbedRuntime, UdpSocket, endpoint_config};
use seedbed_trials::runs;

use crate::world::{
    Certificate, FAULTS, IDLE, Server, client_of, connect, is_silence, server_of, there_and_back, transport,
};

/// A client, and its socket, whose path can be limited.
fn limited(bytes: u16) -> (Endpoint, Arc<UdpSocket>) {
    let socket = Arc::new(UdpSocket::bind(0).expect("a port is free").segments(8));
    socket.limit_path(Some(bytes));
    let runtime = Arc::new(SeedbedRuntime);
    let endpoint = Endpoint::new_with_abstract_socket(endpoint_config(), None, Arc::clone(&socket) as _, runtime);
    let mut endpoint = endpoint.expect("an endpoint");
    endpoint.set_default_client_config(client_of(Some(Certificate::Long), transport()));
    (endpoint, socket)
}

fn mtu(connection: &Connection) -> u16 {
    connection.stats().path.current_mtu
}

#[test]
fn what_a_path_carries_is_found_out() {
    let report = Sim::new(0).run(async {
        let server = Server::start(8, server_of(Certificate::Long, transport())).await;
        let mut found = Vec::new();
        for bytes in [1_200, 1_300, 1_472] {
            let (endpoint, _socket) = limited(bytes);
            let connection = connect(&endpoint).await.expect("nothing strikes");
            for number in 0..20 {
                there_and_back(connection.clone(), number, 5_000).await.expect("nothing strikes");
                sleep(IDLE / 10).await;
            }
            found.push(mtu(&connection));
            connection.close(0_u32.into(), b"");
            endpoint.wait_idle().await;
        }
        server.close().await;
        found
    });
    // quinn asks for 1,452 at most unless it is told otherwise, and stops where another question would gain less than 20.
    let found = report.result.expect("it passes");
    assert!(found[0] == 1_200 && (1_280..=1_300).contains(&found[1]) && found[2] == 1_452, "{found:?}");
}

#[test]
fn a_path_that_carries_less_than_before_is_noticed_whatever_strikes() {
    let report = Hunt::new("black hole").regressions_off().runs(runs(300)).faults(FAULTS).run(|| async {
        let server = Server::start(8, server_of(Certificate::Long, transport())).await;
        let (endpoint, socket) = limited(1_472);
        let Ok(connection) = connect(&endpoint).await else { return };
        for number in 0..6 {
            let before = mtu(&connection);
            if number == 3 {
                socket.limit_path(Some(1_250));
            }
            match there_and_back(connection.clone(), number, 40_000).await {
                Ok(()) => {}
                Err(end) => {
                    assert!(is_silence(&end), "{end:?}");
                    return;
                }
            }
            let now = mtu(&connection);
            assert!(number < 5 || now <= 1_250, "{now} bytes at once, where 1250 arrive");
            seedbed::sometimes!(number >= 3 && before > 1_250 && now <= 1_250, "it was noticed");
            sleep(Duration::from_millis(500)).await;
        }
        connection.close(0_u32.into(), b"");
        endpoint.wait_idle().await;
        server.close().await;
    });
    assert!(report.is_ok(), "{report}");
}
