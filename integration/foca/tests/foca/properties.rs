//! What foca promises, kept whatever strikes.

use std::time::Duration;

use foca::Config;
use seedbed::hunt::Hunt;
use seedbed::{Sim, net, now, sleep};
use seedbed_trials::runs;

use crate::cluster::{Cluster, lan};
use crate::programs::{DAY, FAULTS, LATE, PATIENCE, SECOND, a_hundred, churn};

fn hunt(name: &str, number: u64, faults: &str) -> Hunt {
    let hunt = Hunt::new(name).regressions_off().runs(runs(number));
    let hunt = if faults.is_empty() { hunt } else { hunt.faults(faults) };
    hunt.sim(|sim| sim.virtual_time(DAY).stall(LATE).steps(10_000_000))
}

/// What SWIM promises (section 4.3 of the paper): each member is probed once in two rounds less one period; a period later it is suspected, and
/// taken for down once the time for that is over.
fn detected_within(size: u32, config: &Config) -> Duration {
    config.probe_period * (2 * size) + config.suspect_to_down_after
}

#[test]
fn in_plain_order_nobody_is_taken_for_down_who_is_up() {
    let report = Sim::new(0).virtual_time(DAY).run(async {
        let cluster = Cluster::of(5, lan(5), SECOND * 10).await;
        sleep(SECOND * 3_600).await;
        cluster.crash(0);
        cluster.agrees_within(detected_within(5, &lan(5))).await;
        cluster.tally.get()
    });
    let tally = report.result.expect("it passes");
    assert_eq!((tally.downs, tally.rejoins, tally.idles), (4, 0, 0));
}

#[test]
fn members_that_come_and_go_are_known_to_all_in_the_end() {
    let report = hunt("churn", 1_000, FAULTS).run(|| async {
        let tally = churn(5, 8).await;
        seedbed::sometimes!(tally.rejoins > 0, "a node was taken for down, and came back");
        seedbed::sometimes!(tally.idles > 0, "a node was alone");
    });
    assert!(report.is_ok(), "{report}");
}

#[test]
fn nobody_who_is_up_stays_down_after_the_network_has_healed() {
    for apart in [1, 3] {
        let report = hunt("healing", 400, "lost+latency+duplicated+reordered").run(move || async move {
            let cluster = Cluster::of(7, lan(7), SECOND * 3_600).await;
            cluster.cut(&(0..apart).collect());
            sleep(SECOND * 120).await;
            seedbed::sometimes!(cluster.up().any(|(_, node)| node.num_members() < apart), "the halves are apart");
            net::heal_all();
            net::calm();
            let healed = now();
            cluster.agrees_within(PATIENCE).await;
            seedbed::sometimes!(now() > healed, "it takes them a while");
        });
        assert!(report.is_ok(), "{report}");
    }
}

#[test]
fn whoever_is_gone_is_taken_for_down_in_time() {
    let report = hunt("gone", 1_000, "latency+duplicated+reordered").run(|| async {
        let cluster = Cluster::of(5, lan(5), SECOND * 60).await;
        cluster.crash(2);
        cluster.agrees_within(detected_within(5, &lan(5)) + SECOND).await;
    });
    assert!(report.is_ok(), "{report}");
}

#[test]
fn whoever_has_left_is_not_suspected() {
    let config = || Config { max_transmissions: 10.try_into().expect("not 0"), ..lan(5) };
    let report = hunt("left", 1_000, "latency+duplicated+reordered").run(move || async move {
        let cluster = Cluster::of(5, config(), SECOND * 60).await;
        cluster.leave(3);
        for _ in 0..20 {
            sleep(Duration::from_millis(500)).await;
            assert!(!cluster.is_somebody_suspected(), "somebody is suspected");
        }
        assert_eq!(cluster.misjudged(), Vec::<String>::new());
        cluster.start(3);
        cluster.agrees_within(SECOND * 60).await;
    });
    assert!(report.is_ok(), "{report}");
}

#[test]
fn a_hundred_nodes_lose_some_break_apart_and_heal() {
    let report = Sim::new(0).virtual_time(DAY).trace(false).run(a_hundred());
    let tally = report.result.expect("it passes");
    assert!(tally.downs > 5_000 && tally.rejoins >= 100, "{tally:?}");
    let report = hunt("a hundred", 20, "lost+latency+duplicated+reordered").run(|| async {
        let tally = a_hundred().await;
        seedbed::note!("{tally:?}");
    });
    assert!(report.is_ok(), "{report}");
}
