//! `Hunt`: a search for the run that fails, configured by hand.

use std::future::Future;
use std::num::{NonZeroU64, NonZeroUsize};
use std::panic::Location;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::inputs::ShrinkInputs;
use super::place::{Place, TestPlace, refuse_inside_a_run};
use super::points::Scope;
use super::portfolio::PORTFOLIO;
use super::report::{HuntReport, Verdict};
use super::search::Search;
use super::settings::{BaseSeed, Fault, SettingError, Settings};
use super::turns::nth_of;
use super::watchdog::Shared;
use super::wrapped::{cut_off, overruled};
use crate::choice::FaultSet;
use crate::explore::StrikePlan;
use crate::seed::Seed;
use crate::sim::{Outcome, Report, Sim};

/// Runs of a hunt where nothing was said: enough to find what two or three choices decide, quick enough for every save of a file.
const RUNS: u64 = 256;

/// Steps of a run where nothing was said: a hunt makes hundreds of runs, and a program that goes on for ever should fail in seconds.
const STEPS: u64 = 1_000_000;

/// Steps in a row that only wake themselves, likewise; fewer, so that a livelock is called by its name.
const SELF_WAKES: u64 = 100_000;

/// What a run of a hunt is made of: the simulation as its user configures it.
pub(super) type Configure = Arc<dyn Fn(Sim) -> Sim + Send + Sync>;

/// Many runs of one program, the plain one first, to find one that fails.
///
/// `#[seedbed::test]` makes one of a function; this is the same by hand, for tests that make several hunts, for programs that are no
/// tests, and for looking at the [`HuntReport`] as a value.
///
/// The plain run, in FIFO order, is made twice and compared. Every further run has a seed derived from the base seed and its number, so
/// that neither the number of cores nor the other tests change what is found. The run with the lowest number that fails is the one
/// that is reported.
///
/// The variables of the [environment](crate::hunt) go before what is set here.
///
/// # Examples
///
/// ```
/// use seedbed::hunt::{Hunt, Verdict};
/// use seedbed::{spawn, yield_now};
/// use std::{cell::Cell, rc::Rc};
///
/// let report = Hunt::new("two deposits").runs(100).regressions_off().prove(false).run(|| async {
///     let balance = Rc::new(Cell::new(0));
///     let deposits = [10, 20].map(|amount| {
///         let balance = Rc::clone(&balance);
///         spawn(async move {
///             // Under FIFO the first task is through before the second begins.
///             if amount == 20 {
///                 yield_now().await;
///             }
///             let before = balance.get();
///             yield_now().await;
///             balance.set(before + amount);
///         })
///     });
///     let [ten, twenty] = deposits;
///     (ten.await.unwrap(), twenty.await.unwrap());
///     assert_eq!(balance.get(), 30);
/// });
/// let Verdict::Failed(finding) = report.verdict else { panic!("{report}") };
/// assert_eq!(finding.signature.kind(), "panic");
/// ```
#[derive(Clone)]
#[must_use = "a hunt does nothing until it is run"]
pub struct Hunt {
    place: Place,
    known: Option<TestPlace>,
    pub(super) settings: Settings,
    /// The first setting that is wrong.
    wrong: Option<SettingError>,
    configure: Vec<Configure>,
    should_fail: bool,
    pub(super) scope: Scope,
    /// Runs that reach a limit pass.
    pub(super) cut_off: bool,
    pub(super) shrink_inputs: Option<ShrinkInputs>,
    pub(super) strikes: Vec<StrikePlan>,
}

