//! The points of a program over all runs of a hunt: how many runs reached each, and which of them the test answers for.

use std::collections::BTreeMap;
use std::fmt;

use super::place::{Place, TestPlace};
use crate::fault::{Point, PointCount, PointKind, points};

/// How many runs of a hunt were at a point.
///
/// ```
/// use seedbed::{Hunt, sometimes};
/// let report = Hunt::new("calm").runs(5).run(|| async { sometimes!(true, "always") });
/// assert_eq!((report.points[0].runs_reached, report.points[0].runs_held, report.points[0].runs), (5, 5, 5));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct PointTally {
    /// Which.
    pub point: &'static Point,
    /// How many runs there were.
    pub runs: u64,
    /// How many of them got there.
    pub runs_reached: u64,
    /// In how many of them its condition held at least once.
    pub runs_held: u64,
    /// How often it was reached in all runs together.
    pub reached: u64,
    /// How often its condition held in all runs together.
    pub held: u64,
}

impl fmt::Display for PointTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { point, runs, runs_reached, runs_held, reached, held } = self;
        let (file, line) = point.place();
        write!(f, "{} ", point.call())?;
        match (point.kind(), runs_reached, runs_held) {
            (PointKind::Never, 0, _) => f.write_str("was not reached")?,
            (_, 0, _) => f.write_str("was never reached")?,
            (PointKind::Reachable, ..) => write!(f, "was reached in {runs_reached} of {runs} runs")?,
            (PointKind::Fault | PointKind::Buggify, _, 0) => {
                write!(f, "never struck: asked {reached} times, in {runs_reached} of {runs} runs")?;
            }
            (PointKind::Fault | PointKind::Buggify, ..) => {
                write!(f, "struck in {runs_held} of {runs} runs, {held} times of {reached}")?;
            }
            (_, _, 0) => write!(f, "never held: evaluated {reached} times, in {runs_reached} of {runs} runs")?,
            _ => write!(f, "held in {runs_held} of {runs} runs")?,
        }
        write!(f, "  ({file}:{line})")
    }
}

/// Counts runs that have something to be counted, in any order.
#[derive(Default)]
pub(super) struct Tally {
    /// Runs that a limit ended.
    cut_off: u64,
    /// By the number of the point in the catalogue.
    counts: BTreeMap<u32, Counts>,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    runs_reached: u64,
    runs_held: u64,
    reached: u64,
    held: u64,
}

impl Tally {
    pub(super) fn cut_off(&self) -> u64 {
        self.cut_off
    }

    /// One more run.
    pub(super) fn add(&mut self, run: &[PointCount], cut_off: bool) {
        self.cut_off += u64::from(cut_off);
        for PointCount { point, reached, held } in run.iter().copied() {
            let Some(number) = point.number() else { continue };
            let counts = self.counts.entry(number).or_default();
            counts.runs_reached += u64::from(reached > 0);
            counts.runs_held += u64::from(held > 0);
            counts.reached += reached;
            counts.held += held;
        }
    }

    /// What was reached in so many runs, and what should have been: in the order of the catalogue.
    pub(super) fn finish(&self, runs: u64, scope: &Scope) -> Vec<PointTally> {
        let tally = |point: &&'static Point| {
            let counts = point.number().and_then(|number| self.counts.get(&number)).copied();
            let Counts { runs_reached, runs_held, reached, held } = counts.unwrap_or_default();
            let tally = PointTally { point, runs, runs_reached, runs_held, reached, held };
            (counts.is_some() || scope.must_be_reached(point)).then_some(tally)
        };
        points().iter().filter_map(tally).collect()
    }
}

/// The points that a test answers for: where its runs do not meet them, it fails.
#[derive(Clone, Default, Debug)]
pub(super) struct Scope {
    /// The module of the test. What stands there is reached by some of its tests, and asked for by those that do.
    module: Option<String>,
    /// The function of the test, where it holds one hunt only.
    function: Option<String>,
    /// Modules that were named.
    named: Vec<String>,
    /// Nothing is asked for.
    off: bool,
}

