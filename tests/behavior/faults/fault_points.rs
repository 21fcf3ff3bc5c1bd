//! Fault points: they strike in some runs, by a choice that replays, shrinks and is told; and nowhere else.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

use seedbed::choice::{Departures, Kind, ReplayMode};
use seedbed::explore::{ShrinkLimits, shrink};
use seedbed::hunt::{Finding, Verdict};
use seedbed::policy::by_name;
use seedbed::{Hunt, Report, Sim, buggify, fault, sleep, spawn, to_thread};

use crate::support::{failure, secs, steady};

/// A store that loses what it held where a write fails in the middle.
async fn save(disk: Rc<RefCell<Vec<&'static str>>>) {
    let saved = async {
        disk.borrow_mut().clear();
        sleep(secs(1)).await;
        if fault!("disk full") {
            return Err("no space left");
        }
        disk.borrow_mut().push("after");
        Ok(())
    };
    if saved.await.is_err() {
        assert_eq!(*disk.borrow(), ["before"], "what was there is lost");
    }
}

/// Nothing in the order of its tasks breaks it.
async fn saves() {
    let savers = [1, 2, 3].map(|_| spawn(save(Rc::new(RefCell::new(vec!["before"])))));
    for saver in savers {
        saver.await.unwrap();
    }
}

fn hunt() -> Hunt {
    Hunt::new("saves").regressions_off().prove(false)
}

fn found(hunt: Hunt) -> Finding {
    match hunt.run(saves) {
        report if report.is_ok() => panic!("nothing was found: {report}"),
        seedbed::HuntReport { verdict: Verdict::Failed(finding), .. } => *finding,
        report => panic!("{report}"),
    }
}

fn with_points(seed: u64) -> Sim {
    Sim::new(seed).policy(by_name("random+point", seed.into(), &Default::default()).unwrap())
}

/// How often two points strike in a run of this seed, of twenty times each.
fn struck(seed: u64) -> [usize; 2] {
    let program = async {
        let mut counts = [0; 2];
        for _ in 0..20 {
            counts[0] += usize::from(fault!("one"));
            counts[1] += usize::from(fault!("other", 1 in 2));
        }
        counts
    };
    with_points(seed).run(program).unwrap()
}

#[test]
fn nothing_strikes_in_plain_order_or_outside_a_run() {
    let program = || async { [(); 100].map(|()| fault!("plain") || buggify!() || buggify!("often", 99 in 100)) };
    assert_eq!(steady(program).unwrap(), [false; 100]);
    for seed in 0..20 {
        let policy = by_name("random", seed.into(), &Default::default()).unwrap();
        assert_eq!(Sim::new(seed).policy(policy).run(program()).unwrap(), [false; 100]);
    }
    assert!(!(fault!("outside") || buggify!() || buggify!("outside", 99 in 100)));
}

#[test]
fn a_point_is_on_or_off_for_a_run_and_strikes_now_and_then_where_it_is_on() {
    let runs: Vec<[usize; 2]> = (0..200).map(struck).collect();
    for (nth, expected) in [(0, 5), (1, 10)] {
        let on: Vec<usize> = runs.iter().map(|counts| counts[nth]).filter(|count| *count > 0).collect();
        assert!((70..130).contains(&on.len()), "{} of 200 runs have it on", on.len());
        let mean = on.iter().sum::<usize>() / on.len();
        assert!((expected - 1..=expected + 1).contains(&mean), "{mean} of 20 strikes");
    }
    let both = |one, other| runs.iter().any(|counts| (counts[0] > 0, counts[1] > 0) == (one, other));
    assert!(both(true, true) && both(true, false) && both(false, true) && both(false, false));
}

#[test]
fn strikes_are_recorded_and_replayed_by_the_name_of_the_point() {
    let program = || async {
        let worker = spawn(async { [(); 10].map(|()| (fault!("one"), fault!("a/b\n", 1 in 2))) });
        (worker.await.unwrap(), buggify!("", 1 in 2))
    };
    let mut kinds = [false; 3];
    for seed in 0..40 {
        let found = with_points(seed).record(true).run(program());
        let again = Sim::new(0).replay(found.departures.clone(), ReplayMode::Strict).run(program());
        assert_eq!((again.digest, &again.mismatches[..]), (found.digest, &[][..]), "seed {seed}");
        for (address, _) in found.departures.iter() {
            match address.subject() {
                "main/1/one" => kinds[0] = true,
                "main/1/a_b_" => kinds[1] = true,
                subject if subject.starts_with(&format!("main/{}:", file!().replace('/', "_"))) => kinds[2] = true,
                subject => panic!("{subject}"),
            }
        }
    }
    assert_eq!(kinds, [true; 3]);
}

