//! `sweep`: runs by the number, on every core, with a result that does not depend on how many there are.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::distinct::Distinct;
use crate::trace::Digest;

/// Runs that a thread takes at a time: enough that the threads rarely meet, few enough that none is busy long after the others.
const CHUNK: u64 = 8;

/// No run has this number.
const NONE: u64 = u64::MAX;

/// What one run of a sweep came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Swept {
    /// The fingerprint of its events.
    pub digest: Digest,
    /// That of its order.
    pub schedule: Digest,
    /// True if it failed.
    pub failed: bool,
}

/// What a sweep came to.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct SweepReport {
    /// The runs that count: all before the first that failed, and that one.
    pub runs: u64,
    /// How many different digests there were among them.
    pub digests: Distinct,
    /// How many different orders.
    pub schedules: Distinct,
    /// The failing run with the lowest number, and its digest.
    pub failed: Option<(u64, Digest)>,
    /// True if it was told to stop before its end.
    pub interrupted: bool,
}

/// Makes the runs of these numbers on up to `jobs` threads, until one fails or `stop` is set.
///
/// Threads take numbers in order, and all below a failing one are finished: so the lowest failing number wins, and which runs count does
/// not depend on how many threads there are. (Where the sweep was stopped, it does: those count that were finished without a gap.)
/// Nothing is kept of a run that counts, so that a million take no more memory than a few.
///
/// # Panics
///
/// If `run` panics, which a run of a [`Sim`](crate::Sim) never does.
///
/// # Examples
///
/// ```
/// use seedbed::explore::{Swept, sweep};
/// use seedbed::{Seed, Sim};
/// use std::num::NonZeroUsize;
/// use std::sync::atomic::AtomicBool;
///
/// let run = |number: u64| {
///     let report = Sim::new(Seed::new(7).nth(number)).trace(false).run(async move { assert!(number < 50) });
///     Swept { digest: report.digest, schedule: report.schedule, failed: report.result.is_err() }
/// };
/// let [one, four] = [1, 4].map(|jobs| {
///     sweep(0..1_000, NonZeroUsize::new(jobs).unwrap(), &AtomicBool::new(false), run)
/// });
/// assert_eq!((one.failed.map(|(number, _)| number), one.runs), (Some(50), 51));
/// assert_eq!(one, four);
/// ```
pub fn sweep(
    numbers: Range<u64>,
    jobs: NonZeroUsize,
    stop: &AtomicBool,
    run: impl Fn(u64) -> Swept + Sync,
) -> SweepReport {
    let tally = Tally { next: numbers.start, ..Tally::default() };
    let sweep = Sweep {
        end: numbers.end,
        next: AtomicU64::new(numbers.start),
        failed: AtomicU64::new(NONE),
        stop,
        tally: Mutex::new(tally),
    };
    let chunks = numbers.end.saturating_sub(numbers.start).div_ceil(CHUNK);
    let threads = jobs.get().min(usize::try_from(chunks).unwrap_or(usize::MAX));
    if threads <= 1 {
        sweep.work(&run);
    } else {
        sweep.work_on(threads, &run);
    }
    let Tally { next, digests, schedules, failed, .. } =
        sweep.tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    let end = failed.map_or(numbers.end, |(number, _)| number + 1).max(numbers.start);
    SweepReport { runs: next - numbers.start, digests, schedules, failed, interrupted: next < end }
}

/// What is known of the runs that count. Of most nothing is kept but that they were.
#[derive(Default)]
struct Tally {
    /// All runs below this one count.
    next: u64,
    /// Runs that were finished while one below them was not, in chunks, by the number of the first. If one failed, it is the last of its
    /// chunk.
    ahead: BTreeMap<u64, Vec<Swept>>,
    digests: Distinct,
    schedules: Distinct,
    /// The lowest number that failed so far.
    failed: Option<(u64, Digest)>,
}

