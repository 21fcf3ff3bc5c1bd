//! The wall clock: it shows the time of day beside the monotonic clock, can be set, and jumps and drifts as a fault.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use seedbed::choice::{Kind, ReplayMode};
use seedbed::hunt::Verdict;
use seedbed::policy::by_name;
use seedbed::time::{WallTime, drift_wall, jump_wall, jump_wall_back, set_wall, wall_now};
use seedbed::trace::{EventKind, Trace};
use seedbed::{Hunt, Sim, now, sleep, spawn, timeout};

use crate::support::{millis, secs, steady};

fn at(text: &str) -> WallTime {
    text.parse().unwrap()
}

fn changes(trace: &Trace) -> Vec<String> {
    let entries = trace.events().filter(|entry| entry.event().kind() == EventKind::WallChanged);
    entries.map(|entry| entry.text().unwrap_or_default().to_owned()).collect()
}

/// A lease that counts its age by the wall clock, and takes for granted that it goes forward.
async fn lease() {
    let granted = wall_now();
    let renewals = spawn(sleep(secs(2)));
    sleep(secs(1)).await;
    let age = wall_now().duration_since(granted).expect("a lease has an age");
    assert!(age < secs(60), "the lease is {age:?} old");
    renewals.await.unwrap();
}

fn hunt() -> Hunt {
    Hunt::new("lease").regressions_off().prove(false)
}

#[test]
fn it_begins_at_its_date_and_goes_with_virtual_time() {
    let report = steady(|| async {
        let start = wall_now();
        sleep(millis(1_500)).await;
        (start, wall_now(), now().to_string())
    });
    let (start, later) = (WallTime::START, at("2000-01-01T00:00:01.5Z"));
    assert_eq!(report.unwrap(), (start, later, "1.500".to_owned()));
    let eve = at("2016-12-31T23:59:59Z");
    assert_eq!(Sim::new(0).wall_clock(eve).run(async { wall_now() }).unwrap(), eve);
    // The memory of a run is used again by the next.
    assert_eq!(Sim::new(0).run(async { wall_now() }).unwrap(), start);
}

#[test]
fn setting_it_moves_no_timer() {
    let report = steady(|| async {
        let sleeper = spawn(timeout(secs(10), sleep(secs(5))));
        set_wall(at("2030-06-01T12:00:00Z"));
        sleep(secs(1)).await;
        jump_wall_back(secs(3_600));
        let back = wall_now();
        jump_wall(Duration::from_millis(250));
        let forward = wall_now();
        assert!(sleeper.await.unwrap().is_ok());
        (back.to_string(), forward.to_string(), now().to_string())
    });
    assert_eq!(
        changes(&report.trace),
        ["be set to 2030-06-01T12:00:00Z", "jump back by 3600s", "jump forward by 250ms"]
    );
    assert!(
        report.trace.summary().contains("1.000s  main    wall     jump back by 3600s"),
        "{}",
        report.trace.summary()
    );
    let expected = ("2030-06-01T11:00:01Z", "2030-06-01T11:00:01.25Z", "5.000");
    assert_eq!(report.unwrap(), (expected.0.to_owned(), expected.1.to_owned(), expected.2.to_owned()));
}

#[test]
fn it_drifts_from_then_on() {
    let drifting = |ppm: i32| {
        let report = Sim::new(0).run(async move {
            sleep(secs(1)).await;
            drift_wall(ppm);
            sleep(secs(1_000)).await;
            jump_wall(secs(1));
            sleep(secs(1_000)).await;
            wall_now().duration_since(WallTime::START).unwrap().as_millis()
        });
        report.unwrap()
    };
    assert_eq!(drifting(0), 2_002_000);
    assert_eq!(drifting(500), 2_003_000);
    assert_eq!(drifting(-500), 2_001_000);
    // It stands still.
    assert_eq!([drifting(-1_000_000), drifting(i32::MIN)], [2_000; 2]);
}

#[test]
fn it_stops_at_both_ends_of_what_it_can_show() {
    let report = Sim::new(0).run(async {
        jump_wall_back(Duration::MAX);
        let first = wall_now();
        jump_wall(Duration::MAX);
        let last = wall_now();
        sleep(secs(1)).await;
        (first, last, wall_now())
    });
    let last = WallTime::from_unix(Duration::MAX);
    assert_eq!(report.unwrap(), (WallTime::UNIX_EPOCH, last, last));
    assert_eq!(last.to_string(), "2554-07-21T23:34:33.709551615Z");
}

