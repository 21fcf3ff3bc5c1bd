//! Windows: whatever becomes of streams, what they were allowed to send and to open comes back, so that the next ones can.

use std::time::Duration;

use quinn::{Connection, ConnectionError, TransportConfig};
use rand_core::Rng;
use seedbed::hunt::Hunt;
use seedbed::{gather, sleep, spawn, timeout};
use seedbed_trials::runs;

use crate::world::{
    Certificate, FAULTS, LONG_AFTER, Server, bytes, client, connect, is_silence, server_of, there_and_back, transport,
};

/// Room for next to nothing: what leaks is missed at once.
fn narrow() -> TransportConfig {
    let mut transport = transport();
    transport.stream_receive_window(1_500_u32.into()).receive_window(4_000_u32.into()).send_window(6_000);
    transport.max_concurrent_bidi_streams(3_u32.into()).max_concurrent_uni_streams(2_u32.into());
    transport
}

/// A stream that is broken off, on one side or the other, sooner or later.
async fn break_off(connection: &Connection) -> Result<(), ConnectionError> {
    let mut rng = seedbed::rng();
    let how = rng.next_u32();
    let length = [1, 700, 2_500, 9_000][how as usize % 4];
    let (mut send, mut receive) = connection.open_bi().await?;
    let pause = Duration::from_millis(u64::from(how >> 8) % 20);
    match (how >> 4) % 4 {
        // The server breaks its side off, too, with the same number.
        0 => {
            drop(timeout(pause, send.write_all(&bytes(how, length))).await);
            drop(send.reset(9_u32.into()));
            let end = receive.read_to_end(20_000).await;
            assert!(end.is_err() || length <= 700 || connection.close_reason().is_some(), "{end:?}");
        }
        1 => {
            drop(timeout(pause, send.write_all(&bytes(how, length))).await);
            drop(receive.stop(9_u32.into()));
        }
        2 => {
            drop(timeout(pause, send.write_all(&bytes(how, length))).await);
            drop(timeout(pause, receive.read_chunk(100, how.is_multiple_of(3))).await);
        }
        _ => {
            drop(send.write_all(&bytes(how, 1)).await);
            drop(receive);
            drop(timeout(pause, send.write_all(&bytes(how, length))).await);
        }
    }
    Ok(())
}

async fn squander() -> bool {
    let server = Server::start(1, server_of(Certificate::Long, narrow())).await;
    let endpoint = client(1, narrow());
    let Ok(connection) = connect(&endpoint).await else { return false };
    let breaking = (0..3).map(|_| {
        let connection = connection.clone();
        spawn(async move {
            for _ in 0..12 {
                break_off(&connection).await?;
            }
            Ok::<_, ConnectionError>(())
        })
    });
    let ends = timeout(LONG_AFTER, gather(breaking.collect::<Vec<_>>())).await.expect("streams can be opened again");
    drop(ends);
    sleep(Duration::from_secs(1)).await;
    let rest = (0..6).map(|number| spawn(there_and_back(connection.clone(), number, 10_000)));
    let rest = gather(rest.collect::<Vec<_>>());
    let ends = timeout(LONG_AFTER, rest).await.expect("there is room for others").expect("nobody cancels it");
    let ends: Vec<_> = ends.into_iter().map(|end| end.expect("none panics")).collect();
    assert!(ends.iter().all(|end| end.as_ref().map_or_else(is_silence, |()| true)), "{ends:?}");
    connection.close(0_u32.into(), b"");
    endpoint.wait_idle().await;
    server.close().await;
    ends.iter().all(Result::is_ok)
}

#[test]
fn what_streams_may_send_comes_back_whatever_becomes_of_them() {
    let report = Hunt::new("windows").regressions_off().runs(runs(1_000)).faults(FAULTS).run(|| async {
        let came_back = squander().await;
        seedbed::sometimes!(came_back, "there was room for all");
    });
    assert!(report.is_ok(), "{report}");
}
