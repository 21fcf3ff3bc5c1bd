//! What runs came to: totals by test, failures grouped by what failed and where. One hunt and many shards are counted alike.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::distinct::Distinct;
use super::points::Points;
use super::target::Origin;
use crate::record::{EndRecord, FindingRecord, PointRecord, RunOutcome, RunRecord, SweepRecord};
use crate::status::Status;

/// Why a hunt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ended {
    /// Every run was made.
    Done,
    /// The time was over.
    Time,
    /// A failure ended it, as was asked.
    Failure,
    /// A signal did.
    Signal,
}

/// The runs of one test, counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// Which.
    #[serde(flatten)]
    pub origin: Origin,
    /// Its base seed.
    pub seed: String,
    /// Who proposed the orders.
    pub policy: String,
    /// The fingerprint of the executable.
    pub build: String,
    /// How many runs were made.
    pub runs: u64,
    /// How many of them passed.
    pub passed: u64,
    /// How many failed.
    pub failed: u64,
    /// How many a limit cut off.
    pub cut_off: u64,
    /// How many differed when made twice.
    pub not_deterministic: u64,
    /// How many ended their process.
    pub lost: u64,
    /// How many orders of tasks there were.
    pub orders: u64,
    /// Steps of all runs.
    pub steps: u64,
    /// Time on their own clocks.
    pub virtual_ns: u64,
    /// The points of the program that were met, or have to be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<PointRecord>,
    /// Whether it is meant to fail.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub should_fail: bool,
}

/// Runs of one test that failed the same way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Which test.
    #[serde(flatten)]
    pub origin: Origin,
    /// `failed`, `not deterministic` or `lost`.
    pub outcome: RunOutcome,
    /// What makes them the same.
    pub signature: String,
    /// What failed.
    pub kind: String,
    /// Where in the source.
    pub place: String,
    /// In words.
    pub failure: String,
    /// How many runs.
    pub count: u64,
    /// The one with the lowest number.
    pub first_run: u64,
    /// Its seed.
    pub seed: String,
    /// Its line.
    pub replay: Option<String>,
    /// How it differed from itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<String>,
    /// What its process wrote last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

/// What a hunt came to, as `summary.json` holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The protocol.
    pub protocol: u32,
    /// Why it ended.
    pub ended: Ended,
    /// The exit status.
    pub status: u8,
    /// How long it took.
    pub wall_ms: u64,
    /// By test.
    pub tests: Vec<Totals>,
    /// By failure.
    pub groups: Vec<Group>,
    /// What is wrong with the machinery.
    pub broken: Vec<String>,
}

/// Counts.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    tests: BTreeMap<Origin, TestTally>,
    /// Whether a run that was counted is not counted again.
    once: bool,
}

#[derive(Clone, Debug, Default)]
struct TestTally {
    totals: Totals,
    orders: Distinct,
    groups: BTreeMap<(RunOutcome, String), Group>,
    /// With `once` only.
    counted: BTreeSet<u64>,
    canaries: u64,
    points: Points,
}

impl Tally {
    /// Counts a run once, however often it is seen: shards may overlap, and be made again.
    pub fn once() -> Self {
        Self { once: true, ..Self::default() }
    }

    fn test(&mut self, origin: &Origin) -> &mut TestTally {
        let totals = || Totals { origin: origin.clone(), ..Totals::default() };
        self.tests.entry(origin.clone()).or_insert_with(|| TestTally { totals: totals(), ..TestTally::default() })
    }

    /// A test that is counted even if it makes no run.
    pub fn expect(&mut self, origin: &Origin, should_fail: bool) {
        self.test(origin).totals.should_fail = should_fail;
    }

    /// The beginning of a slice.
    pub fn sweep(&mut self, origin: &Origin, sweep: &SweepRecord) {
        let totals = &mut self.test(origin).totals;
        totals.seed.clone_from(&sweep.seed);
        totals.policy.clone_from(&sweep.policy);
        totals.build.clone_from(&sweep.build);
    }

    /// The end of a slice.
    pub fn end(&mut self, origin: &Origin, end: &EndRecord) {
        self.test(origin).points.add(&end.points);
    }

