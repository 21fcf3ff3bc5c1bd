//! Silence: a connection is over when nothing was heard for so long, on both sides, unless it is kept alive.

use std::time::Duration;

use quinn::ConnectionError;
use seedbed::hunt::Hunt;
use seedbed::{Sim, net, now, sleep};
use seedbed_trials::runs;

use crate::world::{
    Certificate, IDLE, LONG_AFTER, Server, client, connect, is_silence, server_of, there_and_back, transport,
};

#[test]
fn silence_ends_a_connection_on_both_sides_after_the_time_that_was_agreed() {
    let report = Sim::new(0).run(async {
        let server = Server::start(1, server_of(Certificate::Long, transport())).await;
        let endpoint = client(1, transport());
        let connection = connect(&endpoint).await.expect("nothing strikes");
        there_and_back(connection.clone(), 0, 100).await.expect("nothing strikes");
        let since = now();
        let end = connection.closed().await;
        let (lasted, ends) = (now() - since, server.seen.ends.borrow().clone());
        sleep(Duration::from_secs(1)).await;
        let late = server.seen.ends.borrow().clone();
        (end, lasted, [ends, late].concat())
    });
    let (end, lasted, ends) = report.result.expect("it passes");
    assert_eq!(end, ConnectionError::TimedOut);
    // The last word was an acknowledgement, up to a latency later.
    assert!(lasted <= IDLE + Duration::from_millis(100) && lasted >= IDLE, "{lasted:?}");
    assert_eq!(ends.last(), Some(&ConnectionError::TimedOut));
}

#[test]
fn keep_alives_keep_a_connection_for_a_virtual_day() {
    let report = Sim::new(0).virtual_time(Duration::from_secs(100_000)).run(async {
        let server = Server::start(1, server_of(Certificate::Long, transport())).await;
        let mut transport = transport();
        transport.keep_alive_interval(Some(IDLE / 2));
        let endpoint = client(1, transport);
        let connection = connect(&endpoint).await.expect("nothing strikes");
        sleep(Duration::from_secs(86_400)).await;
        there_and_back(connection.clone(), 0, 100).await.expect("it is alive");
        connection.close(0_u32.into(), b"");
        endpoint.wait_idle().await;
        server.close().await;
    });
    report.result.expect("it passes");
}

#[test]
fn a_partition_is_outlived_by_a_connection_or_ends_it_on_both_sides() {
    let hunt = Hunt::new("partition").regressions_off().runs(runs(500)).faults("partition+lost+latency");
    let report = hunt.run(|| async {
        let server = Server::start(1, server_of(Certificate::Long, transport())).await;
        let browsing = net::host("client").spawn(async {
            let endpoint = client(1, transport());
            let connection = connect(&endpoint).await?;
            let mut came_back = 0;
            while came_back < 5 {
                there_and_back(connection.clone(), came_back, 2_000).await?;
                came_back += 1;
            }
            connection.close(3_u32.into(), b"done");
            endpoint.wait_idle().await;
            Ok(came_back)
        });
        let end = browsing.await.expect("the client ends");
        assert!(end.as_ref().map_or_else(is_silence, |came_back| *came_back == 5), "{end:?}");
        seedbed::sometimes!(end.is_err(), "the connection was over");
        seedbed::sometimes!(end.is_ok(), "the connection was not over");
        // By then every side knows.
        sleep(LONG_AFTER).await;
        let ends = server.seen.ends.borrow().clone();
        let closed = |end: &ConnectionError| matches!(end, ConnectionError::ApplicationClosed(close) if close.error_code == 3_u32.into());
        assert!(ends.iter().all(|end| closed(end) || is_silence(end)), "{ends:?}");
        assert_eq!(server.endpoint.open_connections(), 0, "a connection of nobody's is left");
        server.close().await;
    });
    assert!(report.is_ok(), "{report}");
}
