//! Datagrams of QUIC: each arrives whole and at most once, however often the network delivers it.

use std::collections::BTreeSet;
use std::time::Duration;

use quinn::ConnectionError;
use seedbed::hunt::Hunt;
use seedbed::{sleep, spawn};
use seedbed_trials::runs;

use crate::world::{Certificate, FAULTS, Server, bytes, client, connect, is_silence, server_of, transport};

const SENT: u32 = 30;

#[test]
fn a_datagram_arrives_whole_and_at_most_once() {
    let report = Hunt::new("datagrams").regressions_off().runs(runs(500)).faults(FAULTS).run(|| async {
        let server = Server::start(1, server_of(Certificate::Long, transport())).await;
        let endpoint = client(1, transport());
        let Ok(connection) = connect(&endpoint).await else { return };
        let sender = connection.clone();
        let sending = spawn(async move {
            for number in 0..SENT {
                // Each length once, so that the number is known from it.
                let sent = sender.send_datagram(bytes(number, 100 + number as usize).into());
                assert!(sent.is_ok() || sender.close_reason().is_some(), "{sent:?}");
                sleep(Duration::from_millis(u64::from(number % 3))).await;
            }
            sleep(Duration::from_secs(2)).await;
            sender.close(0_u32.into(), b"enough");
        });
        let mut arrived = BTreeSet::new();
        let end = loop {
            match connection.read_datagram().await {
                Ok(datagram) => {
                    let number = u32::try_from(datagram.len()).expect("it is short") - 100;
                    assert!(datagram[..] == bytes(number, datagram.len()), "datagram {number} was changed");
                    assert!(arrived.insert(number), "datagram {number} arrived twice");
                }
                Err(end) => break end,
            }
        };
        assert!(end == ConnectionError::LocallyClosed || is_silence(&end), "{end:?}");
        seedbed::sometimes!(arrived.len() == SENT as usize, "all came back");
        seedbed::sometimes!(arrived.len() < SENT as usize, "some were lost");
        sending.await.expect("it ends");
        server.close().await;
    });
    assert!(report.is_ok(), "{report}");
}