    /// A run.
    pub fn run(&mut self, origin: &Origin, run: &RunRecord) {
        let once = self.once;
        let test = self.test(origin);
        // It goes the way of every run up to here: one that fails is seen, or the hunt cannot see failures.
        if run.canary {
            test.canaries += u64::from(run.outcome == RunOutcome::Failed);
            return;
        }
        if once && !test.counted.insert(run.run) {
            return;
        }
        let totals = &mut test.totals;
        totals.runs += 1;
        totals.steps = totals.steps.saturating_add(run.steps);
        totals.virtual_ns = totals.virtual_ns.saturating_add(run.virtual_ns);
        match run.outcome {
            RunOutcome::Passed => totals.passed += 1,
            RunOutcome::Failed => totals.failed += 1,
            RunOutcome::CutOff => totals.cut_off += 1,
            RunOutcome::NotDeterministic => totals.not_deterministic += 1,
            RunOutcome::Lost => totals.lost += 1,
        }
        test.orders.note(&run.schedule);
        let meant = totals.should_fail && run.outcome == RunOutcome::Failed;
        if !matches!(run.outcome, RunOutcome::Passed | RunOutcome::CutOff) && !meant {
            test.group(origin, run);
        }
    }

    /// How many runs, orders, runs that failed, and kinds of failure there are so far.
    pub fn counts(&self) -> (u64, u64, u64, usize) {
        self.tests.values().fold((0, 0, 0, 0), |(runs, orders, failed, groups), test| {
            let bad: u64 = test.groups.values().map(|group| group.count).sum();
            (runs + test.totals.runs, orders + test.orders.count(), failed + bad, groups + test.groups.len())
        })
    }

    /// How many canaries of a test were seen to fail.
    pub fn canaries(&self, origin: &Origin) -> u64 {
        self.tests.get(origin).map_or(0, |test| test.canaries)
    }

    /// Totals by test.
    pub fn totals(&self) -> Vec<Totals> {
        let totals =
            |test: &TestTally| Totals { orders: test.orders.count(), points: test.points.all(), ..test.totals.clone() };
        self.tests.values().map(totals).collect()
    }

    /// Groups by test, the lowest run first; where all runs were made (`whole`), with what should have been met and was not.
    pub fn groups(&self, whole: bool) -> Vec<Group> {
        let mut groups: Vec<Group> = self.tests.values().flat_map(|test| test.groups.values().cloned()).collect();
        // As in the library: where runs failed, that is what matters.
        for test in self.tests.values().filter(|test| whole && test.groups.is_empty()) {
            groups.extend(test.fails_to_fail());
            groups.extend(test.missed());
        }
        groups.sort_by(|a, b| (&a.origin, a.first_run, &a.signature).cmp(&(&b.origin, b.first_run, &b.signature)));
        groups
    }
}

impl TestTally {
    fn group(&mut self, origin: &Origin, run: &RunRecord) {
        let words = |text: &Option<String>| text.clone().unwrap_or_default();
        let signature = match run.outcome {
            // Where two runs part says nothing about why.
            RunOutcome::NotDeterministic => "not deterministic".to_owned(),
            _ => run.signature.clone().or_else(|| run.failure.clone()).unwrap_or_default(),
        };
        let seen = Group {
            origin: origin.clone(),
            outcome: run.outcome,
            signature: signature.clone(),
            kind: words(&run.kind),
            place: words(&run.place),
            failure: words(&run.failure),
            count: 1,
            first_run: run.run,
            seed: run.seed.clone(),
            replay: run.replay.clone(),
            difference: run.difference.clone(),
            output: run.output.clone(),
        };
        self.groups
            .entry((run.outcome, signature))
            .and_modify(|group| {
                let count = group.count + 1;
                if run.run < group.first_run {
                    *group = seen.clone();
                }
                group.count = count;
            })
            .or_insert(seen);
    }

    /// A test that is meant to fail, and did not.
    fn fails_to_fail(&self) -> Option<Group> {
        let totals = &self.totals;
        (totals.should_fail && totals.failed == 0 && totals.runs > 0).then(|| {
            let failure = format!("none of {} runs failed, though the test is marked #[should_panic]", totals.runs);
            self.of_all_runs("passed", "passed, though it should fail", "", failure)
        })
    }

    /// Points that no run met.
    fn missed(&self) -> Vec<Group> {
        let group = |(point, words): (PointRecord, &str)| {
            let failure = format!("the point \"{}\" {words}, in {} runs", point.point, self.totals.runs);
            self.of_all_runs("point", &format!("point {} {words}", point.point), &point.place, failure)
        };
        self.points.missed().into_iter().map(group).collect()
    }

