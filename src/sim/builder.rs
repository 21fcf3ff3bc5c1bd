//! The configuration of a run: every knob a plain value; nothing is read from outside.

use std::sync::Arc;
use std::time::Duration;

use super::report::Report;
use crate::choice::{Departures, InputPath, Replay, ReplayMode, SubjectKey};
use crate::fault::check_fault;
use crate::kernel::{Heartbeat, Limits};
use crate::policy::{Fifo, Policy};
use crate::seed::Seed;
use crate::time::WallTime;

/// One simulated run, to be configured and then started with [`run`](Self::run) or [`drive`](Self::drive).
///
/// A run happens on the calling thread, on a virtual clock, in an order that its seed and policy decide; the same
/// configuration and program give the same run, byte for byte.
///
/// ```
/// use seedbed::{Sim, sleep};
/// use std::time::Duration;
/// let report = Sim::new(42).run(async {
///     sleep(Duration::from_secs(24 * 3600)).await;
///     "a day later"
/// });
/// assert_eq!(report.end.to_string(), "86400.000");
/// assert_eq!(report.unwrap(), "a day later");
/// ```
#[doc(alias = "asyncio.run")]
#[doc(alias = "Runtime")]
#[must_use = "a simulation does nothing until it is run"]
pub struct Sim {
    pub(super) seed: Seed,
    pub(super) policy: Box<dyn Policy>,
    pub(super) limits: Limits,
    pub(super) replay: Option<(Departures, ReplayMode)>,
    pub(super) record: bool,
    pub(super) trace: bool,
    pub(super) trace_events: usize,
    pub(super) default_workers: usize,
    pub(super) manual_time: bool,
    /// A bound on the steps that holds whatever the program sets, for runs that were not asked for by a person.
    pub(super) steps_cap: u64,
    /// Who is told of every step, if anybody is.
    pub(super) heartbeat: Option<Arc<Heartbeat>>,
    /// A plan is followed for so many questions.
    pub(super) questions_planned: u64,
    pub(super) stall: Duration,
    pub(super) profile: bool,
    pub(super) inspect: Option<Box<Inspect>>,
    /// What the wall clock shows when the run begins.
    pub(super) wall: WallTime,
    /// Fault points that strike, or do not; the first one of a name counts.
    pub(super) forced: Vec<(String, bool)>,
    /// Those that go before.
    pub(super) overruled: Vec<(String, bool)>,
    /// Whose await points are kept.
    pub(super) await_points: Option<SubjectKey>,
    /// Inputs that the test is to be given, whatever the departures say.
    inputs: Option<InputPath>,
    /// The run fails on purpose.
    pub(super) canary: bool,
}

/// Is shown a copy of the report.
type Inspect = dyn FnOnce(Report<()>);

impl Sim {
    /// A run in plain FIFO order, which is asyncio's; the seed decides what [`rng`](crate::rng) draws.
    pub fn new(seed: impl Into<Seed>) -> Self {
        Self {
            seed: seed.into(),
            policy: Box::new(Fifo),
            limits: Limits::default(),
            replay: None,
            record: false,
            trace: true,
            trace_events: crate::trace::Recorder::CAPACITY,
            // asyncio: min(32, cores + 4). The number of cores may not decide a run, so the rule is taken for four.
            default_workers: 8,
            manual_time: false,
            steps_cap: u64::MAX,
            heartbeat: None,
            questions_planned: u64::MAX,
            stall: Duration::from_secs(1),
            profile: false,
            inspect: None,
            wall: WallTime::START,
            forced: Vec::new(),
            overruled: Vec::new(),
            await_points: None,
            inputs: None,
            canary: false,
        }
    }

    /// Who proposes the next step; [`Fifo`] if not set.
    pub fn policy(mut self, policy: impl Policy + 'static) -> Self {
        self.policy = Box::new(policy);
        self
    }

    /// Follows these departures instead of asking a policy.
    pub fn replay(mut self, departures: Departures, mode: ReplayMode) -> Self {
        self.replay = Some((departures, mode));
        self
    }

    /// Records the choices that depart from FIFO order, for [`Report::departures`](crate::Report); off by default.
    pub fn record(mut self, record: bool) -> Self {
        self.record = record;
        self
    }

    /// Keeps the events of the run for its trace; on by default. Without, only the digest is kept.
    pub fn trace(mut self, trace: bool) -> Self {
        self.trace = trace;
        self
    }

    /// How many events the trace keeps; the middle of a longer run is left out, and the trace says so. A million by
    /// default.
    pub fn trace_events(mut self, events: usize) -> Self {
        self.trace_events = events;
        self
    }

