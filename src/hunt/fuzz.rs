//! `fuzz`: one run of a program under the bytes of a fuzzer.

use std::fmt::Write as _;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

use super::builder::{Configure, within_limits};
use super::investigate::difference_of;
use super::misfit::Misfit;
use super::place::{Place, refuse_inside_a_run};
use super::progress::say;
use super::settings::{replay_from_env, unknown_policy};
use crate::choice::{FaultSet, Replay, ReplayMode};
use crate::explore::tell;
use crate::policy::{Bytes, by_name};
use crate::seed::Seed;
use crate::sim::{FailureKind, Outcome, Report, Sim};

/// So many departures are told: bytes that were never made small have many.
const TOLD: usize = 8;

/// Bytes that are the seed of the run.
const SEED: usize = 2;

/// Makes one run of a program under bytes: they decide the order of its tasks. For faults there is [`Fuzz`].
///
/// # Panics
///
/// If the run fails: with its report and its replay line. Inside a run.
///
/// ```
/// use seedbed::{fuzz, spawn};
/// // As a fuzzer would call it, with bytes that it thought of.
/// for bytes in [&b""[..], b"any", b"more bytes than there are questions"] {
///     fuzz(bytes, || async {
///         spawn(async {}).await.unwrap();
///     });
/// }
/// ```
#[track_caller]
pub fn fuzz<F, M>(bytes: &[u8], program: F)
where
    F: Fn() -> M + 'static,
    M: Future + 'static,
    M::Output: Outcome + 'static,
{
    Fuzz::new().check(bytes, program);
}

/// How runs under the bytes of a fuzzer are made: which faults they may have, and what they may take.
///
/// ```
/// use seedbed::{Fuzz, now, sleep};
/// use std::time::Duration;
///
/// async fn punctual() {
///     sleep(Duration::from_millis(10)).await;
///     assert_eq!(now().as_nanos(), 10_000_000);
/// }
///
/// let fuzz = Fuzz::new().faults("late");
/// fuzz.check(&[], punctual);
/// // Two bytes of seed, and one that strikes.
/// let line = fuzz.line(&[0, 0, 0xff], punctual).unwrap();
/// assert!(line.to_string().starts_with("sb1:"));
/// ```
///
#[doc = include_str!("../../docs/fuzzing.md")]
#[derive(Clone, Default)]
#[must_use = "it does nothing until it is given bytes"]
pub struct Fuzz {
    faults: FaultSet,
    configure: Vec<Configure>,
}

impl Fuzz {
    /// Runs without faults, within the limits of runs in a hunt.
    ///
    /// ```
    /// assert!(seedbed::Fuzz::new().run(&[], || async {}).is_ok());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets faults of these kinds strike, joined by `+`, or `all`, or `none`.
    ///
    /// # Panics
    ///
    /// If there is no such kind: with those there are.
    ///
    /// ```
    /// let fuzz = seedbed::Fuzz::new().faults("late+stall");
    /// ```
    #[track_caller]
    pub fn faults(mut self, names: &str) -> Self {
        self.faults = names.parse().unwrap_or_else(|error| panic!("{error}"));
        self
    }

    /// Configures each run, as [`Hunt::sim`](super::Hunt::sim) does.
    ///
    /// ```
    /// let fuzz = seedbed::Fuzz::new().sim(|sim| sim.steps(10_000));
    /// ```
    pub fn sim(mut self, configure: impl Fn(Sim) -> Sim + Send + Sync + 'static) -> Self {
        self.configure.push(Arc::new(configure));
        self
    }

    /// Makes the run, and records it: its [`departures`](Report::departures) bring it back without the bytes.
    ///
    /// # Panics
    ///
    /// Inside a run.
    ///
    /// ```
    /// let report = seedbed::Fuzz::new().run(b"bytes", || async { Err::<(), _>("no such account") });
    /// assert!(report.result.is_err());
    /// ```
    #[track_caller]
    pub fn run<F, M>(&self, bytes: &[u8], program: F) -> Report<()>
    where
        F: Fn() -> M + 'static,
        M: Future + 'static,
        M::Output: Outcome + 'static,
    {
        let (program, location) = (Rc::new(program), Location::caller());
        self.make(self.of_bytes(bytes).record(true), &program, location)
    }

    /// The replay line of the run, if it fails.
    ///
    /// # Panics
    ///
    /// Inside a run.
    ///
    /// ```
    /// let fuzz = seedbed::Fuzz::new();
    /// assert_eq!(fuzz.line(b"bytes", || async {}), None);
    /// assert!(fuzz.line(b"bytes", || async { panic!("as always") }).is_some());
    /// ```
    #[track_caller]
    pub fn line<F, M>(&self, bytes: &[u8], program: F) -> Option<Replay>
    where
        F: Fn() -> M + 'static,
        M: Future + 'static,
        M::Output: Outcome + 'static,
    {
        let report = self.run(bytes, program);
        report.result.is_err().then_some(Replay::Departures(report.departures))
    }

