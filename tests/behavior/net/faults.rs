//! Faults of the network: keyed by link and number, so that one means the same whatever becomes of the others.

use futures::{AsyncReadExt, AsyncWriteExt};
use seedbed::choice::{Departures, FaultSet, Kind, ReplayMode};
use seedbed::net::{self, Listener, Socket, Stream};
use seedbed::policy::{Profile, by_name};
use seedbed::{Report, Seed, Sim, sleep, spawn, timeout};

use crate::support::millis;

fn departures(lines: &[&str]) -> Departures {
    let entry = |line: &&str| line.split_once(" = ").map(|(a, v)| (a.parse().unwrap(), v.parse().unwrap())).unwrap();
    lines.iter().map(entry).collect()
}

/// Ten numbered datagrams from `a` to `b`, 10 ms apart: what arrived.
async fn ten_datagrams() -> Vec<u8> {
    let receiver = net::host("b").spawn(async {
        let socket = Socket::bind(53).unwrap();
        let mut heard = Vec::new();
        let mut byte = [0];
        while let Ok(Ok(_)) = timeout(millis(500), socket.recv_from(&mut byte)).await {
            heard.push(byte[0]);
        }
        heard
    });
    let sender = net::host("a").spawn(async {
        let socket = Socket::bind(0).unwrap();
        for number in 0..10 {
            sleep(millis(10)).await;
            socket.send_to(&[number], "b:53").await.unwrap();
        }
    });
    sender.await.unwrap();
    receiver.await.unwrap()
}

#[track_caller]
fn arrive(lines: &[&str], expected: &[u8]) {
    let report = Sim::new(0).replay(departures(lines), ReplayMode::Strict).run(ten_datagrams());
    assert_eq!(report.mismatches, []);
    assert_eq!(report.unwrap(), expected, "{lines:?}");
}