    /// What no single run is to blame for.
    fn of_all_runs(&self, kind: &str, signature: &str, place: &str, failure: String) -> Group {
        Group {
            origin: self.totals.origin.clone(),
            outcome: RunOutcome::Failed,
            signature: signature.to_owned(),
            kind: kind.to_owned(),
            place: place.to_owned(),
            failure,
            count: self.totals.runs,
            first_run: 0,
            seed: self.totals.seed.clone(),
            replay: None,
            difference: None,
            output: None,
        }
    }
}

/// The exit status of what was found: machinery first, because nothing else that is said can then be trusted.
pub fn status(groups: &[Group], broken: bool, refused: bool, ended: Ended, whole_round: bool) -> Status {
    let differs = groups.iter().any(|group| group.outcome == RunOutcome::NotDeterministic);
    match () {
        () if broken => Status::Broken,
        () if differs => Status::NotDeterministic,
        () if !groups.is_empty() => Status::Failed,
        () if refused => Status::Usage,
        () if ended == Ended::Signal || !whole_round => Status::Ended,
        () => Status::Clean,
    }
}

/// A group with what was made of its first run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Which.
    #[serde(flatten)]
    pub group: Group,
    /// The first run, made small.
    pub finding: FindingRecord,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(number: u64, outcome: RunOutcome, signature: &str) -> RunRecord {
        RunRecord {
            run: number,
            outcome,
            signature: Some(signature.to_owned()),
            schedule: format!("{:#x}", number % 7),
            replay: Some(format!("sb1:{number}")),
            ..RunRecord::default()
        }
    }

    proptest! {
        // In whatever order the runs of shards are read, and however often: the same totals and groups.
        #[test]
        fn order_and_repetition_change_nothing(
            kinds in proptest::collection::vec((0..4_u8, 0..3_u8), 1..60),
            order in proptest::collection::vec(any::<prop::sample::Index>(), 0..120),
        ) {
            let origin = Origin { test: "a".to_owned(), ..Origin::default() };
            let outcomes = [RunOutcome::Passed, RunOutcome::Failed, RunOutcome::NotDeterministic, RunOutcome::Lost];
            let runs: Vec<RunRecord> = kinds.iter().zip(0..).map(|((outcome, signature), number)| {
                run(number, outcomes[usize::from(*outcome)], &format!("s{signature}"))
            }).collect();
            let (mut plain, mut mixed) = (Tally::default(), Tally::once());
            runs.iter().for_each(|run| plain.run(&origin, run));
            order.iter().for_each(|index| mixed.run(&origin, index.get(&runs)));
            runs.iter().rev().for_each(|run| mixed.run(&origin, run));
            prop_assert_eq!(plain.totals(), mixed.totals());
            prop_assert_eq!(plain.groups(true), mixed.groups(true));
        }
    }

    #[test]
    fn a_test_that_should_fail_is_a_finding_when_it_does_not() {
        let origin = Origin::default();
        let mut tally = Tally::default();
        tally.expect(&origin, true);
        tally.run(&origin, &run(0, RunOutcome::Passed, ""));
        assert_eq!(tally.groups(true).len(), 1);
        tally.run(&origin, &run(1, RunOutcome::Failed, "x"));
        assert!(tally.groups(true).is_empty());
    }

    #[test]
    fn statuses_have_an_order() {
        let group = |outcome| {
            let mut tally = Tally::default();
            tally.run(&Origin::default(), &run(0, outcome, "x"));
            tally.groups(false)
        };
        let failed = group(RunOutcome::Failed);
        let differs = group(RunOutcome::NotDeterministic);
        assert_eq!(status(&failed, true, false, Ended::Done, true), Status::Broken);
        assert_eq!(status(&differs, false, false, Ended::Done, true), Status::NotDeterministic);
        assert_eq!(status(&failed, false, false, Ended::Signal, false), Status::Failed);
        assert_eq!(status(&[], false, true, Ended::Done, true), Status::Usage);
        assert_eq!(status(&[], false, false, Ended::Signal, true), Status::Ended);
        assert_eq!(status(&[], false, false, Ended::Time, false), Status::Ended);
        assert_eq!(status(&[], false, false, Ended::Time, true), Status::Clean);
    }
}