    /// Ends the run after so many steps of tasks, timers and callbacks; 100 million by default, a million in a hunt.
    pub fn steps(mut self, steps: u64) -> Self {
        self.limits.steps = steps;
        self
    }

    /// Ends the run when its clock would pass this; a century by default.
    pub fn virtual_time(mut self, span: Duration) -> Self {
        self.limits.virtual_time = span;
        self
    }

    /// Ends the run when more tasks than this are unfinished at one time; 4 million by default.
    pub fn tasks(mut self, tasks: u32) -> Self {
        self.limits.tasks = tasks;
        self
    }

    /// Ends the run after so many steps in a row that only woke themselves while the clock stood still (a livelock);
    /// a million by default, 100,000 in a hunt.
    pub fn self_wakes(mut self, steps: u64) -> Self {
        self.limits.self_wakes = steps;
        self
    }

    /// Ends the run when one step or callback blocks the loop for longer than this; a day by default.
    pub fn blocked(mut self, span: Duration) -> Self {
        self.limits.blocked = span;
        self
    }

    /// Ends the run after so many steps, even where the program's own limit is higher.
    pub(crate) fn steps_cap(mut self, steps: u64) -> Self {
        self.steps_cap = steps;
        self
    }

    /// Follows a plan for the first questions only, and the policy from there on.
    pub(crate) fn only_first(mut self, questions: u64) -> Self {
        self.questions_planned = questions;
        self
    }

    /// For how long a task that is ready may be kept waiting while the clock moves, and how late a timer may expire, under a policy that does
    /// so; one second by default. Timeouts of more than that are safe from the policy.
    ///
    /// ```
    /// use seedbed::policy::by_name;
    /// use seedbed::{Sim, sleep, spawn, yield_now};
    /// use std::time::Duration;
    /// let late = |seed: u64, stall| {
    ///     let policy = by_name("random+clock", seed.into(), &Default::default()).unwrap();
    ///     let report = Sim::new(seed).policy(policy).stall(stall).run(async {
    ///         let nap = spawn(sleep(Duration::from_millis(10)));
    ///         for _ in 0..10 {
    ///             yield_now().await;
    ///         }
    ///         let slow = seedbed::now().as_nanos() > 0;
    ///         nap.await.unwrap();
    ///         slow
    ///     });
    ///     report.unwrap()
    /// };
    /// assert!((0..20).any(|seed| late(seed, Duration::from_millis(10))));
    /// assert!(!(0..20).any(|seed| late(seed, Duration::from_millis(9))));
    /// ```
    pub fn stall(mut self, span: Duration) -> Self {
        self.stall = span;
        self
    }

    /// Learns what the run is like, for [`Report::profile`](crate::Report); off by default.
    pub fn profile(mut self, profile: bool) -> Self {
        self.profile = profile;
        self
    }

    /// Tells another thread of every step.
    pub(crate) fn heartbeat(mut self, heartbeat: Arc<Heartbeat>) -> Self {
        self.heartbeat = Some(heartbeat);
        self
    }

    /// What brings this run back, unless it both follows a plan and asks a policy.
    pub(crate) fn line(&self) -> Option<Replay> {
        match &self.replay {
            None => Some(Replay::Seeded { seed: self.seed, policy: self.policy.name() }),
            Some((_, ReplayMode::Continue)) => None,
            Some((departures, ReplayMode::Strict | ReplayMode::Lenient)) => {
                let mut departures = departures.clone();
                if let Some(inputs) = &self.inputs {
                    departures.set_inputs(Some(inputs.clone()));
                }
                Some(Replay::Departures(departures))
            }
        }
    }

    /// Workers of a loop's default executor; 8 by default, on every machine.
    #[doc(alias = "max_workers")]
    pub fn default_workers(mut self, workers: usize) -> Self {
        self.default_workers = workers;
        self
    }

    /// With `true`, the clock moves only when a task [`advance`](crate::advance)s it.
    #[doc(alias = "start_paused")]
    pub fn manual_time(mut self, manual: bool) -> Self {
        self.manual_time = manual;
        self
    }
}

impl Sim {
    /// Shows a copy of the report, without the value, before the run returns it: for who chooses a run that other code makes.
    ///
    /// ```
    /// use seedbed::Sim;
    /// use std::{cell::Cell, rc::Rc};
    ///
    /// let steps = Rc::new(Cell::new(0));
    /// let seen = Rc::clone(&steps);
    /// let sim = Sim::new(0).inspect(move |report| seen.set(report.steps));
    /// sim.run(async { seedbed::yield_now().await }).unwrap();
    /// assert_ne!(steps.get(), 0);
    /// ```
    pub fn inspect(mut self, inspect: impl FnOnce(Report<()>) + 'static) -> Self {
        self.inspect = Some(Box::new(inspect));
        self
    }
}