impl Hunt {
    /// A hunt of this name. Its base seed comes from the name, and failing replays are kept under it; so no two hunts of an executable
    /// should share one.
    ///
    /// ```
    /// let report = seedbed::Hunt::new("calm").runs(5).run(|| async {});
    /// assert_eq!(report.name, "calm");
    /// ```
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        let place = Place::here(&name.into(), Location::caller().file());
        let scope = Scope::here(&place);
        Self::at(place, None, scope)
    }

    /// The hunt of a test, at a place that the compiler knows.
    ///
    /// ```
    /// use seedbed::hunt::{Hunt, TestPlace};
    /// let report = Hunt::of_test(TestPlace::of("bank::tests::transfers")).runs(5).run(|| async {});
    /// assert_eq!(report.name, "tests::transfers");
    /// ```
    pub fn of_test(place: TestPlace) -> Self {
        Self::at(Place::of_test(place), Some(place), Scope::of_test(place))
    }

    fn at(place: Place, known: Option<TestPlace>, scope: Scope) -> Self {
        let (settings, configure, strikes) = (Settings::default(), Vec::new(), Vec::new());
        let (should_fail, cut_off, shrink_inputs) = (false, false, None);
        Self { place, known, settings, wrong: None, configure, should_fail, scope, cut_off, shrink_inputs, strikes }
    }

    /// Makes so many runs, the plain one included; 256 if not set, and one under the policy `fifo` without faults.
    ///
    /// ```
    /// let report = seedbed::Hunt::new("calm").runs(5).run(|| async {});
    /// assert_eq!(report.runs, 5);
    /// ```
    pub fn runs(mut self, runs: u64) -> Self {
        self.settings.runs = NonZeroU64::new(runs);
        if runs == 0 {
            self.refuse("runs", "0", Fault::Wanted("at least one run"));
        }
        self
    }

    /// The base seed. The plain run has this seed, every other one that of [`Seed::nth`].
    ///
    /// ```
    /// let report = seedbed::Hunt::new("calm").seed(7).runs(5).run(|| async {});
    /// assert_eq!(report.seed, seedbed::Seed::new(7));
    /// ```
    pub fn seed(mut self, seed: impl Into<Seed>) -> Self {
        self.settings.seed = Some(BaseSeed::Given(seed.into()));
        self
    }

    /// Asks the machine for a base seed, which the report then names: to find what the fixed one does not reach.
    ///
    /// ```
    /// use seedbed::hunt::{Hunt, Remark};
    /// let report = Hunt::new("calm").fresh_seed().runs(5).run(|| async {});
    /// assert_eq!(report.remarks, [Remark::FreshSeed { seed: report.seed }]);
    /// ```
    pub fn fresh_seed(mut self) -> Self {
        self.settings.seed = Some(BaseSeed::Fresh);
        self
    }

    /// Who proposes the order in all runs but the plain one: a name that [`by_name`](crate::policy::by_name) knows, or `portfolio`, a
    /// mixture, which is what happens if nothing is set.
    ///
    /// ```
    /// let report = seedbed::Hunt::new("calm").policy("pct:3").runs(5).run(|| async {});
    /// assert_eq!(report.policy, "pct:3");
    /// ```
    pub fn policy(mut self, name: &str) -> Self {
        match super::settings::policy(name) {
            Ok(name) => self.settings.policy = Some(name),
            Err(fault) => self.refuse("policy", name, fault),
        }
        self
    }

    /// Configures each run: its limits, its workers, its time.
    ///
    /// Seed, policy, replay, recorder and trace are set by the hunt, after this. Where nothing is said, a run of a hunt may take a million
    /// steps, and 100,000 in a row that only wake themselves.
    ///
    /// ```
    /// use seedbed::Hunt;
    /// let report = Hunt::new("short").sim(|sim| sim.steps(1_000).manual_time(true)).run(|| async {});
    /// assert!(report.is_ok());
    /// ```
    pub fn sim(mut self, configure: impl Fn(Sim) -> Sim + Send + Sync + 'static) -> Self {
        self.configure.push(Arc::new(configure));
        self
    }

    /// Makes runs on so many threads; on all cores if not set. It changes no result.
    ///
    /// ```
    /// let report = seedbed::Hunt::new("calm").jobs(1).runs(5).run(|| async {});
    /// assert!(report.is_ok());
    /// ```
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.settings.jobs = NonZeroUsize::new(jobs);
        if jobs == 0 {
            self.refuse("jobs", "0", Fault::Wanted("at least one thread"));
        }
        self
    }

    /// Spends so many runs on shrinking at most; 0 for none.
    ///
    /// ```
    /// let hunt = seedbed::Hunt::new("slow").max_shrink_runs(100);
    /// ```
    pub fn max_shrink_runs(mut self, runs: u64) -> Self {
        self.settings.shrink_runs = Some(runs);
        self
    }

    /// Spends so much of the machine's time on shrinking at most.
    ///
    /// ```
    /// let hunt = seedbed::Hunt::new("slow").max_shrink_time(std::time::Duration::from_secs(10));
    /// ```
    pub fn max_shrink_time(mut self, span: Duration) -> Self {
        self.settings.shrink_time = Some(span);
        self
    }

    /// Keeps failing replays in this folder instead of `seedbed-regressions` in the package.
    ///
    /// ```
    /// let hunt = seedbed::Hunt::new("kept").regressions("tests/regressions");
    /// ```
    pub fn regressions(mut self, folder: impl Into<PathBuf>) -> Self {
        self.settings.regressions = Some(Some(folder.into()));
        self
    }

    /// Neither reads nor keeps failing replays.
    ///
    /// ```
    /// let report = seedbed::Hunt::new("calm").regressions_off().runs(5).run(|| async {});
    /// assert!(report.is_ok());
    /// ```
    pub fn regressions_off(mut self) -> Self {
        self.settings.regressions = Some(None);
        self
    }

    /// Whether a failure is reproduced in a fresh process before its line is told; it is, if not set.
    ///
    /// ```
    /// let hunt = seedbed::Hunt::new("quick").prove(false);
    /// ```
    pub fn prove(mut self, prove: bool) -> Self {
        self.settings.prove = Some(prove);
        self
    }

    /// How long a run may take by the machine's clock before it is suspected to hang in a poll; a minute if not set, `None` for ever. A poll
    /// that does not come back ends the process, with a report.
    ///
    /// ```
    /// let hunt = seedbed::Hunt::new("slow").watchdog(std::time::Duration::from_secs(600));
    /// ```
    pub fn watchdog(mut self, span: impl Into<Option<Duration>>) -> Self {
        self.settings.watchdog = Some(span.into());
        self
    }

    /// The first failure ends the hunt as it was found: it is expected, so it is neither shrunk nor kept.
    ///
    /// ```
    /// let report = seedbed::Hunt::new("bad").should_fail().run(|| async { assert_eq!(1 + 1, 3) });
    /// assert!(!report.is_ok());
    /// ```
    pub fn should_fail(mut self) -> Self {
        self.should_fail = true;
        self
    }

    pub(super) fn refuse(&mut self, name: &str, value: &str, fault: Fault) {
        self.wrong.get_or_insert_with(|| SettingError::in_code(name, value, fault));
    }

    /// Makes the hunt, and ends the test with its report.
    ///
    /// # Panics
    ///
    /// If a run fails, or the hunt cannot be made: with the report.
    ///
    /// ```
    /// seedbed::Hunt::new("calm").runs(10).check(|| async { seedbed::yield_now().await });
    /// ```
    #[track_caller]
    pub fn check<F, M>(self, program: F)
    where
        F: Fn() -> M + Send + Sync + 'static,
        M: Future + 'static,
        M::Output: Outcome + 'static,
    {
        self.run(program).check();
    }

    /// Makes the hunt.
    ///
    /// `program` makes the main task of a run; it is called once a run, inside it. What it captures is shared by all runs, so
    /// it should hold no state that a run changes.
    ///
    /// # Panics
    ///
    /// Inside a run.
    #[track_caller]
    pub fn run<F, M>(self, program: F) -> HuntReport
    where
        F: Fn() -> M + Send + Sync + 'static,
        M: Future + 'static,
        M::Output: Outcome + 'static,
    {
        let (program, location) = (Arc::new(program), Location::caller());
        let configured = self.configured();
        self.search(Arc::new(move |sim: Sim| -> Report<()> {
            let program = Arc::clone(&program);
            configured(sim).run_at(async move { program().await }, location).settle()
        }))
    }

    /// Configures a run as its user wants it.
    pub(super) fn configured(&self) -> impl Fn(Sim) -> Sim + Send + Sync + use<> {
        let configure = self.configure.clone();
        move |sim| within_limits(sim, &configure)
    }

    #[track_caller]
    pub(super) fn search(self, program: Shared) -> HuntReport {
        refuse_inside_a_run();
        // Named by its test's path where there is one, so that the same test has the same seed however it is started.
        let seed = Seed::of_path(self.known.map_or(self.place.hunt.as_str(), |known| known.path));
        let nth = nth_of(&self.place.hunt);
        let place = self.place.again(nth);
        let own_runs = self.settings.runs;
        let (settings, wrong) = match Settings::from_env() {
            Ok(settings) => (settings.or(self.settings), self.wrong),
            Err(error) => (self.settings, Some(error)),
        };
        let unknown =
            |module| SettingError::in_code("points", module, Fault::Wanted("a module in which a point stands"));
        let wrong = wrong.or_else(|| self.scope.unknown().map(unknown));
        let policy = settings.policy.clone().unwrap_or_else(|| PORTFOLIO.to_owned());
        // A plan of FIFO order alone has no room for faults that nobody asked for.
        let faults = if policy == "fifo" { Some(settings.faults.unwrap_or(FaultSet::NONE)) } else { settings.faults };
        let is_plain = policy == "fifo" && faults.is_none_or(FaultSet::is_empty);
        let runs = settings.runs.map_or(if is_plain { 1 } else { RUNS }, u64::from);
        if let Some(error) = wrong {
            let (verdict, begun) = (Verdict::Misconfigured(error), HuntReport::new(&place.hunt, seed, &policy, runs));
            return HuntReport { verdict, should_fail: self.should_fail, ..begun };
        }
        let program = overruled(program, settings.fault_points.clone());
        let program = if self.cut_off { cut_off(program) } else { program };
        // Fewer runs than the code asks for need not get everywhere.
        let judges = !self.should_fail && runs > 1 && runs >= own_runs.map_or(RUNS, u64::from);
        let Self { should_fail, scope, shrink_inputs, strikes, .. } = self;
        Search {
            place,
            settings,
            runs,
            policy,
            faults,
            seed,
            at: Location::caller(),
            should_fail,
            judges,
            scope,
            program,
            shrink_inputs,
            strikes,
            watch: None,
        }
        .run()
    }
}

/// A run of a hunt, as its user configures it.
pub(super) fn within_limits(sim: Sim, configure: &[Configure]) -> Sim {
    configure.iter().fold(sim.steps(STEPS).self_wakes(SELF_WAKES), |sim, configure| configure(sim))
}

impl std::fmt::Debug for Hunt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hunt").field("place", &self.place).field("settings", &self.settings).finish_non_exhaustive()
    }
}
