//! 0-RTT: what is said before the handshake is over arrives once, or is known to have been refused.

use std::time::Duration;

use quinn::{Connection, ConnectionError, Endpoint, ReadToEndError, WriteError, ZeroRttAccepted};
use seedbed::hunt::Hunt;
use seedbed::{Sim, sleep};
use seedbed_trials::runs;

use crate::world::{
    Certificate, FAULTS, Server, bytes, client, connect, is_silence, server_address, server_of, there_and_back,
    transport,
};

/// Connects to a server that is known, and says something at once. Whether that was taken; or how the connection ended.
async fn say_at_once(connection: &Connection, accepted: ZeroRttAccepted) -> Result<bool, ConnectionError> {
    let said = async {
        let (mut send, mut receive) = connection.open_bi().await.map_err(WriteError::from)?;
        send.write_all(&bytes(5, 3_000)).await?;
        drop(send.finish());
        match receive.read_to_end(4_000).await {
            Ok(back) => {
                assert!(back == bytes(5, 3_000), "what was said at once came back changed");
                Ok(())
            }
            Err(ReadToEndError::Read(quinn::ReadError::ZeroRttRejected)) => Err(WriteError::ZeroRttRejected),
            Err(_) => Err(WriteError::ConnectionLost(connection.closed().await)),
        }
    };
    let said: Result<(), WriteError> = said.await;
    let accepted = accepted.await;
    match said {
        Ok(()) => assert!(accepted, "it came back, and was refused"),
        Err(WriteError::ZeroRttRejected) => {
            assert!(!accepted, "it was taken, and refused");
            there_and_back(connection.clone(), 6, 3_000).await?;
        }
        Err(WriteError::ConnectionLost(end)) => return Err(end),
        Err(other) => panic!("{other:?}"),
    }
    Ok(accepted)
}

/// Connects, leaves, and comes back with a ticket; to a server that has forgotten it, if that is wished.
async fn come_back(forgets: bool) -> Option<Result<bool, ConnectionError>> {
    let server = Server::start(1, server_of(Certificate::Long, transport())).await;
    let endpoint: Endpoint = client(1, transport());
    let connection = connect(&endpoint).await.ok()?;
    there_and_back(connection.clone(), 1, 100).await.ok()?;
    sleep(Duration::from_secs(1)).await;
    connection.close(0_u32.into(), b"later");
    endpoint.wait_idle().await;
    if forgets {
        server.endpoint.set_server_config(Some(server_of(Certificate::Long, transport())));
    }
    let connecting = endpoint.connect(server_address(), "server").expect("a good address");
    let (connection, accepted) = connecting.into_0rtt().ok()?;
    let end = say_at_once(&connection, accepted).await;
    connection.close(0_u32.into(), b"");
    endpoint.wait_idle().await;
    server.close().await;
    Some(end)
}

#[test]
fn in_plain_order_it_is_taken_unless_the_server_has_forgotten() {
    for forgets in [false, true] {
        let end = Sim::new(0).run(come_back(forgets)).result.expect("it passes").expect("there is a ticket");
        assert_eq!(end, Ok(!forgets));
    }
}

#[test]
fn what_is_said_at_once_arrives_or_is_refused_whatever_strikes() {
    for forgets in [false, true] {
        let report = Hunt::new("0-rtt").regressions_off().runs(runs(300)).faults(FAULTS).run(move || async move {
            let Some(end) = come_back(forgets).await else { return };
            assert!(end.as_ref().map_or_else(is_silence, |accepted| *accepted != forgets), "{end:?}");
            seedbed::sometimes!(end.is_ok(), "the answer was right");
        });
        assert!(report.is_ok(), "{report}");
    }
}
