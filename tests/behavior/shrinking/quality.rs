//! How small and how fast: every planted bug is shrunk to its known depth, in few runs.

use std::ops::ControlFlow;

use seedbed::Sim;
use seedbed::choice::ReplayMode;
use seedbed::explore::{ShrinkLimits, ShrinkStop, Signature, shrink};

use super::planted::PLANTED;

/// How many failing runs of each program are shrunk.
const ORIGINS: usize = 12;

#[test]
fn planted_bugs_are_right_in_plain_order() {
    for planted in PLANTED {
        let report = (planted.run)(Sim::new(0));
        assert!(report.is_ok(), "{}: {:?}", planted.name, report.result);
    }
}

#[test]
fn planted_bugs_shrink_to_their_depth_in_few_runs() {
    let (mut left, mut known, mut all_runs, mut table) = (0, 0, 0, String::new());
    for planted in PLANTED {
        let (mut sizes, mut runs) = (Vec::new(), Vec::new());
        for failing in planted.failing(0..20_000).take(ORIGINS) {
            let failure = failing.result.as_ref().unwrap_err();
            let shrunk = shrink(&planted.run, &failing, &ShrinkLimits::default(), &mut |_| ControlFlow::Continue(()));
            let shrunk = shrunk.unwrap();
            assert_eq!((shrunk.stop.clone(), shrunk.is_minimal), (ShrinkStop::Finished, true), "{}", planted.name);
            assert_eq!(Signature::of(shrunk.report.result.as_ref().unwrap_err()), Signature::of(failure));

            let replay = Sim::new(0).replay(shrunk.departures().clone(), ReplayMode::Strict).record(true);
            let again = (planted.run)(replay);
            assert_eq!((again.digest, &again.mismatches[..]), (shrunk.report.digest, &[][..]), "{}", planted.name);
            assert_eq!(&again.departures, shrunk.departures());

            sizes.push(shrunk.departures().len());
            runs.push(shrunk.runs);
        }
        assert_eq!(sizes.len(), ORIGINS, "{}: too few runs fail", planted.name);
        left += sizes.iter().sum::<usize>();
        known += planted.depth * ORIGINS;
        all_runs += runs.iter().sum::<u64>();
        runs.sort_unstable();
        table += &format!("{:30} depth {} sizes {sizes:?} runs {runs:?}\n", planted.name, planted.depth);
    }
    let mean = all_runs / (PLANTED.len() * ORIGINS) as u64;
    println!("{table}{left} departures are left where {known} are needed; {mean} runs on average");
    assert!(left * 10 <= known * 12, "{left} departures are left where {known} are needed:\n{table}");
    assert!(mean < 100, "{mean} runs on average:\n{table}");
}