#[test]
fn dates_are_those_of_the_calendar() {
    // By `date --utc --date=@SECONDS`.
    for (secs, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (68_169_599, "1972-02-28T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (951_868_800, "2000-03-01T00:00:00Z"),
        (2_147_483_648, "2038-01-19T03:14:08Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
        (4_102_444_799, "2099-12-31T23:59:59Z"),
    ] {
        assert_eq!(WallTime::from_unix(Duration::from_secs(secs)).to_string(), text);
        assert_eq!(at(text).since_epoch().as_secs(), secs);
    }
    let wrong = [
        "",
        "2000-01-01",
        "2000-01-01T00:00:00",
        "2000-1-01T00:00:00Z",
        "1900-01-01T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2000-13-01T00:00:00Z",
        "2000-00-01T00:00:00Z",
        "2000-01-00T00:00:00Z",
        "2000-01-01T24:00:00Z",
        "2000-01-01T00:60:00Z",
        "2000-01-01T00:00:60Z",
        "2000-01-01T00:00:00.Z",
        "2000-01-01T00:00:00.1234567890Z",
        "+200-01-01T00:00:00Z",
        "2000-01-01T00:00:00+01",
        "9999-01-01T00:00:00Z",
        "2000-01-01-01T00:00:00Z",
    ];
    for text in wrong {
        assert!(text.parse::<WallTime>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(nanos: u64) {
        let time = WallTime::from_unix(Duration::from_nanos(nanos));
        prop_assert_eq!(time.to_string().parse(), Ok(time));
    }

    #[test]
    fn text_is_in_the_order_of_time(one: u32, other: u32) {
        let [one, other] = [one, other].map(|secs| WallTime::from_unix(Duration::from_secs(secs.into())));
        prop_assert_eq!(one.to_string().cmp(&other.to_string()), one.cmp(&other));
    }
}

#[test]
fn where_the_fault_is_not_wanted_nothing_happens_to_it() {
    for policy in ["fifo", "random+clock+late", "portfolio"] {
        assert!(hunt().policy(policy).run(lease).is_ok());
    }
}

#[test]
fn a_clock_that_is_trusted_is_found_out_by_one_change_of_it() {
    let report = hunt().faults("wall").run(lease);
    let Verdict::Failed(finding) = report.verdict else { panic!("{report}") };
    let shrunk = finding.shrunk.unwrap();
    let departures = shrunk.departures();
    assert_eq!(departures.len(), 1);
    let (address, answer) = departures.iter().next().unwrap();
    assert_eq!((address.kind(), address.subject()), (Kind::Wall, "main"));
    let text = finding.explanation.unwrap().to_string();
    assert!(text.contains("let the wall clock jump ") && text.contains(" before main read it"), "{text}");
    assert!(text.contains(" other changes of the clock will do, too") || answer.get() == 8, "{text}");
    assert_eq!(changes(&finding.trace).len(), 1);
}

#[test]
fn every_change_happens_in_some_run_and_replays() {
    let program = || async {
        for _ in 0..10 {
            sleep(secs(1)).await;
            let _reading = wall_now();
        }
        wall_now()
    };
    let mut seen = BTreeSet::new();
    for seed in 0..200 {
        let policy = by_name("random+wall", seed.into(), &Default::default()).unwrap();
        let found = Sim::new(seed).policy(policy).record(true).run(program());
        let again = Sim::new(0).replay(found.departures.clone(), ReplayMode::Strict).run(program());
        assert_eq!((again.digest, again.mismatches.len()), (found.digest, 0));
        assert_eq!(again.unwrap(), found.result.clone().unwrap());
        seen.extend(changes(&found.trace));
    }
    let expected = [
        "go faster by 500 ppm",
        "go slower by 500 ppm",
        "jump back by 1 day",
        "jump back by 1 h",
        "jump back by 1 ms",
        "jump forward by 1 day",
        "jump forward by 1 h",
        "jump forward by 1 s",
        "jump forward by 365 days",
        "repeat a second, as for a leap second",
    ];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
#[should_panic(expected = "wall_now was called outside a seedbed run")]
fn it_is_of_a_run() {
    let _reading = wall_now();
}