impl Scope {
    pub(super) fn of_test(place: TestPlace) -> Self {
        let function = place.path.to_owned();
        Self { module: Some(outer(&function)), function: Some(function), ..Self::default() }
    }

    /// A hunt by hand: there may be others in the same function.
    pub(super) fn here(place: &Place) -> Self {
        let root = place.binary.replace('-', "_");
        let module = place.test.as_ref().map_or_else(|| root.clone(), |test| outer(&format!("{root}::{test}")));
        Self { module: Some(module), ..Self::default() }
    }

    pub(super) fn add(&mut self, module: &str) {
        self.named.push(module.to_owned());
    }

    pub(super) fn switch_off(&mut self) {
        self.off = true;
    }

    /// A module that was named and holds no point.
    pub(super) fn unknown(&self) -> Option<&str> {
        let known = |module: &&String| points().iter().any(|point| point.is_in(module));
        self.named.iter().find(|module| !known(module)).map(String::as_str)
    }

    fn is_in(point: &Point, paths: &[String]) -> bool {
        paths.iter().any(|path| point.is_in(path))
    }

    pub(super) fn must_be_reached(&self, point: &Point) -> bool {
        let asked = self.function.iter().any(|path| point.is_in(path)) || Self::is_in(point, &self.named);
        !self.off && asked && !matches!(point.kind(), PointKind::Never)
    }

    pub(super) fn must_hold(&self, point: &Point) -> bool {
        let own = self.module.iter().any(|path| point.is_in(path));
        !self.off && point.kind() == PointKind::Sometimes && (own || Self::is_in(point, &self.named))
    }

    /// Those of the tallies that show that the runs did not get where they should.
    pub(super) fn missed(&self, tallies: &[PointTally]) -> Vec<PointTally> {
        let missed = |tally: &&PointTally| match (tally.runs_reached, tally.runs_held) {
            (0, _) => self.must_be_reached(tally.point),
            (_, 0) => self.must_hold(tally.point),
            _ => false,
        };
        tallies.iter().filter(missed).copied().collect()
    }
}

/// The module of a path: all but its last word.
fn outer(path: &str) -> String {
    path.rsplit_once("::").map_or(path, |(outer, _)| outer).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Point, PointKind, Scope, TestPlace};

    const TEST: &str = "shop::tests::sells";

    fn at(kind: PointKind, inside: fn() -> &'static str) -> Point {
        Point::new(kind, "", "shop::tests", inside, ("", 0, 0))
    }

    #[test]
    fn a_test_answers_for_its_function_and_for_what_it_evaluates_in_its_module() {
        let own = at(PointKind::Reachable, || "shop::tests::sells::sells::{{closure}}::__here");
        let helper = at(PointKind::Sometimes, || "shop::tests::buy::__here");
        let never = at(PointKind::Never, || "shop::tests::sells::__here");
        let reached = |scope: &Scope| [&own, &helper, &never].map(|point| scope.must_be_reached(point));
        let holds = |scope: &Scope| [&own, &helper, &never].map(|point| scope.must_hold(point));

        let scope = Scope::of_test(TestPlace::of(TEST));
        assert_eq!((reached(&scope), holds(&scope)), ([true, false, false], [false, true, false]));
        // A function whose name only begins like it.
        let beside = Scope::of_test(TestPlace::of("shop::tests::sell"));
        assert_eq!((reached(&beside), holds(&beside)), ([false; 3], [false, true, false]));
        let mut wider = Scope::of_test(TestPlace::of("shop::more::tests::sells"));
        assert_eq!((reached(&wider), holds(&wider)), ([false; 3], [false; 3]));
        wider.add("shop::tests");
        assert_eq!((reached(&wider), holds(&wider)), ([true, true, false], [false, true, false]));
        wider.switch_off();
        assert_eq!((reached(&wider), holds(&wider)), ([false; 3], [false; 3]));
    }
}
