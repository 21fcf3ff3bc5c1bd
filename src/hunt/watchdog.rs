//! The watchdog: finds the poll that does not come back, and ends the process with a report, because nothing can interrupt a poll.
//!
//! Runs tell nobody how far they have come; that would cost every step of every run. So a run that has gone on for too long is made again
//! on another thread, this time with a [`Heartbeat`]: if that stands still, the step is known, and a third run up to that step
//! tells whose it is and what led there. A run that is only long goes on.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::place::Place;
use super::progress::{Patience, say};
use super::records::{Line, Records};
use super::regressions::{Regressions, Saved};
use crate::choice::{Replay, ReplayMode};
use crate::kernel::Heartbeat;
use crate::policy::{Profile, by_name};
use crate::seed::Seed;
use crate::sim::{FailureKind, Report, Sim};
use crate::trace::Level;

/// Where nothing was said, a run is suspected after this long.
pub(super) const SPAN: Duration = Duration::from_secs(60);

/// A run with a heartbeat hangs if that stands still for this long, or for the whole span if that is less.
const STILL: Duration = Duration::from_secs(10);

/// A run is taken for another one than its copy, which came to its end, if it takes so many times as long. One that is only slow,
/// because its trace is recorded or the machine is busy, is not.
const SLOWER: u32 = 10;

/// Threads that begin a run at the same time should rarely wait for one another.
const SHARDS: usize = 64;

/// Events of the trace that are shown.
const LAST_EVENTS: usize = 12;

/// A program that any thread may run.
pub(super) type Shared = Arc<dyn Fn(Sim) -> Report<()> + Send + Sync>;

/// What is known of the hunt whose runs are watched.
pub(super) struct Watched {
    pub(super) place: Place,
    pub(super) regressions: Option<Regressions>,
    pub(super) program: Shared,
    pub(super) base: Seed,
    pub(super) span: Duration,
    /// Where a tool reads what came of the runs.
    pub(super) records: Option<Arc<Records>>,
}

/// Watches the runs of a hunt, until it is dropped.
pub(super) struct Watch {
    post: Arc<Post>,
    thread: Option<JoinHandle<()>>,
}

/// Where runs report and the watchdog looks.
struct Post {
    watched: Watched,
    /// What the plain run taught; policies of other runs need it.
    profile: Mutex<Profile>,
    /// The runs that go on, by their ticket.
    runs: Vec<Mutex<BTreeMap<u64, Option<Replay>>>>,
    tickets: AtomicU64,
    over: Mutex<bool>,
    bell: Condvar,
}

impl Watch {
    pub(super) fn begin(watched: Watched) -> Self {
        let post = Arc::new(Post {
            watched,
            profile: Mutex::default(),
            runs: (0..SHARDS).map(|_| Mutex::default()).collect(),
            tickets: AtomicU64::new(0),
            over: Mutex::new(false),
            bell: Condvar::new(),
        });
        let thread = std::thread::Builder::new().name("seedbed watchdog".to_owned()).spawn({
            let post = Arc::clone(&post);
            move || post.watch()
        });
        // Where there can be no more threads, nothing is watched.
        Self { post, thread: thread.ok() }
    }

    /// Says what the plain run taught.
    pub(super) fn learn(&self, profile: &Profile) {
        lock(&self.post.profile).clone_from(profile);
    }

    /// Makes a run under the eyes of the watchdog.
    pub(super) fn run(&self, sim: Sim) -> Report<()> {
        // Stacks of different threads are far apart. Which shard it is matters to nobody.
        let here = 0_u8;
        let shard = &self.post.runs[(std::ptr::from_ref(&here).addr() >> 16) % SHARDS];
        let ticket = self.post.tickets.fetch_add(1, Ordering::Relaxed);
        lock(shard).insert(ticket, sim.line());
        let _leaving = Leaving { shard, ticket };
        (self.post.watched.program)(sim)
    }
}

/// Takes a run off the list, also where it panics.
struct Leaving<'a> {
    shard: &'a Mutex<BTreeMap<u64, Option<Replay>>>,
    ticket: u64,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        lock(self.shard).remove(&self.ticket);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        *lock(&self.post.over) = true;
        self.post.bell.notify_all();
        if let Some(thread) = self.thread.take() {
            // It would panic only where standard error does not take its words.
            drop(thread.join());
        }
    }
}

/// What the watchdog knows of a run that goes on.
struct Suspect {
    since: Patience,
    again: Option<Again>,
}

/// The same run, made again with a heartbeat.
struct Again {
    since: Patience,
    /// How long it took, as far as the watchdog saw.
    took: Option<Duration>,
    heartbeat: Arc<Heartbeat>,
    ended: Arc<AtomicBool>,
    /// The step at which it was seen last, and since when.
    step: u64,
    still: Patience,
}

impl Post {
    /// Looks at all runs every now and then.
    fn watch(&self) {
        let span = self.watched.span;
        let pause = (span / 10).clamp(Duration::from_millis(10), Duration::from_secs(1));
        let mut suspects: BTreeMap<u64, Suspect> = BTreeMap::new();
        let mut over = lock(&self.over);
        while !*over {
            (over, _) = self.bell.wait_timeout(over, pause).unwrap_or_else(PoisonError::into_inner);
            if *over {
                return;
            }
            let runs: BTreeMap<u64, Option<Replay>> = self.runs.iter().flat_map(|shard| lock(shard).clone()).collect();
            suspects.retain(|ticket, _| runs.contains_key(ticket));
            for (ticket, line) in runs {
                let suspect =
                    suspects.entry(ticket).or_insert_with(|| Suspect { since: Patience::of(span), again: None });
                self.look_at(suspect, line.as_ref());
            }
        }
    }

