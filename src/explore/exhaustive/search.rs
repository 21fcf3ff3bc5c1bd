//! `Exhaustive`: the search for every schedule.

use std::collections::BTreeMap;
use std::future::Future;
use std::num::NonZeroUsize;
use std::panic::Location;

use super::course::{Follow, Notes, Scope};
use super::exhausted::{Exhausted, FoundFailure, SearchEnd};
use super::frontier::Frontier;
use super::links::{LinkId, Links};
use crate::choice::SubjectKey;
use crate::explore::{Program, Signature};
use crate::seed::Seed;
use crate::sim::{Outcome, Sim};

/// How many schedules are taken from the frontier at once. It decides nothing but how much work a thread has.
const BATCH: u32 = 512;

/// Runs every schedule of a program, those with the fewest departures from FIFO order first.
///
/// A schedule is an order of task steps and, unless told otherwise, of the branches of each `select!`; with [`clock`](Self::clock), also
/// when timers expire while tasks are ready. Random numbers are those of one seed. The result does not depend on the number of threads.
///
/// Three tasks of three steps have 1,680 schedules, four have 369,600: bound the [departures](Self::departures_max) of anything larger. A
/// program in which a task can go on for ever while another one waits has schedules without end, and needs
/// [`schedules_max`](Self::schedules_max).
///
/// # Examples
///
/// ```
/// use seedbed::explore::Exhaustive;
/// use seedbed::{Sim, spawn, yield_now};
///
/// let program = |sim: Sim| {
///     sim.run(async {
///         let tasks = [(); 3].map(|()| spawn(yield_now()));
///         for task in tasks {
///             task.await.unwrap();
///         }
///     })
/// };
/// let few = Exhaustive::new().departures_max(1).run(&program);
/// let all = Exhaustive::new().run(&program);
/// assert!(few.is_complete() && all.is_complete() && few.schedules < all.schedules);
/// assert_eq!(few.to_string(), format!("all {} schedules with at most 1 departure pass", few.schedules));
/// ```
#[derive(Clone, Debug)]
#[must_use = "a search does nothing until it is run"]
pub struct Exhaustive {
    seed: Seed,
    scope: Scope,
    schedules_max: u32,
    failures_max: u64,
    threads: NonZeroUsize,
}

impl Default for Exhaustive {
    fn default() -> Self {
        Self::new()
    }
}

impl Exhaustive {
    /// All schedules, of which there may be a million, with exact time, on the calling thread.
    pub fn new() -> Self {
        Self {
            seed: Seed::new(0),
            scope: Scope { clock: false, branches: true, departures_max: u32::MAX, groups: BTreeMap::new() },
            schedules_max: 1_000_000,
            failures_max: u64::MAX,
            threads: NonZeroUsize::MIN,
        }
    }

    /// Decides what [`rng`](crate::rng) draws, in every schedule alike; 0 if not set.
    pub fn seed(mut self, seed: impl Into<Seed>) -> Self {
        self.seed = seed.into();
        self
    }

    /// Runs only schedules with at most so many departures; without a bound if not set. What draws random numbers departs by that too,
    /// in every schedule, and that is not counted here.
    pub fn departures_max(mut self, departures: u32) -> Self {
        self.scope.departures_max = departures;
        self
    }

    /// Ends the search after so many schedules; a million if not set.
    pub fn schedules_max(mut self, schedules: u32) -> Self {
        self.schedules_max = schedules;
        self
    }

    /// Ends the search after so many schedules that fail; never if not set.
    pub fn failures_max(mut self, failures: u64) -> Self {
        self.failures_max = failures;
        self
    }

    /// Lets the clock move while tasks are ready, as one more answer; not if not set.
    pub fn clock(mut self, clock: bool) -> Self {
        self.scope.clock = clock;
        self
    }

    /// Tries each branch of a `select!` as the first one; set from the start.
    pub fn branches(mut self, branches: bool) -> Self {
        self.scope.branches = branches;
        self
    }

