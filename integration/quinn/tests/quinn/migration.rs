//! Migration: a client goes on from another port, and from another host's address, and its streams do not notice.

use std::sync::Arc;
use std::time::Duration;

use quinn::{Endpoint, TransportConfig};
use seedbed::hunt::Hunt;
use seedbed::{Sim, net, sleep, spawn};
use seedbed_quinn::UdpSocket;
use seedbed_trials::runs;

use crate::world::{Certificate, Server, client, connect, is_silence, server_of, there_and_back, transport};

/// The time between two moves where nothing strikes.
const OFTEN: Duration = Duration::from_millis(40);

/// Moves an endpoint to a new port of a host: its own or, as a telephone changes networks, another.
async fn move_to(endpoint: &Endpoint, host: &str) {
    let socket = net::host(host).spawn(async { UdpSocket::bind(0).expect("a port is free") }).await;
    endpoint.rebind_abstract(Arc::new(socket.expect("the host is up"))).expect("it has an address");
}

/// Streams while the client moves three times, to these hosts.
async fn wander(
    hosts: [&'static str; 3],
    migration: bool,
    pause: Duration,
    transport: fn() -> TransportConfig,
) -> (usize, bool) {
    let mut config = server_of(Certificate::Long, transport());
    config.migration(migration);
    let server = Server::start(1, config).await;
    let wandering = net::host("client").spawn(async move {
        let endpoint = client(1, transport());
        let Ok(connection) = connect(&endpoint).await else { return (0, false) };
        // Addresses are not to be changed on purpose before the handshake is confirmed (RFC 9000, section 9).
        if there_and_back(connection.clone(), 100, 10).await.is_err() {
            return (0, true);
        }
        sleep(Duration::from_secs(1)).await;
        let walking = spawn({
            let endpoint = endpoint.clone();
            async move {
                for host in hosts {
                    sleep(pause).await;
                    move_to(&endpoint, host).await;
                }
            }
        });
        let mut came_back = 0;
        let mut timed_out = false;
        for number in 0..8 {
            match there_and_back(connection.clone(), number, 9_000).await {
                Ok(()) => came_back += 1,
                Err(end) => {
                    assert!(is_silence(&end), "{end:?}");
                    timed_out = true;
                    break;
                }
            }
            sleep(pause / 4).await;
        }
        walking.await.expect("it arrives");
        connection.close(0_u32.into(), b"home");
        drop(connection);
        endpoint.wait_idle().await;
        (came_back, timed_out)
    });
    let came_back = wandering.await.expect("the client ends");
    server.close().await;
    came_back
}

/// Settings that never give a new path up. A path that is given up trips an assertion of quinn's, which ends the process: see
/// `bugs::a_timer_outlives_the_path_that_it_was_set_for`. quinn gives a path of a new address up after three times the probe timeout, which follows from its
/// first guess of the round trip.
fn patient() -> TransportConfig {
    let mut transport = transport();
    transport.initial_rtt(Duration::from_secs(3));
    transport.max_idle_timeout(Some(Duration::from_secs(200).try_into().expect("it is short")));
    transport
}

#[test]
fn in_plain_order_streams_do_not_notice_that_the_client_moves() {
    assert_eq!(
        Sim::new(0).run(wander(["client", "elsewhere", "client"], true, OFTEN, transport)).result.expect("it passes"),
        (8, false)
    );
}

#[test]
fn streams_do_not_notice_that_the_client_moves_whatever_strikes() {
    let report = Hunt::new("moving").regressions_off().runs(runs(500)).faults("lost+latency+duplicated+reordered").run(
        || async {
            let (came_back, _) = wander(["elsewhere", "anywhere", "client"], true, OFTEN * 75, patient).await;
            seedbed::sometimes!(came_back == 8, "every stream came back");
        },
    );
    assert!(report.is_ok(), "{report}");
}

#[test]
fn a_server_that_wants_no_migration_hears_no_more() {
    let (came_back, timed_out) =
        Sim::new(0).run(wander(["client", "elsewhere", "client"], false, OFTEN, transport)).result.expect("it passes");
    assert!(came_back < 8 && timed_out, "{came_back} streams came back");
}