impl Sim {
    /// What the wall clock shows when the run begins; [`WallTime::START`] if not set.
    ///
    /// ```
    /// use seedbed::{Sim, time::wall_now};
    /// let eve = "1999-12-31T23:59:59Z".parse().unwrap();
    /// let report = Sim::new(0).wall_clock(eve).run(async { wall_now().to_string() });
    /// assert_eq!(report.unwrap(), "1999-12-31T23:59:59Z");
    /// ```
    #[doc(alias = "freeze_time")]
    pub fn wall_clock(mut self, starts_at: WallTime) -> Self {
        self.wall = starts_at;
        self
    }

    /// Has the [fault points](macro@crate::fault) of this name strike whenever they are asked, or never, whatever the policy draws; also in
    /// plain FIFO order. The last word on a name counts. A run that follows departures has the strikes that they hold.
    ///
    /// # Panics
    ///
    /// If the program has no fault point of this name.
    ///
    /// ```
    /// use seedbed::{Sim, fault};
    /// let run = |full| Sim::new(0).force_fault("disk full", full).run(async { fault!("disk full") }).unwrap();
    /// assert_eq!([true, false].map(run), [true, false]);
    /// ```
    #[track_caller]
    pub fn force_fault(mut self, name: &str, strikes: bool) -> Self {
        if let Err(unknown) = check_fault(name) {
            panic!("{unknown}");
        }
        self.forced.insert(0, (name.to_owned(), strikes));
        self
    }

    /// The same, whatever the program's own configuration says. The names have been checked.
    pub(crate) fn overrule_faults(mut self, points: Vec<(String, bool)>) -> Self {
        self.overruled = points;
        self
    }
}

impl Sim {
    /// Keeps where the task of this path waits, for [`Report::await_points`](crate::Report): each time that its coroutine returns `Pending`. The
    /// run is the same as without, and slower.
    ///
    /// ```
    /// use seedbed::{Sim, sync::Lock};
    /// let report = Sim::new(0).await_points("main").run(async {
    ///     let lock = Lock::new().named("ledger");
    ///     let held = lock.lock().await;
    ///     let late = seedbed::spawn(async move { drop(held) });
    ///     let _again = lock.lock().await;
    ///     late.await.unwrap();
    /// });
    /// assert_eq!(report.await_points[0].waits_for, "lock ledger");
    /// ```
    pub fn await_points(mut self, path: &str) -> Self {
        self.await_points = Some(SubjectKey::of_path(path));
        self
    }

    /// Has the test given these inputs, whatever the departures say.
    pub(crate) fn pin_inputs(mut self, inputs: Option<InputPath>) -> Self {
        self.inputs = inputs;
        self
    }

    /// Has the run fail on purpose, whatever the program does: to show that a failure is noticed.
    pub(crate) fn canary(mut self) -> Self {
        self.canary = true;
        self
    }

    /// The inputs that the test of this run is given, where it has some that are drawn: those that its departures name, else those that its seed
    /// draws.
    ///
    /// ```
    /// use seedbed::choice::{Departures, InputPath, ReplayMode};
    /// use seedbed::{Seed, Sim};
    ///
    /// assert_eq!(Sim::new(7).inputs(), InputPath::drawn(Seed::new(7)));
    /// let mut departures = Departures::new();
    /// departures.set_inputs(Some(InputPath::drawn(Seed::new(8))));
    /// assert_eq!(Sim::new(7).replay(departures, ReplayMode::Strict).inputs(), InputPath::drawn(Seed::new(8)));
    /// ```
    #[must_use]
    pub fn inputs(&self) -> InputPath {
        let planned = self.replay.as_ref().and_then(|(departures, _)| departures.inputs());
        self.inputs.as_ref().or(planned).cloned().unwrap_or_else(|| InputPath::drawn(self.seed))
    }
}

/// A run that follows departures shows them, each in its words; any other its policy.
impl std::fmt::Debug for Sim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut sim = f.debug_struct("Sim");
        sim.field("seed", &format_args!("{}", self.seed));
        match &self.replay {
            None => sim.field("policy", &self.policy.name()),
            Some((departures, ReplayMode::Continue)) => {
                sim.field("policy", &self.policy.name()).field("departures", &Words(departures))
            }
            Some((departures, _)) => sim.field("departures", &Words(departures)),
        };
        sim.finish_non_exhaustive()
    }
}

struct Words<'a>(&'a Departures);

impl std::fmt::Debug for Words<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = self.0.iter().map(|(address, answer)| format!("{address} = {answer}"));
        f.debug_list().entries(words).finish()
    }
}