    /// Says that these tasks, by their paths, could change names: they do the same with the same data, nothing in the program tells one
    /// from another, and whoever waits for them waits for all alike. Of orders that are the same but for their names, one is run.
    ///
    /// That is a promise. Where it is not kept, because their handles are awaited one after the other, say, or because they draw random
    /// numbers, orders are left out that are not like any other. Where it is, every failure is found, for n tasks in up to n! times
    /// fewer schedules; it may have more departures than needed. With [`departures_max`](Self::departures_max), nothing is left out.
    ///
    /// May be called several times, for tasks that can be exchanged among themselves.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::explore::Exhaustive;
    /// use seedbed::{Sim, gather, spawn, yield_now};
    ///
    /// let program = |sim: Sim| {
    ///     sim.run(async {
    ///         let workers = [(); 3].map(|()| spawn(yield_now()));
    ///         gather(workers).await.unwrap();
    ///     })
    /// };
    /// let workers = ["main/1", "main/2", "main/3"];
    /// let (all, some) = (Exhaustive::new().run(&program), Exhaustive::new().interchangeable(workers).run(&program));
    /// assert_eq!((all.schedules, some.schedules), (90, 15));
    /// assert!(some.pruned > 0);
    /// ```
    pub fn interchangeable<'a>(mut self, paths: impl IntoIterator<Item = &'a str>) -> Self {
        let number = u32::try_from(self.scope.groups.len()).unwrap_or(u32::MAX);
        self.scope.groups.extend(paths.into_iter().map(|path| (SubjectKey::of_path(path), number)));
        self
    }

    /// Runs on so many threads; on the calling one if not set. The result is the same.
    pub fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = threads;
        self
    }

    /// Searches.
    ///
    /// # Panics
    ///
    /// If the program panics outside its run. A panic inside is a failure of that schedule.
    pub fn run<P: Program + Sync + ?Sized>(&self, program: &P) -> Exhausted {
        let mut settings = self.clone();
        if settings.scope.departures_max < u32::MAX {
            settings.scope.groups.clear();
        }
        let mut search = Search {
            settings: &settings,
            links: Links::new(),
            frontier: Frontier::new(self.schedules_max),
            bounded: false,
            exhausted: Exhausted {
                schedules: 0,
                pruned: 0,
                by_departures: Vec::new(),
                failed: 0,
                failures: Vec::new(),
                depth: 0,
                departures_max: None,
                end: SearchEnd::Complete,
            },
        };
        search.frontier.push(0, Links::PLAIN);
        search.run(program)
    }
}

/// What one schedule came to.
struct Ran {
    notes: Notes,
    failure: Option<Signature>,
}

struct Search<'a> {
    settings: &'a Exhaustive,
    links: Links,
    frontier: Frontier,
    /// Whether the bound of departures left something out.
    bounded: bool,
    exhausted: Exhausted,
}

