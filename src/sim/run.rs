//! Running: build the kernel, enter it, drive, take down, report.

use std::future::Future;
use std::panic::Location;

use super::await_point::AwaitPoint;
use super::builder::Sim;
use super::failure::{Failure, FailureKind};
use super::report::Report;
use crate::captured;
use crate::choice::ChoiceSource;
use crate::context::{self, World};
use crate::event_loop::LoopError;
use crate::fault;
use crate::instant::Instant;
use crate::kernel::{Config, Kernel, Orders, Probe};
use crate::task::TaskError;

/// What a run says that fails on purpose.
const CANARY: &str = "seedbed canary: this run fails on purpose, to show that a failure is noticed";

impl Sim {
    /// Runs a main task on a fresh loop, as [`asyncio.run`](crate::run) does: when it ends, what is left is cancelled and
    /// awaited, the default executor shut down, and the loop closed.
    ///
    /// # Panics
    ///
    /// Inside another run: runs do not nest. A panic of the program is no panic of this call but a failure in the report.
    #[doc(alias = "asyncio.run")]
    #[doc(alias = "block_on")]
    #[track_caller]
    pub fn run<F>(self, main: F) -> Report<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.run_at(main, Location::caller())
    }

    /// As [`run`](Self::run), with a main task that was spawned there.
    #[track_caller]
    pub(crate) fn run_at<F>(self, main: F, location: &'static Location<'static>) -> Report<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.execute(|| crate::event_loop::run_at(main, location))
    }

    /// Runs plain code outside every loop, which may make loops and run them: [`EventLoop`](crate::EventLoop),
    /// [`run`](crate::run), [`Runner`](crate::Runner).
    ///
    /// # Panics
    ///
    /// Inside another run. A panic of the driver is a failure in the report.
    ///
    /// ```
    /// use seedbed::{EventLoop, Sim};
    /// let report = Sim::new(0).drive(|| {
    ///     let event_loop = EventLoop::new();
    ///     let answer = event_loop.run_until_complete(async { 42 }).unwrap();
    ///     event_loop.close().unwrap();
    ///     answer
    /// });
    /// assert_eq!(report.unwrap(), 42);
    /// ```
    #[track_caller]
    pub fn drive<T>(self, driver: impl FnOnce() -> T) -> Report<T> {
        self.execute(|| Ok(driver()))
    }

    #[track_caller]
    fn execute<T>(mut self, driver: impl FnOnce() -> Result<T, LoopError>) -> Report<T> {
        context::install_hook();
        let (seed, inspect, canary) = (self.seed, self.inspect.take(), self.canary);
        let world = World::new(context::next_run(), self.config());
        let Some(entered) = context::enter(&world) else {
            panic!(
                "a seedbed run was started inside another one: await the future instead, or start the second run \
                 after the first has ended"
            )
        };
        let _captured = captured::capture();
        let outcome = {
            let _catching = world.catching();
            if canary {
                sing(&world);
            }
            context::guarded(&world, || "the driver".to_owned(), driver)
        };
        // A value that leaves the run is dropped by the caller; whatever else is left ends here.
        context::tear_down(&world);
        let foreign = context::take_foreign(world.run());
        drop(entered);
        let report = world.finish(|kernel| {
            kernel.note_foreign(&foreign);
            report(seed, kernel, outcome)
        });
        if let Some(inspect) = inspect {
            inspect(report.without_value());
        }
        report
    }

    fn config(self) -> Config {
        let choices = if self.replay.is_some() || self.record { Some(Box::new(self.choices())) } else { None };
        let forced = if self.overruled.is_empty() { self.forced } else { [self.overruled, self.forced].concat() };
        let mut limits = self.limits;
        limits.steps = limits.steps.min(self.steps_cap);
        Config {
            orders: Orders {
                seed: self.seed,
                policy: self.policy,
                choices,
                stall: self.stall,
                profile: self.profile,
                forced,
            },
            limits,
            trace: self.trace.then_some(self.trace_events),
            default_workers: self.default_workers,
            manual_time: self.manual_time,
            wall: u64::try_from(self.wall.since_epoch().as_nanos()).unwrap_or(u64::MAX),
            heartbeat: self.heartbeat,
            watched: self.await_points.map(|subject| (subject, context::probe as Probe)),
        }
    }

    fn choices(&self) -> ChoiceSource {
        let choices = match &self.replay {
            None => ChoiceSource::propose(),
            Some((departures, mode)) => ChoiceSource::replay(departures, *mode)
                .unwrap_or_else(|collision| panic!("these departures cannot be replayed: {collision}")),
        };
        let choices = choices.only_first(self.questions_planned);
        if self.record { choices.record() } else { choices }
    }
}