    /// Makes the run, or that of `SEEDBED_REPLAY`.
    ///
    /// # Panics
    ///
    /// If it fails: with its report and its replay line. Inside a run.
    ///
    /// ```should_panic
    /// seedbed::Fuzz::new().check(b"bytes", || async { panic!("as always") });
    /// ```
    #[track_caller]
    pub fn check<F, M>(&self, bytes: &[u8], program: F)
    where
        F: Fn() -> M + 'static,
        M: Future + 'static,
        M::Output: Outcome + 'static,
    {
        refuse_inside_a_run();
        let (program, location) = (Rc::new(program), Location::caller());
        if let Some(replay) = replay_from_env().unwrap_or_else(|error| panic!("{error}")) {
            return self.replay(&replay, &program, location);
        }
        // Of most runs nothing is wanted but that they pass.
        let first = self.make(self.of_bytes(bytes).trace(false), &program, location);
        let Err(met) = first.result else { return };
        let recorded = || self.make(self.of_bytes(bytes).record(true), &program, location);
        let report = recorded();
        let from_outside = matches!(met.kind, FailureKind::ForeignWake { .. });
        if report.digest != first.digest || report.is_ok() || from_outside {
            let difference = difference_of(&report, &recorded());
            panic!("seedbed: the program is not deterministic\n  {}\n  {difference}", met.kind);
        }
        let replay = Replay::Departures(report.departures.clone());
        panic!("{}", told(&report, &format!("{} bytes", bytes.len()), &command(&replay, location)));
    }

    /// The run of a line, whatever the bytes are.
    #[track_caller]
    fn replay<F, M>(&self, replay: &Replay, program: &Rc<F>, location: &'static Location<'static>)
    where
        F: Fn() -> M + 'static,
        M: Future + 'static,
        M::Output: Outcome + 'static,
    {
        let sim = match replay {
            Replay::Departures(departures) => Sim::new(0).replay(departures.clone(), ReplayMode::Strict),
            Replay::Seeded { seed, policy } => {
                let profile = self.make(Sim::new(*seed).profile(true), program, location).profile;
                let made = by_name(policy, *seed, &profile).map_err(|error| unknown_policy(policy, &error));
                Sim::new(*seed).policy(made.unwrap_or_else(|error| panic!("{error}")))
            }
        };
        let report = self.make(sim.record(true), program, location);
        match &report.result {
            Err(_) => panic!("{}", told(&report, "this replay line", &command(replay, location))),
            Ok(()) => {
                let misfits: String = Misfit::all_of(&report).iter().map(|misfit| format!("\n  {misfit}")).collect();
                say(format_args!(
                    "seedbed: the program passes with this replay line{misfits}\n{}",
                    report.trace.summary()
                ));
            }
        }
    }

    fn of_bytes(&self, bytes: &[u8]) -> Sim {
        let (seed, answers) = bytes.split_at(SEED.min(bytes.len()));
        let seed = seed.iter().rev().fold(0, |seed, byte| seed << 8 | u64::from(*byte));
        Sim::new(Seed::new(seed)).policy(Bytes::new(answers, self.faults))
    }

    fn make<F, M>(&self, sim: Sim, program: &Rc<F>, location: &'static Location<'static>) -> Report<()>
    where
        F: Fn() -> M + 'static,
        M: Future + 'static,
        M::Output: Outcome + 'static,
    {
        let (program, sim) = (Rc::clone(program), within_limits(sim, &self.configure));
        sim.run_at(async move { program().await }, location).settle()
    }
}

impl std::fmt::Debug for Fuzz {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fuzz").field("faults", &self.faults).finish_non_exhaustive()
    }
}

/// What a person reads of a run that failed.
fn told(report: &Report<()>, with: &str, command: &str) -> String {
    let mut text = format!("seedbed: a run failed with {with}\n");
    if let Err(failure) = &report.result {
        for line in failure.to_string().lines().skip(1) {
            let _infallible = writeln!(text, "{line}");
        }
    }
    let departures = tell(report);
    let _infallible = writeln!(text, "  {}", departures_of(departures.len()));
    for each in departures.iter().take(TOLD) {
        let _infallible = writeln!(text, "    {each}");
    }
    if departures.len() > TOLD {
        let _infallible = writeln!(text, "    and {} more", departures.len() - TOLD);
    }
    for misfit in Misfit::all_of(report) {
        let _infallible = writeln!(text, "  the line does not fit: {misfit}");
    }
    let _infallible = write!(text, "  replay (not verified in a fresh process):\n    {command}");
    text
}

fn departures_of(count: usize) -> String {
    match count {
        0 => "in plain FIFO order".to_owned(),
        1 => "after 1 departure from FIFO order, which may not be needed:".to_owned(),
        count => format!("after {count} departures from FIFO order, of which not all may be needed:"),
    }
}

/// The words that bring the run back here.
fn command(replay: &Replay, location: &Location<'_>) -> String {
    Place::here("", location.file()).command_in_place(&replay.to_string())
}
