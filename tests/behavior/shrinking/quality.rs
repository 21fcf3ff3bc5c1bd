//! How small and how fast: every planted bug is shrunk to its known depth, in few runs, wherever it was found.

use std::ops::ControlFlow;

use seedbed::choice::ReplayMode;
use seedbed::explore::{ShrinkLimits, ShrinkStop, Signature, shrink};
use seedbed::policy::{Policy, Profile, by_name};
use seedbed::{Report, Sim};

use super::planted::{PLANTED, Planted, Wild};

/// Who finds the failing runs.
const FINDERS: [&str; 6] = ["wild", "random", "pct:3", "pos", "delay:3", "random+clock+late"];

/// How many failing runs of each program and finder are shrunk, and from how many seeds they are taken.
const ORIGINS: usize = 3;
const SEEDS: u64 = 200;

fn finder(name: &str, seed: u64) -> Box<dyn Policy> {
    match name {
        "wild" => Box::new(Wild::new(seed)),
        _ => by_name(name, seed.into(), &Profile::default()).unwrap(),
    }
}

#[test]
fn planted_bugs_are_right_in_plain_order() {
    for planted in PLANTED {
        let report = (planted.run)(Sim::new(0));
        assert!(report.is_ok(), "{}: {:?}", planted.name, report.result);
    }
}

/// What is left of a failing run, and after how many runs; what is left replays strictly, to the same digest.
#[track_caller]
fn shrink_and_replay(planted: Planted, failing: &Report<()>) -> (usize, u64) {
    let name = planted.name;
    let shrunk = shrink(&planted.run, failing, &ShrinkLimits::default(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((&shrunk.stop, shrunk.is_minimal), (&ShrinkStop::Finished, true), "{name}");
    let [one, other] = [&shrunk.report, failing].map(|report| Signature::of(report.result.as_ref().unwrap_err()));
    assert_eq!(one, other, "{name}");

    let replay = Sim::new(0).replay(shrunk.departures().clone(), ReplayMode::Strict).record(true);
    let again = (planted.run)(replay);
    assert_eq!((again.digest, &again.mismatches[..]), (shrunk.report.digest, &[][..]), "{name}");
    assert_eq!(&again.departures, shrunk.departures(), "{name}");
    (shrunk.departures().len(), shrunk.runs)
}

#[test]
fn planted_bugs_shrink_to_their_depth_in_few_runs() {
    let (mut left, mut known, mut all_runs, mut count, mut table) = (0, 0, 0, 0, String::new());
    for planted in PLANTED {
        let mut found = 0;
        table += &format!("{:29} depth {}", planted.name, planted.depth);
        for name in FINDERS {
            let origins = planted.failing_under(SEEDS, |seed| finder(name, seed)).take(ORIGINS);
            let results: Vec<_> = origins.map(|failing| shrink_and_replay(planted, &failing)).collect();
            found += results.len();
            left += results.iter().map(|(size, _)| size).sum::<usize>();
            all_runs += results.iter().map(|(_, runs)| runs).sum::<u64>();
            table += &format!("  {name}");
            results.iter().for_each(|(size, runs)| table += &format!(" {size}/{runs}"));
        }
        table += "\n";
        assert!(found >= ORIGINS, "{}: too few runs fail", planted.name);
        (known, count) = (known + planted.depth * found, count + found as u64);
    }
    let mean = all_runs / count;
    println!("{table}{left} departures are left where {known} are needed; {mean} runs on average");
    assert!(left * 10 <= known * 12, "{left} departures are left where {known} are needed:\n{table}");
    assert!(mean < 100, "{mean} runs on average:\n{table}");
}
