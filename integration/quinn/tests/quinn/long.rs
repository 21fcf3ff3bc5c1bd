//! Long connections: keys and connection ids change under way, many times, and streams do not notice.

use std::sync::Arc;
use std::time::Duration;

use quinn::{Connection, ConnectionError, Endpoint, ServerConfig};
use seedbed::hunt::Hunt;
use seedbed::{Sim, gather, net, sleep, spawn, timeout};
use seedbed_quinn::{SeedbedRuntime, SeededIds, UdpSocket, endpoint_config};
use seedbed_trials::runs;

use crate::world::{
    Certificate, FAULTS, LONG_AFTER, Server, client_of, connect, is_silence, server_of, there_and_back, transport,
};

/// An endpoint whose connection ids are replaced every so often, if that is wished.
pub(crate) fn restless(port: u16, lifetime: Option<Duration>, server: Option<ServerConfig>) -> Endpoint {
    let mut config = endpoint_config();
    config.cid_generator(move || Box::new(lifetime.map_or_else(SeededIds::default, SeededIds::living_for)));
    let socket = Arc::new(UdpSocket::bind(port).expect("the port is free").segments(10));
    let endpoint = Endpoint::new_with_abstract_socket(config, server, socket, Arc::new(SeedbedRuntime));
    endpoint.expect("an endpoint")
}

async fn talk(connection: Connection, first: u32) -> Result<(), ConnectionError> {
    for number in first..first + 8 {
        there_and_back(connection.clone(), number, 60_000).await?;
        sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

async fn go_on(lifetime: Option<Duration>) -> bool {
    let config = server_of(Certificate::Long, transport());
    let server = Server::start_with(move || restless(443, lifetime, Some(config))).await;
    let talking = net::host("client").spawn(async move {
        let mut endpoint = restless(0, lifetime, None);
        endpoint.set_default_client_config(client_of(Some(Certificate::Long), transport()));
        let connection = connect(&endpoint).await?;
        let talks = [0, 100].map(|first| spawn(talk(connection.clone(), first)));
        let ends = timeout(LONG_AFTER, gather(talks)).await.expect("everything ends").expect("nobody cancels it");
        let ends: Vec<_> = ends.into_iter().map(|end| end.expect("none panics")).collect();
        connection.close(0_u32.into(), b"");
        drop(connection);
        endpoint.wait_idle().await;
        ends.into_iter().collect::<Result<(), ConnectionError>>()
    });
    let end = talking.await.expect("the client ends");
    assert!(end.as_ref().map_or_else(is_silence, |()| true), "{end:?}");
    server.close().await;
    end.is_ok()
}

#[test]
fn in_plain_order_streams_do_not_notice_that_ids_change() {
    assert!(Sim::new(0).run(go_on(Some(Duration::from_millis(500)))).result.expect("it passes"));
}

/// Ids do not change here: one that is lost and has expired kills its connection, see `bugs`.
#[test]
fn streams_do_not_notice_that_keys_change_whatever_strikes() {
    let report = Hunt::new("long").regressions_off().runs(runs(200)).faults(FAULTS).run(|| async {
        let went_on = go_on(None).await;
        seedbed::sometimes!(went_on, "all came back");
    });
    assert!(report.is_ok(), "{report}");
}