impl Tally {
    fn add(&mut self, start: u64, chunk: Vec<Swept>) {
        if let Some(last) = chunk.last().filter(|last| last.failed) {
            let number = start + chunk.len() as u64 - 1;
            self.failed = self.failed.filter(|(lowest, _)| *lowest < number).or(Some((number, last.digest)));
        }
        if self.failed.is_some_and(|(number, _)| number < self.next) {
            // Nothing counts behind the first that failed.
            return;
        }
        self.ahead.insert(start, chunk);
        while let Some(chunk) = self.ahead.remove(&self.next) {
            self.next += chunk.len() as u64;
            for swept in chunk {
                self.digests.insert(swept.digest);
                self.schedules.insert(swept.schedule);
                if swept.failed {
                    self.ahead.clear();
                }
            }
        }
    }
}

/// A sweep while it goes on.
struct Sweep<'a> {
    end: u64,
    /// The next number that nobody has taken.
    next: AtomicU64,
    /// The lowest number that failed so far.
    failed: AtomicU64,
    stop: &'a AtomicBool,
    tally: Mutex<Tally>,
}

impl Sweep<'_> {
    /// One thread's share: chunks of numbers, in order, until there is no use in going on.
    fn work(&self, run: &impl Fn(u64) -> Swept) {
        loop {
            let start = self.next.fetch_add(CHUNK, Ordering::Relaxed);
            let end = start.saturating_add(CHUNK).min(self.end);
            let mut chunk = Vec::new();
            for number in start..end {
                if number > self.failed.load(Ordering::Relaxed) || self.stop.load(Ordering::Relaxed) {
                    break;
                }
                let swept = run(number);
                chunk.push(swept);
                if swept.failed {
                    self.failed.fetch_min(number, Ordering::Relaxed);
                    break;
                }
            }
            let last = (chunk.len() as u64) < CHUNK || end == self.end || chunk.iter().any(|swept| swept.failed);
            if !chunk.is_empty() {
                self.tally.lock().unwrap_or_else(PoisonError::into_inner).add(start, chunk);
            }
            if last {
                return;
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "whole runs on a thread each; no run sees the others")]
    fn work_on(&self, threads: usize, run: &(impl Fn(u64) -> Swept + Sync)) {
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(|| self.work(run))).collect();
            self.work(run);
            for other in others {
                if let Err(panic) = other.join() {
                    std::panic::resume_unwind(panic);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{CHUNK, Swept, Tally};
    use crate::trace::{Digest, Digester};

    fn digest(of: u64) -> Digest {
        let mut digester = Digester::new();
        digester.feed(of, 0);
        digester.digest()
    }

    /// A chunk as a thread leaves it: up to the first run that failed.
    fn chunk(start: u64, failing: &BTreeSet<u64>) -> Vec<Swept> {
        let last = failing.range(start..start + CHUNK).next().map_or(start + CHUNK, |failed| failed + 1);
        let swept = |number| Swept {
            digest: digest(number % 5),
            schedule: digest(number % 3),
            failed: failing.contains(&number),
        };
        (start..last).map(swept).collect()
    }

    proptest! {
        /// Whatever chunk is finished first, what counts is all up to the first run that failed, and nothing is kept behind it.
        #[test]
        fn the_order_of_chunks_does_not_matter(
            order in Just((0..12_u64).collect::<Vec<_>>()).prop_shuffle(),
            failing in prop::collection::btree_set(0..12 * CHUNK, 0..3),
        ) {
            let mut tally = Tally::default();
            for number in order {
                tally.add(number * CHUNK, chunk(number * CHUNK, &failing));
            }
            let first = failing.first().copied();
            let runs = first.map_or(12 * CHUNK, |first| first + 1);
            prop_assert_eq!((tally.next, tally.failed.map(|(number, _)| number)), (runs, first));
            prop_assert_eq!((tally.digests.count(), tally.schedules.count()), (runs.min(5), runs.min(3)));
            prop_assert!(tally.ahead.is_empty());
        }

        /// A run that is missing ends what counts, also where one behind it failed.
        #[test]
        fn nothing_counts_behind_a_gap(gap in 0..6_u64, failed in 6 * CHUNK..12 * CHUNK) {
            let mut tally = Tally::default();
            for number in (0..12).filter(|number| *number != gap) {
                tally.add(number * CHUNK, chunk(number * CHUNK, &BTreeSet::from([failed])));
            }
            prop_assert_eq!((tally.next, tally.failed.map(|(number, _)| number)), (gap * CHUNK, Some(failed)));
        }
    }
}