    fn look_at(&self, suspect: &mut Suspect, line: Option<&Replay>) {
        if !suspect.since.is_over() {
            return;
        }
        let Some(again) = &mut suspect.again else {
            match line {
                Some(line) => suspect.again = self.again(line),
                None => self.end("it was made to explain a failure, so that no line brings it back"),
            }
            return;
        };
        let step = again.heartbeat.steps();
        if again.ended.load(Ordering::Relaxed) {
            // Made again, it comes to its end: either the first one will as well, or the two are not the same.
            let took = *again.took.get_or_insert_with(|| again.since.elapsed());
            if suspect.since.is_over_by(self.watched.span.max(took.saturating_mul(SLOWER))) {
                let took = took.as_millis();
                self.end(&format!("made again it came to its end in {took} ms, so it seems not to be deterministic"));
            }
        } else if step != again.step {
            again.step = step;
            again.still = Patience::of(STILL.min(self.watched.span));
        } else if again.still.is_over() {
            let line = line.expect("seedbed bug: a run without a line was made again, please report");
            self.hangs(line, step);
        }
    }

    /// Makes the run again on a thread of its own, which is left to itself.
    fn again(&self, line: &Replay) -> Option<Again> {
        let (heartbeat, ended) = (Arc::new(Heartbeat::default()), Arc::new(AtomicBool::new(false)));
        let again = Again {
            since: Patience::of(Duration::ZERO),
            took: None,
            heartbeat: Arc::clone(&heartbeat),
            ended: Arc::clone(&ended),
            step: 0,
            still: Patience::of(STILL.min(self.watched.span)),
        };
        let (program, base) = (Arc::clone(&self.watched.program), self.watched.base);
        let (line, profile) = (line.clone(), lock(&self.profile).clone());
        let thread = std::thread::Builder::new().spawn(move || {
            if let Some(sim) = sim_of(&line, base, &profile) {
                drop(program(sim.trace(false).heartbeat(heartbeat)));
            }
            ended.store(true, Ordering::Relaxed);
        });
        thread.ok().map(|_left_alone| again)
    }

    /// The run hangs in this step: says whose it is, keeps the line and ends the process.
    fn hangs(&self, line: &Replay, step: u64) -> ! {
        let place = &self.watched.place;
        let sim = sim_of(line, self.watched.base, &lock(&self.profile)).filter(|_| step > 0);
        let Some(sim) = sim else { self.end("it hangs before its first step") };
        // Up to that step, it does not hang.
        let report = (self.watched.program)(sim.record(true).steps_cap(step - 1));
        let (who, at) = match &report.result {
            Err(failure) => match &failure.kind {
                FailureKind::Limit { task: Some(task), .. } => (task.clone(), failure.at),
                _ => ("a callback or a job".to_owned(), failure.at),
            },
            Ok(()) => self.end("made again it comes to its end, so the program is not deterministic"),
        };
        let what = format!("{who} does not come back from step {step} of the run, at {at}s");
        let replay = Replay::Departures(report.departures.clone());
        self.record(&what, Some(&replay));
        let mut text = format!("seedbed: {} hangs: {what}\n", place.hunt);
        let events = report.trace.filter().level(Level::Summary).last(LAST_EVENTS).summary();
        let _infallible = writeln!(text, "  trace (the last events before it):");
        for event in events.lines().filter(|event| !event.contains("  limit  ")) {
            let _infallible = writeln!(text, "    {event}");
        }
        let _infallible = writeln!(
            text,
            "  replay (not verified in a fresh process: it would hang there, too):\n    {}",
            place.command_with(&replay.to_string())
        );
        if let Some(regressions) = &self.watched.regressions {
            match regressions.save(&replay, &what) {
                Saved::Failed { path, error } => {
                    let _infallible = writeln!(text, "  not saved: {} could not be written: {error}", path.display());
                }
                _ => {
                    let _infallible = writeln!(text, "  saved: {}", regressions.shown().display());
                }
            }
        }
        abort(&text)
    }

    /// Ends the process where no more is known than that a run goes on for too long.
    fn end(&self, why: &str) -> ! {
        self.record(why, None);
        let (hunt, span) = (&self.watched.place.hunt, self.watched.span.as_secs());
        abort(&format!(
            "seedbed: {hunt} hangs: a run has gone on for more than {span} s of the machine's time\n  {why}\n"
        ))
    }
}

impl Post {
    /// Tells a tool of a run that hangs.
    fn record(&self, words: &str, replay: Option<&Replay>) {
        let Watched { records: Some(records), place, .. } = &self.watched else { return };
        let replay = replay.map(ToString::to_string);
        let command = replay.as_ref().map(|line| place.command_with(line));
        let line =
            Line::new("hang", &place.hunt).with("words", words).with("replay", &replay).with("command", &command);
        // The process ends with a report in any case.
        drop(records.write(line));
    }
}

/// The run that a line brings back; `None` if there is no such policy.
fn sim_of(line: &Replay, base: Seed, profile: &Profile) -> Option<Sim> {
    match line {
        Replay::Departures(departures) => Some(Sim::new(base).replay(departures.clone(), ReplayMode::Strict)),
        Replay::Seeded { seed, policy } => Some(Sim::new(*seed).policy(by_name(policy, *seed, profile).ok()?)),
    }
}

fn abort(text: &str) -> ! {
    say(format_args!(
        "{text}  a poll cannot be interrupted, so the process ends here; SEEDBED_WATCHDOG says after how long, or `off`"
    ));
    std::process::abort()
}

/// A thread that panicked leaves lists that are whole: each is changed by one call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
