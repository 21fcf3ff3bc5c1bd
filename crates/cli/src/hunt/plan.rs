//! Which slice of which test is made next: all tests share the time fairly, and slices are short enough to be shared out anew.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

/// How long a slice should take: long beside the start of a process, short beside a hunt.
const SLICE: Duration = Duration::from_secs(2);
/// The first slice of a test finds out how fast it is, and whether its plain run survives: it is made alone, of at most so many runs,
const FIRST: u64 = 64;
/// and for so long.
const TRIAL: Duration = Duration::from_millis(250);
/// No slice is longer, whatever the speed seems to be.
const LONGEST: u64 = 1 << 20;

/// Positions of one test's runs in this shard, for one worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assignment {
    /// Which test.
    pub(super) target: usize,
    /// Which of its runs in this shard.
    pub(super) positions: Range<u64>,
    /// After how long the slice ends early.
    pub(super) span: Duration,
}

/// What remains to be done.
#[derive(Debug)]
pub(super) struct Plan {
    lines: Vec<Line>,
    workers: u32,
}

#[derive(Debug)]
struct Line {
    /// What came back from slices that ended early, lowest first.
    returned: VecDeque<Range<u64>>,
    /// What no slice was given yet.
    rest: Range<u64>,
    /// How many slices are being made.
    running: u32,
    /// By all its slices so far.
    spent: Duration,
    made: u64,
    /// Nothing more is to be made, whatever remains.
    closed: bool,
    /// Grows with each slice that ended before it made a run.
    patience: u32,
}

impl Plan {
    /// So many runs of each test (as positions in this shard), by so many workers.
    pub(super) fn new(counts: impl IntoIterator<Item = u64>, workers: u32) -> Self {
        let line = |count| Line {
            returned: VecDeque::new(),
            rest: 0..count,
            running: 0,
            spent: Duration::ZERO,
            made: 0,
            closed: false,
            patience: 1,
        };
        Self { lines: counts.into_iter().map(line).collect(), workers: workers.max(1) }
    }

    /// The next slice, if there is one now; `left` is the time that remains of a hunt for a time.
    pub(super) fn next(&mut self, left: Option<Duration>) -> Option<Assignment> {
        if left.is_some_and(|left| left.is_zero()) {
            return None;
        }
        let lines = u32::try_from(self.lines.len()).unwrap_or(u32::MAX).max(1);
        // Every test gets its turn before a short time is over.
        let slice =
            left.map_or(SLICE, |left| SLICE.min(left * self.workers / lines / 2)).max(Duration::from_millis(50));
        let (target, line) = self
            .lines
            .iter_mut()
            .enumerate()
            .filter(|(_, line)| !line.closed && line.has_work() && !line.is_being_tried())
            .min_by_key(|(target, line)| (line.spent + slice * line.running, *target))?;
        let most = line.size(slice, self.workers);
        let positions = line.take(most);
        line.running += 1;
        let span = if line.made == 0 { TRIAL } else { slice }.saturating_mul(line.patience);
        Some(Assignment { target, positions, span: left.map_or(span, |left| span.min(left)) })
    }

    /// A slice came to its end: the runs before `until` were made, in `spent`.
    pub(super) fn ended(&mut self, slice: &Assignment, until: u64, spent: Duration) {
        let line = &mut self.lines[slice.target];
        let until = until.clamp(slice.positions.start, slice.positions.end);
        line.running -= 1;
        line.spent += spent;
        line.made += until - slice.positions.start;
        line.patience = if until == slice.positions.start { line.patience.saturating_mul(2) } else { 1 };
        if until < slice.positions.end {
            let at = line.returned.partition_point(|range| range.start < until);
            line.returned.insert(at, until..slice.positions.end);
        }
    }

    /// This test cannot be hunted any further.
    pub(super) fn close(&mut self, target: usize) {
        self.lines[target].closed = true;
    }

    /// Whether every run of every test was made, or given up.
    pub(super) fn is_done(&self) -> bool {
        self.lines.iter().all(|line| line.closed || (!line.has_work() && line.running == 0))
    }

