//! The workers of a hunt: as many as there are cores to use, each with one slice after the other, until all is made or the time is over.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::plan::{Assignment, Plan};
use super::slice::{Ending, Limits, Slice};
use super::tally::Ended;
use super::target::Target;
use crate::record::{Record, RunOutcome, RunRecord, Sweep};
use crate::shard::Shard;
use crate::signal::Interrupt;
use crate::status::Error;

/// How often the one who asked is told that time has passed.
const BEAT: Duration = Duration::from_millis(100);
/// Runs are numbered below this where time decides how many there are: JSON numbers are exact up to here.
const ENDLESS: u64 = 1 << 53;

/// What the crew is to do.
#[derive(Debug)]
pub struct Orders {
    /// What is hunted.
    pub targets: Vec<Target>,
    /// How many runs of each, of all shards together; none where time decides.
    pub runs: Vec<Option<u64>>,
    /// For how long.
    pub time: Option<Duration>,
    /// Which part of the runs.
    pub shard: Shard,
    /// How many processes at a time.
    pub workers: u32,
    /// Every so manieth run is made twice.
    pub check: Option<u64>,
    /// Whether the first failure ends it.
    pub fail_fast: bool,
    /// Whether the first slice of each test ends with a run that fails on purpose.
    pub canary: bool,
    /// What a worker may take.
    pub limits: Limits,
    /// Where workers write.
    pub folder: PathBuf,
    /// The variables that every worker gets.
    pub variables: Vec<(String, String)>,
}

/// What the crew says while it works.
#[derive(Debug)]
pub enum Word {
    /// A record of a target, with its line.
    Record(usize, Box<Record>, String),
    /// A target cannot be hunted, by the user's doing.
    Refused(usize, Error),
    /// The machinery is broken.
    Broken(Error),
    /// Time has passed.
    Beat,
}

/// The workers.
#[derive(Debug)]
pub struct Crew<'a> {
    orders: &'a Orders,
    plan: Mutex<Plan>,
    interrupt: &'a Interrupt,
    /// Set by a failure that is to end the hunt.
    failed: AtomicBool,
    /// For each target, whether its canary was made: a slice that dies takes its canary with it, and the next one makes it.
    sung: Vec<AtomicBool>,
    deadline: Option<Instant>,
}

impl<'a> Crew<'a> {
    /// A crew that waits for its work.
    pub fn new(orders: &'a Orders, interrupt: &'a Interrupt) -> Self {
        let counts = orders.runs.iter().map(|runs| orders.shard.count(runs.unwrap_or(ENDLESS)));
        Self {
            plan: Mutex::new(Plan::new(counts, orders.workers)),
            orders,
            interrupt,
            failed: AtomicBool::new(false),
            sung: orders.targets.iter().map(|_| AtomicBool::new(false)).collect(),
            deadline: orders.time.map(|time| Instant::now() + time),
        }
    }

    /// Makes the runs; returns why it ended, and whether every test came to a run.
    pub fn work(&self, hear: &mut dyn FnMut(Word)) -> (Ended, bool) {
        thread::scope(|scope| {
            let (say, words) = mpsc::channel();
            for worker in 0..self.orders.workers {
                let say = say.clone();
                scope.spawn(move || self.slices(worker as usize, &say));
            }
            drop(say);
            loop {
                match words.recv_timeout(BEAT) {
                    Ok(word) => hear(word),
                    Err(RecvTimeoutError::Timeout) => hear(Word::Beat),
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
        });
        let plan = self.plan();
        let ended = match () {
            () if self.failed.load(Ordering::SeqCst) => Ended::Failure,
            () if plan.is_done() => Ended::Done,
            () if self.interrupt.has_come() => Ended::Signal,
            () => Ended::Time,
        };
        (ended, plan.has_made_a_round())
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stops(&self) -> bool {
        self.interrupt.has_come() || self.failed.load(Ordering::SeqCst)
    }

    /// One worker's day.
    fn slices(&self, worker: usize, say: &Sender<Word>) {
        while !self.stops() {
            let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let (slice, done) = {
                let mut plan = self.plan();
                (plan.next(left), plan.is_done())
            };
            match slice {
                Some(slice) => self.slice(worker, &slice, say),
                None if done || left.is_some_and(|left| left.is_zero()) => return,
                // Another worker may hand back a part of its slice.
                None => thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    fn slice(&self, worker: usize, slice: &Assignment, say: &Sender<Word>) {
        let (orders, target) = (self.orders, slice.target);
        let numbers = orders.shard.numbers(&slice.positions);
        let whole = Slice {
            target: &orders.targets[target],
            sweep: Sweep {
                first: numbers.start,
                step: orders.shard.total(),
                end: numbers.end,
                millis: Some(u64::try_from(slice.span.as_millis()).unwrap_or(u64::MAX)),
                fail_fast: orders.fail_fast,
                check: orders.check,
                canary: orders.canary && !self.sung[target].load(Ordering::SeqCst),
                ..Sweep::default()
            },
            folder: &orders.folder,
            worker,
            limits: orders.limits,
            variables: &orders.variables,
        };
        let began = Instant::now();
        let mut last = None;
        let ending = whole.make(&|| self.stops(), &mut |record, line| {
            if let Record::Run(run) = &record {
                last = self.note(target, run).max(last);
                // The other runs need what the plain one teaches; every slice would say the same of it.
                if run.run == 0 && run.outcome == RunOutcome::NotDeterministic {
                    self.plan().close(target);
                }
            }
            // The one who listens outlives the workers.
            let _sent = say.send(Word::Record(target, Box::new(record), line.to_owned()));
        });
        match ending {
            Ending::Whole => {}
            Ending::Lost(run) => {
                // The plain run is the beginning of every slice: without it there is none.
                if run.run == 0 {
                    self.plan().close(target);
                }
                last = self.note(target, &run).max(last);
                let record = Record::Run(*run);
                match super::folder::json(&record) {
                    Ok(line) => drop(say.send(Word::Record(target, Box::new(record), line))),
                    Err(error) => drop(say.send(Word::Broken(error))),
                }
            }
            Ending::Refused(error) => {
                self.plan().close(target);
                drop(say.send(Word::Refused(target, error)));
            }
            Ending::Broken(error) => {
                self.plan().close(target);
                drop(say.send(Word::Broken(error)));
            }
        }
        let until = last.map_or(slice.positions.start, |run| orders.shard.position(run) + 1);
        self.plan().ended(slice, until, began.elapsed());
    }

    /// Takes note of a run that was made; returns its number if it counts.
    fn note(&self, target: usize, run: &RunRecord) -> Option<u64> {
        if run.canary {
            self.sung[target].store(true, Ordering::SeqCst);
            return None;
        }
        let bad = match run.outcome {
            RunOutcome::Passed | RunOutcome::CutOff => false,
            RunOutcome::Failed => !self.orders.targets[target].about.should_fail,
            RunOutcome::NotDeterministic | RunOutcome::Lost => true,
        };
        if bad && self.orders.fail_fast {
            self.failed.store(true, Ordering::SeqCst);
        }
        Some(run.run)
    }
}
