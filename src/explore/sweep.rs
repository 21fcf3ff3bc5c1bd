//! `sweep`: runs by the number, on every core, with a result that does not depend on how many there are.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

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
    /// The different digests among them.
    pub digests: BTreeSet<Digest>,
    /// The different orders among them.
    pub schedules: BTreeSet<Digest>,
    /// The failing run with the lowest number, and its digest.
    pub failed: Option<(u64, Digest)>,
    /// True if it was told to stop before its end.
    pub interrupted: bool,
}

/// Makes the runs of these numbers on up to `jobs` threads, until one fails or `stop` is set.
///
/// Threads take numbers in order, and all below a failing one are finished: so the lowest failing number wins, and which runs count does
/// not depend on how many threads there are. (Where the sweep was stopped, it does: those count that were finished without a gap.)
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
    let sweep = Sweep { end: numbers.end, next: AtomicU64::new(numbers.start), failed: AtomicU64::new(NONE), stop };
    let chunks = numbers.end.saturating_sub(numbers.start).div_ceil(CHUNK);
    let threads = jobs.get().min(usize::try_from(chunks).unwrap_or(usize::MAX));
    let mut done = if threads <= 1 { sweep.work(&run) } else { sweep.work_on(threads, &run) };
    done.sort_unstable_by_key(|(number, _)| *number);

    let failed = Some(sweep.failed.into_inner()).filter(|number| *number != NONE);
    let last = failed.unwrap_or(numbers.end.saturating_sub(1));
    // Where it was stopped, a run may be missing among later ones.
    let whole =
        done.iter().zip(numbers.clone()).take_while(|((number, _), wanted)| number == wanted && number <= &last);
    let counted: Vec<Swept> = whole.map(|((_, swept), _)| *swept).collect();
    let failed = failed.and_then(|number| done.iter().find(|(done, _)| *done == number));
    let failed = failed.map(|(number, swept)| (*number, swept.digest));
    let runs = counted.len() as u64;
    let wanted = last.saturating_add(1).saturating_sub(numbers.start).min(numbers.end.saturating_sub(numbers.start));
    let digests = counted.iter().map(|swept| swept.digest).collect();
    let schedules = counted.iter().map(|swept| swept.schedule).collect();
    SweepReport { runs, digests, schedules, failed, interrupted: runs < wanted }
}

/// A sweep while it goes on.
struct Sweep<'a> {
    end: u64,
    /// The next number that nobody has taken.
    next: AtomicU64,
    /// The lowest number that failed so far.
    failed: AtomicU64,
    stop: &'a AtomicBool,
}

impl Sweep<'_> {
    /// One thread's share: chunks of numbers, in order, until there is no use in going on.
    fn work(&self, run: &impl Fn(u64) -> Swept) -> Vec<(u64, Swept)> {
        let mut done = Vec::new();
        loop {
            let start = self.next.fetch_add(CHUNK, Ordering::Relaxed);
            for number in start..start.saturating_add(CHUNK).min(self.end) {
                if number > self.failed.load(Ordering::Relaxed) || self.stop.load(Ordering::Relaxed) {
                    return done;
                }
                let swept = run(number);
                done.push((number, swept));
                if swept.failed {
                    self.failed.fetch_min(number, Ordering::Relaxed);
                    return done;
                }
            }
            if start.saturating_add(CHUNK) >= self.end {
                return done;
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "whole runs on a thread each; no run sees the others")]
    fn work_on(&self, threads: usize, run: &(impl Fn(u64) -> Swept + Sync)) -> Vec<(u64, Swept)> {
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(|| self.work(run))).collect();
            let mut done = self.work(run);
            for other in others {
                match other.join() {
                    Ok(part) => done.extend(part),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            done
        })
    }
}
