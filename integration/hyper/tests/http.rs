//! hyper as published: right answers whatever strikes, shutdowns that end, and the same run from the same seed.

mod programs;

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use programs::paying::three_payments;
use programs::{Client, FAULTS, IDLE, NoAnswer, Shop, VERSIONS, Version, start, traffic, trial};
use seedbed::hunt::{Hunt, Verdict};
use seedbed::{Sim, net, select, sleep, spawn, timeout};
use seedbed_trials::{runs, trials_are_reproducible};

fn hunt(name: &str) -> Hunt {
    Hunt::new(name).regressions_off()
}

#[test]
fn in_plain_order_every_request_is_answered_that_has_the_time() {
    for version in VERSIONS {
        let report = Sim::new(0).run(traffic(version));
        assert!(report.leaked.is_empty() && report.leftovers.is_empty(), "{:?}", (report.leaked, report.leftovers));
        assert_eq!(report.result.expect("it passes"), 12, "{version:?}");
    }
}

#[test]
fn answers_are_right_and_the_shutdown_ends_whatever_strikes() {
    for version in VERSIONS {
        let report = hunt("traffic").runs(runs(1_000)).faults(FAULTS).run(move || async move {
            let answers = traffic(version).await;
            seedbed::sometimes!(answers < 12, "a request was not answered");
        });
        assert!(report.is_ok(), "{version:?}\n{report}");
    }
}

#[test]
fn a_seed_is_a_run() {
    trials_are_reproducible("a_seed_is_a_run", &VERSIONS.map(trial));
}

#[test]
fn a_request_that_is_given_up_does_not_spoil_the_next() {
    for version in VERSIONS {
        let report = hunt("given up").runs(runs(300)).faults("latency+short").run(move || async move {
            let shop = Shop::new(version);
            drop(start(&shop).await);
            let mut client = Client::connect(version).await.expect("it connects");
            let slow = timeout(Duration::from_millis(25), client.send(Method::GET, "/slow/9", Bytes::new())).await;
            assert!(version == Version::Http1 || slow.is_err() || slow.is_ok_and(|answer| answer.is_ok()));
            // HTTP/2 gives up the stream and keeps the connection; HTTP/1 may have closed it, and the request may cross that on its way.
            match client.send(Method::GET, "/hello/again", Bytes::new()).await {
                Ok(body) => assert_eq!(body, "hello again"),
                Err(error) => assert_eq!(version, Version::Http1, "{error:?}"),
            }
        });
        assert!(report.is_ok(), "{version:?}\n{report}");
    }
}

#[test]
fn a_shutdown_lets_what_is_under_way_end() {
    for version in VERSIONS {
        let report = hunt("shutdown").runs(runs(300)).faults("latency+short").run(move || async move {
            let shop = Shop::new(version);
            let server = start(&shop).await;
            let got_through = Rc::new(Cell::new(false));
            let client = net::host("client").spawn(async move {
                // Where all is slow, the shop is closed by now.
                let mut client = Client::connect(version).await.ok()?;
                let slow = client.send(Method::GET, "/slow/6", Bytes::new()).await;
                Some((slow, client.send(Method::GET, "/hello/late", Bytes::new()).await))
            });
            // The request is there by then, and its answer is not.
            select! {
                () = sleep(Duration::from_millis(30)) => shop.stop.set(),
            }
            let asked = client.await.expect("the client ends");
            server.await.expect("the server ends");
            let Some((slow, late)) = asked else { return };
            got_through.set(slow.is_ok());
            if let Ok(body) = &slow {
                assert_eq!(body.len(), 3_000);
            }
            // HTTP/2 says which requests it has not looked at; over HTTP/1 a request may cross the end of its connection.
            let is_unknown = slow.is_ok() && matches!(late, Err(NoAnswer::Unknown(_)));
            assert!(version == Version::Http1 || !is_unknown, "a late request has an unknown fate: {late:?}");
            seedbed::sometimes!(got_through.get(), "what was under way has ended");
        });
        assert!(report.is_ok(), "{version:?}\n{report}");
    }
}

/// A server that closes an idle connection while the client sends its next request: what hyper gives back was not served.
#[test]
fn what_is_given_back_was_not_served() {
    for version in VERSIONS {
        let report = hunt("idle").runs(runs(1_000)).faults("latency+lost+reset+short").run(move || async move {
            let shop = Shop::new(version);
            drop(start(&shop).await);
            net::set_latency(Duration::from_millis(1)..=Duration::from_millis(20));
            let Ok(mut client) = Client::connect(version).await else { return };
            for (number, pause) in [0, 97, 99, 101].into_iter().enumerate() {
                sleep(Duration::from_millis(pause)).await;
                let path = format!("/pay/{number}");
                match client.send(Method::POST, &path, Bytes::new()).await {
                    Ok(body) => assert_eq!(body, format!("paid {number}")),
                    Err(NoAnswer::Unknown(_)) => return,
                    Err(NoAnswer::NotSent) => {
                        sleep(IDLE).await;
                        seedbed::reachable!("a request was given back");
                        let paid = shop.payments.borrow().contains(&number.to_string());
                        assert!(!paid, "payment {number} was given back, and was made");
                        let Ok(again) = Client::connect(version).await else { return };
                        client = again;
                    }
                }
            }
        });
        assert!(report.is_ok(), "{version:?}\n{report}");
    }
}

#[test]
fn a_retry_of_what_may_have_been_served_is_found() {
    for version in VERSIONS {
        let careful = hunt("careful").faults(FAULTS).run(move || three_payments(version, false));
        assert!(careful.is_ok(), "{version:?}\n{careful}");
        let found = (0..3).map(|seed| {
            let hasty = hunt("hasty").seed(seed).prove(false).faults(FAULTS).run(move || three_payments(version, true));
            let Verdict::Failed(finding) = &hasty.verdict else { panic!("{version:?}, seed {seed}\n{hasty}") };
            assert!(hasty.to_string().contains("a payment was made twice"), "{hasty}");
            finding.shrunk.as_ref().map_or(usize::MAX, |shrunk| shrunk.departures().len())
        });
        let departures: Vec<usize> = found.collect();
        assert!(departures.iter().any(|departures| *departures <= 2), "{version:?}: {departures:?}");
    }
}

#[test]
fn a_spawn_after_the_end_is_dropped() {
    // The connection's destructor runs when the loop is closed already.
    let report = Sim::new(0).run(async {
        let shop = Shop::new(Version::Http2);
        drop(start(&shop).await);
        let client = Client::connect(Version::Http2).await.expect("it connects");
        drop(spawn(async move {
            let _client = client;
            std::future::pending::<()>().await;
        }));
        sleep(Duration::from_millis(20)).await;
    });
    assert!(report.result.is_ok());
}