#[test]
fn each_departure_means_the_same_whatever_the_others_are() {
    arrive(&[], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    arrive(&["a→b lost 3 = 1", "a→b lost 7 = 1"], &[0, 1, 2, 4, 5, 6, 8, 9]);
    arrive(&["a→b lost 7 = 1"], &[0, 1, 2, 3, 4, 5, 6, 8, 9]);
    arrive(&["a→b duplicated 2 = 1"], &[0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9]);
    arrive(&["a→b duplicated 2 = 4"], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2]);
    arrive(&["a→b reordered 4 = 1"], &[0, 1, 2, 3, 5, 4, 6, 7, 8, 9]);
    arrive(&["a→b reordered 4 = 3"], &[0, 1, 2, 3, 5, 6, 7, 4, 8, 9]);
    arrive(&["a→b latency 8 = 4000000"], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    arrive(&["host a partition 0 = 1"], &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
    arrive(&["host a partition 2 = 2"], &[0, 1]);
    let all = ["a→b duplicated 1 = 1", "a→b lost 3 = 1", "a→b reordered 0 = 2", "a→b lost 7 = 1"];
    arrive(&all, &[1, 1, 0, 2, 4, 5, 6, 8, 9]);
    arrive(&all[1..], &[1, 2, 0, 4, 5, 6, 8, 9]);
}

#[test]
fn one_that_nobody_overtakes_arrives_all_the_same() {
    arrive(&["a→b reordered 9 = 3"], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

/// A client that asks a server over a stream and by datagram, both ways, and takes what comes.
async fn traffic() -> usize {
    let server = net::host("server").run(|| async {
        let socket = Socket::bind(53).unwrap();
        drop(spawn(async move {
            let mut byte = [0];
            while let Ok((_, from)) = socket.recv_from(&mut byte).await {
                socket.send_to(&byte, from).await.unwrap();
            }
        }));
        let listener = Listener::bind(80).unwrap();
        while let Ok((stream, _)) = listener.accept().await {
            drop(spawn(async move {
                let (from, mut to) = stream.split();
                drop(futures::io::copy(from, &mut to).await);
            }));
        }
    });
    let client = net::host("client").spawn(async {
        let socket = Socket::bind(0).unwrap();
        let mut heard = 0;
        for number in 0..12 {
            socket.send_to(&[number], "server:53").await.unwrap();
            if timeout(millis(20), socket.recv_from(&mut [0])).await.is_ok() {
                heard += 1;
            }
        }
        let Ok(mut stream) = Stream::connect("server:80").await else { return heard };
        for chunk in [40, 3, 700] {
            let mut back = vec![0; chunk];
            let there_and_back = async {
                stream.write_all(&vec![7; chunk]).await?;
                stream.read_exact(&mut back).await
            };
            // A reset that is lost in a partition leaves the other end without an answer.
            match timeout(millis(90_000), there_and_back).await {
                Ok(Ok(())) => heard += chunk,
                _ => return heard,
            }
        }
        heard
    });
    let heard = client.await.unwrap();
    server.kill();
    heard
}

fn faulty(policy: &str, seed: u64) -> Report<usize> {
    let policy = by_name(policy, Seed::new(seed), &Profile::default()).unwrap();
    Sim::new(seed).policy(policy).record(true).run(traffic())
}

#[test]
fn runs_with_faults_of_the_network_replay_from_their_departures_alone() {
    let mut met = FaultSet::NONE;
    for seed in 0..300 {
        let found = faulty(&format!("random+clock+{}", FaultSet::NETWORK), seed);
        assert!(found.is_ok(), "seed {seed}: {:?}", found.result);
        met = met.union(found.departures.iter().map(|(address, _)| address.kind()).collect());
        let again = Sim::new(0).replay(found.departures.clone(), ReplayMode::Strict).run(traffic());
        assert_eq!((again.digest, again.mismatches), (found.digest, vec![]), "seed {seed}");
        let seeded = faulty(&format!("random+clock+{}", FaultSet::NETWORK), seed);
        assert_eq!(seeded.digest, found.digest, "seed {seed}");
    }
    assert_eq!(met, FaultSet::NETWORK);
}

#[test]
fn one_kind_of_the_network_alone_replays_too() {
    for kind in FaultSet::NETWORK.kinds() {
        let mut struck = false;
        for seed in 0..40 {
            let found = faulty(&format!("pos+{kind}"), seed);
            struck |= found.departures.iter().any(|(address, _)| address.kind() == kind);
            let again = Sim::new(0).replay(found.departures.clone(), ReplayMode::Strict).run(traffic());
            assert_eq!((again.digest, again.mismatches), (found.digest, vec![]), "{kind} seed {seed}");
        }
        assert!(struck, "{kind} never struck");
    }
}

#[test]
fn nothing_strikes_inside_one_host() {
    for seed in 0..20 {
        let policy = by_name(&format!("fifo+{}", FaultSet::NETWORK), Seed::new(seed), &Profile::default());
        let policy = policy.unwrap_or_else(|error| panic!("{error}"));
        let report = Sim::new(seed).policy(policy).record(true).run(async {
            let listener = Listener::bind(80).unwrap();
            let mut stream = Stream::connect("localhost:80").await.unwrap();
            let (mut other, _) = listener.accept().await.unwrap();
            stream.write_all(&[1; 100]).await.unwrap();
            other.read_exact(&mut [0; 100]).await.unwrap();
        });
        assert!(report.departures.is_empty(), "{}", report.departures);
    }
}

#[test]
fn a_run_without_faults_of_the_network_is_not_asked_about_them() {
    let kinds = |report: &Report<usize>| report.departures.iter().any(|(address, _)| address.kind() == Kind::Lost);
    assert!((0..40).all(|seed| !kinds(&faulty("random+stall", seed))));
}

/// Twenty numbered datagrams, and a calm before the tenth: when each of the last ten arrived after it was sent.
async fn a_calm_after_ten() -> (usize, Vec<(u8, u128)>) {
    net::set_latency(millis(1)..=millis(9));
    let receiver = net::host("b").spawn(async {
        let socket = Socket::bind(53).unwrap();
        let mut heard = Vec::new();
        let mut byte = [0];
        while let Ok(Ok(_)) = timeout(std::time::Duration::from_secs(100), socket.recv_from(&mut byte)).await {
            heard.push((byte[0], seedbed::now()));
        }
        heard
    });
    let sender = net::host("a").spawn(async {
        let socket = Socket::bind(0).unwrap();
        let mut sent = Vec::new();
        for number in 0..20 {
            // Long enough for whatever was on its way.
            sleep(millis(if number == 10 { 200 } else { 10 })).await;
            if number == 10 {
                net::calm();
            }
            sent.push(seedbed::now());
            socket.send_to(&[number], "b:53").await.unwrap();
        }
        sent
    });
    let sent = sender.await.unwrap();
    let heard = receiver.await.unwrap();
    let (early, late): (Vec<_>, Vec<_>) = heard.into_iter().partition(|(number, _)| *number < 10);
    let took = |(number, at): (u8, seedbed::Instant)| (number, (at - sent[usize::from(number)]).as_millis());
    (early.len(), late.into_iter().map(took).collect())
}

#[test]
fn after_a_calm_every_message_takes_the_least_time_whatever_the_seed_says() {
    let run = |number: u64| {
        let seed = Seed::new(number);
        let policy = by_name("random", seed, &Profile::default()).unwrap();
        let policy = seedbed::policy::Faulty::new(policy, FaultSet::NETWORK, seed, &Profile::default());
        Sim::new(seed).policy(policy).record(true).run(a_calm_after_ten())
    };
    let mut disturbed = 0;
    for number in 0..60 {
        let report = run(number);
        let again = Sim::new(0).replay(report.departures.clone(), ReplayMode::Strict).run(a_calm_after_ten());
        assert_eq!((again.digest, again.mismatches.len()), (report.digest, 0));
        let (early, late) = report.unwrap();
        disturbed += u32::from(early != 10);
        assert_eq!(late, (10..20).map(|number| (number, 1)).collect::<Vec<_>>(), "seed {number}");
    }
    assert!(disturbed > 20, "before the calm, messages were lost in {disturbed} runs of 60");
}
