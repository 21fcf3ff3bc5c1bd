//! Two runs beside each other, from the first event at which they part.

use std::collections::BTreeMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::choice::Choice;
use super::trace::{Event, Trace};

/// So many events of each run are put side by side after the two part. What lies further behind has little to do with it, and would cost
/// the square of its length.
const ALIGNED_MAX: usize = 4_000;

/// One row: an event of the first run, of the second, or of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// An event of the first run.
    pub left: Option<usize>,
    /// An event of the second run.
    pub right: Option<usize>,
    /// Whether both did the same here, perhaps at another time.
    pub same: bool,
}

/// Two runs beside each other.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The first run.
    pub left: Trace,
    /// The second run.
    pub right: Trace,
    /// The first event that is not the same in both, counted among all events; `None` if the runs are the same.
    pub parted: Option<usize>,
    /// The rows, those before the parting first.
    pub pairs: Vec<Pair>,
    /// How many of the rows lie before the parting.
    pub before: usize,
    /// How many events in view of each run come after the last row.
    pub more: (usize, usize),
}

impl Comparison {
    /// Puts two runs beside each other. They part where anything differs, also what the choice does not show.
    pub fn of(left: Trace, right: Trace, choice: &Choice) -> Self {
        let same =
            |(one, other): (&Event, &Event)| one.nanos == other.nanos && words(&left, one) == words(&right, other);
        let common = left.events.iter().zip(&right.events).take_while(|&pair| same(pair)).count();
        let parted = (common < left.events.len().max(right.events.len())).then_some(common);
        let shown = |trace: &Trace, from: usize, to: usize| -> Vec<usize> {
            let in_view = |&at: &usize| {
                let event = &trace.events[at];
                // Choices are why two runs part; where departures are told in words, these are enough.
                let chose = event.word == "choose" && trace.departures.is_empty();
                (choice.is_in_view(event) || chose) && choice.has(trace, event)
            };
            (from..to).filter(in_view).collect()
        };
        let mut pairs: Vec<Pair> = shown(&left, 0, common)
            .into_iter()
            .map(|at| Pair { left: Some(at), right: Some(at), same: true })
            .collect();
        let before = pairs.len();
        let mut lefts = shown(&left, common, left.events.len());
        let mut rights = shown(&right, common, right.events.len());
        let more = (lefts.len().saturating_sub(ALIGNED_MAX), rights.len().saturating_sub(ALIGNED_MAX));
        lefts.truncate(ALIGNED_MAX);
        rights.truncate(ALIGNED_MAX);
        align(&left, &right, &lefts, &rights, &mut pairs);
        Self { left, right, parted, pairs, before, more }
    }

    /// Whether a row says the same of both runs, at the same time.
    pub fn is_equal(&self, pair: &Pair) -> bool {
        pair.same && self.time_of(pair.left, true) == self.time_of(pair.right, false)
    }

    fn time_of(&self, at: Option<usize>, left: bool) -> Option<u64> {
        let trace = if left { &self.left } else { &self.right };
        at.map(|at| trace.events[at].nanos)
    }
}

/// What an event says, without its time: a task that does the same later does the same.
fn words<'a>(trace: &'a Trace, event: &'a Event) -> (&'a str, &'a str, &'a str) {
    (trace.path(event.lane), &event.word, &event.text)
}

fn align(left: &Trace, right: &Trace, lefts: &[usize], rights: &[usize], pairs: &mut Vec<Pair>) {
    let mut numbers: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    let mut number = |key| {
        let next = numbers.len();
        *numbers.entry(key).or_insert(next)
    };
    let old: Vec<usize> = lefts.iter().map(|&at| number(words(left, &left.events[at]))).collect();
    let new: Vec<usize> = rights.iter().map(|&at| number(words(right, &right.events[at]))).collect();
    for op in capture_diff_slices(Algorithm::Patience, &old, &new) {
        let (from, to, same) = match op {
            DiffOp::Equal { .. } => (op.old_range(), op.new_range(), true),
            _ => (op.old_range(), op.new_range(), false),
        };
        for n in 0..from.len().max(to.len()) {
            let of = |range: &std::ops::Range<usize>, all: &[usize]| (n < range.len()).then(|| all[range.start + n]);
            pairs.push(Pair { left: of(&from, lefts), right: of(&to, rights), same });
        }
    }
}