#[test]
fn one_point_does_not_shift_the_numbers_of_another() {
    let departures: Departures =
        [("main/one point 3".parse().unwrap(), std::num::NonZeroU32::MIN)].into_iter().collect();
    for others in [0, 7] {
        let report = Sim::new(0).replay(departures.clone(), ReplayMode::Strict).run(async move {
            [(); 5].map(|()| {
                (0..others).for_each(|_| assert!(!fault!("other")));
                fault!("one")
            })
        });
        assert_eq!(report.mismatches, []);
        assert_eq!(report.unwrap(), [false, false, false, true, false]);
    }
}

#[test]
fn a_fault_that_no_order_shows_is_found_shrunk_to_one_strike_and_told() {
    assert!(hunt().faults("none").run(saves).is_ok());
    assert!(hunt().policy("fifo").run(saves).is_ok());
    let finding = found(hunt());
    let shrunk = finding.shrunk.unwrap();
    assert_eq!(shrunk.departures().len(), 1);
    let (address, _) = shrunk.departures().iter().next().unwrap();
    assert_eq!((address.kind(), address.n()), (Kind::Point, 0));
    let text = finding.explanation.unwrap().to_string();
    assert!(text.contains("1.000s  let the fault point \"disk full\" strike in main/"), "{text}");
    assert!(text.contains("needed: without it, the run passes"), "{text}");
    assert!(finding.trace.summary().contains("  fault   disk full"), "{}", finding.trace.summary());
}

#[test]
fn forced_points_strike_in_every_order_and_replay_without_being_forced() {
    let program = |sim: Sim| -> Report<()> { sim.run(saves()) };
    let failing = program(Sim::new(0).force_fault("disk full", true).record(true));
    assert_eq!(failing.departures.len(), 3);
    failure(failing.clone());
    let again = program(Sim::new(9).replay(failing.departures.clone(), ReplayMode::Strict));
    assert_eq!(again.digest, failing.digest);
    let shrunk = shrink(&program, &failing, &ShrinkLimits::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    // The panic of one task is awaited; that of the other is what the run fails with.
    assert_eq!(shrunk.departures().len(), 2);
}

#[test]
fn the_last_word_on_a_point_counts_and_others_are_left_alone() {
    let program =
        || async { (0..50).any(|_| fault!("forced")) as u32 + 2 * (0..50).any(|_| fault!("left alone")) as u32 };
    let run = |sim: Sim| sim.run(program()).unwrap();
    assert_eq!(run(Sim::new(0).force_fault("forced", true)), 1);
    assert_eq!(run(Sim::new(0).force_fault("forced", true).force_fault("forced", false)), 0);
    let off: Vec<u32> = (0..20).map(|seed| run(with_points(seed).force_fault("forced", false))).collect();
    assert!(off.contains(&2) && !off.iter().any(|struck| struck & 1 == 1), "{off:?}");
}

#[test]
#[should_panic(expected = "\"disk fell\" is no fault point of this program: use one of ")]
fn a_name_that_is_not_there_is_refused() {
    drop(Sim::new(0).force_fault("disk fell", true));
}

#[test]
fn runs_count_how_often_points_were_asked_and_struck() {
    let report = Sim::new(0).force_fault("counted", true).run(async {
        assert!(to_thread(|| fault!("counted")).await.unwrap());
        assert!(fault!("counted"));
    });
    let counts: Vec<_> = report.points.iter().map(|count| (count.point.name(), count.reached, count.held)).collect();
    assert_eq!(counts, [("counted", 1, 1), ("counted", 1, 1)]);
    let plain = Sim::new(0).run(async { fault!("asked in vain") });
    assert_eq!((plain.points[0].reached, plain.points[0].held), (1, 0));
}