/// Panics inside the run, as a destructor or a callback might, so that the run fails in the ordinary way. It comes before all else, as the first
/// panic that nobody awaited is the verdict.
fn sing(world: &World) {
    let Err(report) = context::guarded(world, || "the canary".to_owned(), || panic!("{CANARY}"));
    world.with(|kernel| kernel.record_panic(None, &report));
}

/// What a driver came to: its value, a refusal of its loop, or its own panic.
type Outcome<T> = Result<Result<T, LoopError>, std::sync::Arc<crate::kernel::PanicReport>>;

fn report<T>(seed: crate::seed::Seed, kernel: &mut Kernel, outcome: Outcome<T>) -> Report<T> {
    let end = Instant::from_nanos(kernel.now);
    let kind = verdict(kernel, &outcome);
    let policy = kernel.picker.policy_name();
    let profile = kernel.picker.take_profile();
    let choices = kernel.picker.finish_choices();
    let choices =
        choices.unwrap_or_else(|collision| panic!("the choices of this run cannot be told apart: {collision}"));
    let trace = kernel.recorder.finish(&mut kernel.names);
    let result = match (kind, outcome) {
        (None, Ok(Ok(value))) => Ok(value),
        (Some(kind), _) => Err(Failure::new(kind, end, &trace)),
        (None, _) => unreachable!("seedbed bug: a run without a value or a verdict, please report"),
    };
    let limit = result.as_ref().err().and_then(|failure| match failure.kind {
        FailureKind::Limit { limit, .. } => Some(limit),
        _ => None,
    });
    Report {
        result,
        limit,
        seed,
        policy,
        end,
        steps: kernel.steps,
        tasks: kernel.counts,
        leftovers: std::mem::take(&mut kernel.leftovers),
        leaked: std::mem::take(&mut kernel.leaked),
        profile,
        await_points: await_points(kernel),
        departures: choices.departures,
        mismatches: choices.mismatches,
        choices: choices.questions,
        points: fault::counts(kernel.marks.take()),
        schedule: kernel.picker.schedule(),
        digest: trace.digest(),
        trace,
    }
}

fn await_points(kernel: &mut Kernel) -> Vec<AwaitPoint> {
    let points = std::mem::take(&mut kernel.strikes.points);
    (0..).zip(points).map(|(n, point)| AwaitPoint::new(n, point)).collect()
}

/// Why a run failed, if it did. A panic that nobody was told of comes first: it is likely the cause of what followed.
fn verdict<T>(kernel: &mut Kernel, outcome: &Outcome<T>) -> Option<FailureKind> {
    let main = match outcome {
        Ok(Ok(_)) => None,
        Ok(Err(LoopError::Task(TaskError::Panicked(report)))) | Err(report) => {
            Some(FailureKind::Panic(std::sync::Arc::clone(report)))
        }
        Ok(Err(LoopError::Task(TaskError::Cancelled(cancelled)))) => {
            Some(FailureKind::MainCancelled { message: cancelled.message().map(str::to_owned) })
        }
        Ok(Err(LoopError::Ended)) => None,
        Ok(Err(error)) => Some(FailureKind::Panic(std::sync::Arc::new(crate::kernel::PanicReport {
            message: error.to_string(),
            location: None,
            task: "the run".to_owned(),
        }))),
    };
    let unobserved = kernel.panics.iter().find(|record| !record.observed);
    unobserved
        .map(|record| FailureKind::Panic(std::sync::Arc::clone(&record.report)))
        .or_else(|| kernel.stop.take().map(FailureKind::from))
        .or(main)
}