    /// Whether every test has made a run.
    pub(super) fn has_made_a_round(&self) -> bool {
        self.lines.iter().all(|line| line.closed || line.made > 0 || (!line.has_work() && line.running == 0))
    }
}

impl Line {
    fn has_work(&self) -> bool {
        !self.returned.is_empty() || !self.rest.is_empty()
    }

    /// Whether its first slice is being made.
    fn is_being_tried(&self) -> bool {
        self.made == 0 && self.running > 0
    }

    fn size(&self, slice: Duration, workers: u32) -> u64 {
        if self.made == 0 {
            return FIRST;
        }
        // The start of a process is in it, so that a run looks dearer than it is: the time ends a slice, not the number.
        let a_run = (self.spent.as_nanos() / u128::from(self.made)).max(1);
        let fits = u64::try_from(slice.as_nanos() * 8 / a_run).unwrap_or(LONGEST);
        // The last slices are shared out, so that no worker is left alone with the end.
        let share = (self.rest.end - self.rest.start).div_ceil(u64::from(workers));
        fits.min(share.max(16)).clamp(1, LONGEST)
    }

    fn take(&mut self, most: u64) -> Range<u64> {
        let range = match self.returned.front_mut() {
            Some(range) => range,
            None => &mut self.rest,
        };
        let taken = range.start..range.end.min(range.start.saturating_add(most));
        range.start = taken.end;
        if self.returned.front().is_some_and(Range::is_empty) {
            self.returned.pop_front();
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        // Whatever slices end early, and however long they take: every run is made once.
        #[test]
        fn every_run_is_made_once(
            counts in proptest::collection::vec(0..300_u64, 1..5),
            workers in 1..5_u32,
            ends in proptest::collection::vec((0..200_u64, 0..3_000_u64), 1..50),
        ) {
            let mut plan = Plan::new(counts.clone(), workers);
            let mut made: Vec<Vec<u64>> = vec![Vec::new(); counts.len()];
            let mut running: VecDeque<Assignment> = VecDeque::new();
            let mut fate = ends.iter().cycle();
            let mut turns = 0;
            while !plan.is_done() {
                turns += 1;
                prop_assert!(turns < 100_000, "no end");
                while running.len() < workers as usize {
                    let Some(slice) = plan.next(None) else { break };
                    prop_assert!(!slice.positions.is_empty());
                    running.push_back(slice);
                }
                let slice = running.pop_front().expect("work remains");
                let (short, millis) = fate.next().expect("it goes round");
                // A slice makes at least one run.
                let until = slice.positions.end.saturating_sub(*short).max(slice.positions.start + 1);
                made[slice.target].extend(slice.positions.start..until);
                plan.ended(&slice, until, Duration::from_millis(*millis));
            }
            for (made, count) in made.iter_mut().zip(counts) {
                made.sort_unstable();
                prop_assert_eq!(made.clone(), (0..count).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn tests_share_the_time_whatever_a_run_costs() {
        let mut plan = Plan::new([u64::MAX, u64::MAX], 1);
        let costs = [Duration::from_micros(50), Duration::from_millis(20)];
        let mut spent = [Duration::ZERO; 2];
        for _ in 0..200 {
            let slice = plan.next(Some(Duration::from_secs(600))).expect("time remains");
            let fits = u64::try_from(slice.span.as_nanos() / costs[slice.target].as_nanos()).unwrap();
            let made = fits.min(slice.positions.end - slice.positions.start);
            let took = costs[slice.target] * u32::try_from(made).unwrap();
            spent[slice.target] += took;
            plan.ended(&slice, slice.positions.start + made, took);
        }
        let [a, b] = spent.map(|spent| spent.as_millis());
        assert!(a.abs_diff(b) < (a + b) / 10, "{a} against {b}");
    }

    #[test]
    fn a_test_that_is_closed_gets_no_more() {
        let mut plan = Plan::new([100, 100], 1);
        let slice = plan.next(None).expect("work");
        plan.close(slice.target);
        plan.ended(&slice, 0, Duration::ZERO);
        while let Some(next) = plan.next(None) {
            assert_ne!(next.target, slice.target);
            plan.ended(&next, next.positions.end, Duration::from_millis(1));
        }
        assert!(plan.is_done() && plan.has_made_a_round());
    }
}