impl Search<'_> {
    fn run<P: Program + Sync + ?Sized>(mut self, program: &P) -> Exhausted {
        'search: while let Some((departures, batch)) = self.frontier.take(BATCH) {
            let ran = self.run_batch(program, departures, &batch);
            for (&schedule, ran) in batch.iter().zip(ran) {
                if let Some(end) = self.learn(program, schedule, departures, ran) {
                    self.exhausted.end = end;
                    break 'search;
                }
            }
        }
        if self.exhausted.end == SearchEnd::Complete && self.frontier.is_cut() {
            self.exhausted.end = SearchEnd::SchedulesMax;
        }
        self.exhausted.departures_max = self.bounded.then_some(self.settings.scope.departures_max);
        self.exhausted
    }

    /// Runs schedules with the same number of departures; the results stand in their order.
    fn run_batch<P: Program + Sync + ?Sized>(&self, program: &P, departures: u32, batch: &[LinkId]) -> Vec<Ran> {
        let run = |schedules: &[LinkId]| -> Vec<Ran> {
            schedules.iter().map(|&schedule| self.run_one(program, schedule, departures)).collect()
        };
        let share = batch.len().div_ceil(self.settings.threads.get());
        if share == batch.len() {
            return run(batch);
        }
        in_parallel(batch.chunks(share), run)
    }

    fn follow(&self, schedule: LinkId, departures: u32) -> Follow {
        Follow::new(&self.settings.scope, self.links.answers(schedule), departures, self.frontier.room())
    }

    fn run_one<P: Program + ?Sized>(&self, program: &P, schedule: LinkId, departures: u32) -> Ran {
        let follow = self.follow(schedule, departures);
        let report = program.run(Sim::new(self.settings.seed).policy(follow.clone()).trace(false));
        Ran { notes: follow.into_notes(), failure: report.result.err().as_ref().map(Signature::of) }
    }

    /// Counts a schedule, and puts those in line that part from it. Says whether the search ends here.
    fn learn<P: Program + ?Sized>(
        &mut self,
        program: &P,
        schedule: LinkId,
        departures: u32,
        Ran { notes, failure }: Ran,
    ) -> Option<SearchEnd> {
        let exhausted = &mut self.exhausted;
        exhausted.schedules += 1;
        let line = departures as usize;
        if line >= exhausted.by_departures.len() {
            exhausted.by_departures.resize(line + 1, 0);
        }
        exhausted.by_departures[line] += 1;
        exhausted.depth = exhausted.depth.max(notes.asked);
        exhausted.pruned += notes.pruned;
        self.bounded |= notes.beyond;
        if notes.misfit {
            return Some(SearchEnd::NotDeterministic);
        }
        if notes.cut {
            self.frontier.note_cut();
        }
        for fork in notes.forks {
            let admitted = self.frontier.admits(fork.departures);
            match admitted.then(|| self.links.extend(schedule, fork.last)).flatten() {
                Some(link) => self.frontier.push(fork.departures, link),
                None => self.frontier.note_cut(),
            }
        }
        self.count_failure(program, schedule, departures, failure?)
    }

    fn count_failure<P: Program + ?Sized>(
        &mut self,
        program: &P,
        schedule: LinkId,
        departures: u32,
        signature: Signature,
    ) -> Option<SearchEnd> {
        self.exhausted.failed += 1;
        let known = self.exhausted.failures.iter_mut().find(|found| found.signature == signature);
        if let Some(found) = known {
            found.count += 1;
        } else if self.exhausted.failures.len() < Exhausted::WAYS_MAX {
            let Some(found) = self.look_again(program, schedule, departures, signature) else {
                return Some(SearchEnd::NotDeterministic);
            };
            self.exhausted.failures.push(found);
        }
        (self.exhausted.failed >= self.settings.failures_max).then_some(SearchEnd::FailuresMax)
    }

    /// Runs a failing schedule again, with recorder and trace; none if it does not fail in the same way.
    fn look_again<P: Program + ?Sized>(
        &self,
        program: &P,
        schedule: LinkId,
        departures: u32,
        signature: Signature,
    ) -> Option<FoundFailure> {
        let follow = self.follow(schedule, departures);
        let report = program.run(Sim::new(self.settings.seed).policy(follow).record(true));
        let failure = report.result.err().filter(|failure| Signature::of(failure) == signature)?;
        let schedule = self.exhausted.schedules;
        Some(FoundFailure { signature, failure, departures: report.departures, schedule, count: 1 })
    }
}

/// Runs each part on a thread of its own; the results stand in the order of the parts.
#[expect(clippy::disallowed_methods, reason = "runs share nothing, and their results are put in order")]
fn in_parallel<'a, R: Send>(
    parts: impl Iterator<Item = &'a [LinkId]>,
    run: impl Fn(&'a [LinkId]) -> Vec<R> + Sync,
) -> Vec<R> {
    let run = &run;
    std::thread::scope(|scope| {
        let threads: Vec<_> = parts.map(|part| scope.spawn(move || run(part))).collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined.flat_map(|ran| ran.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// Runs every schedule of a program, with [`Exhaustive`]'s settings as they are from the start.
///
/// # Panics
///
/// If making the future panics outside the run.
///
/// # Examples
///
/// ```
/// use seedbed::{exhaust, spawn, yield_now};
///
/// let exhausted = exhaust(|| async {
///     let other = spawn(yield_now());
///     yield_now().await;
///     other.await.unwrap();
/// });
/// assert!(exhausted.is_complete());
/// exhausted.unwrap();
/// ```
#[track_caller]
pub fn exhaust<F, M>(main: F) -> Exhausted
where
    F: Fn() -> M + Sync,
    M: Future + 'static,
    M::Output: Outcome + 'static,
{
    let location = Location::caller();
    Exhaustive::new().run(&|sim: Sim| sim.run_at(main(), location).settle())
}
