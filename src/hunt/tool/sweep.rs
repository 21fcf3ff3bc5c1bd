//! The job `sweep`: some of the runs of a hunt, with a record for each.

use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};

use super::now::Now;
use super::words::{one_line, with_failure};
use crate::choice::FaultSet;
use crate::hunt::interrupt::stop;
use crate::hunt::investigate::difference_of;
use crate::hunt::job::{PROTOCOL, Slice};
use crate::hunt::place::build;
use crate::hunt::points::{PointTally, Tally};
use crate::hunt::portfolio::{PLAIN, seed_of};
use crate::hunt::progress::Patience;
use crate::hunt::records::{Line, Records};
use crate::hunt::search::{Search, met};
use crate::policy::Profile;
use crate::seed::Seed;
use crate::sim::{FailureKind, Report, Sim};

/// A run that was made, and what is to be said of it beside its report.
struct Made {
    number: u64,
    report: Report<()>,
    /// What brings it back.
    line: String,
    /// How long it took by the machine's clock.
    wall: Duration,
    /// How it differs from the same run, made again.
    difference: Option<String>,
    is_canary: bool,
}

/// A sweep while it goes on. Nothing is kept of a run but what its points add to the tally.
struct Sweeper<'a> {
    search: &'a Search,
    slice: &'a Slice,
    base: Seed,
    records: &'a Records,
    now: Option<Now>,
    faults: FaultSet,
    profile: Profile,
    tally: Tally,
    /// Runs that have a record.
    made: u64,
}

/// Makes the runs of a slice.
///
/// # Errors
///
/// Where a record cannot be written.
pub(super) fn sweep(search: &Search, base: Seed, slice: &Slice, records: &Records) -> io::Result<()> {
    let patience = Patience::of(slice.span.unwrap_or(Duration::MAX));
    let mut now = match &slice.now {
        Some(path) => Some(Now::open(path, &search.place.hunt)?),
        None => None,
    };
    let plain = plain_twice(search, base, &mut now)?;
    let faults = search.faults.unwrap_or_else(|| met(&plain.report));
    records.write(header(search, base, faults, &plain.report))?;
    let profile = plain.report.profile.clone();
    search.watch.iter().for_each(|watch| watch.learn(&profile));
    let tally = Tally::default();
    let mut sweeper = Sweeper { search, slice, base, records, now, faults, profile, tally, made: 0 };
    let why = sweeper.sweep(plain, &patience)?;
    if slice.canary {
        sweeper.make(slice.end, true)?;
    }
    sweeper.end(why)
}

/// The plain run, compared with itself.
fn plain_twice(search: &Search, base: Seed, now: &mut Option<Now>) -> io::Result<Made> {
    let line = line_of(&Sim::new(base));
    if let Some(now) = now {
        now.say(PLAIN, base, &line)?;
    }
    let (report, wall) = timed(|| search.plain(base));
    let again = search.plain(base);
    let difference = differs(&report, &again).then(|| difference_of(&report, &again));
    Ok(Made { number: PLAIN, report, line, wall, difference, is_canary: false })
}

impl Sweeper<'_> {
    /// Makes the runs; says why it ended.
    fn sweep(&mut self, plain: Made, patience: &Patience) -> io::Result<&'static str> {
        if plain.difference.is_some() {
            // What it taught the others is not to be relied on.
            self.record(plain)?;
            return Ok("failed");
        }
        let mut plain = Some(plain);
        for number in self.slice.numbers() {
            if stop().load(Ordering::Relaxed) {
                return Ok("signal");
            }
            // However little time there is, somebody waits for a run.
            if patience.is_over() && self.made > 0 {
                return Ok("time");
            }
            let failed = match plain.take().filter(|_| number == PLAIN) {
                Some(plain) => self.record(plain)?,
                None => self.make(number, false)?,
            };
            if failed && self.slice.fail_fast {
                return Ok("failed");
            }
        }
        Ok("done")
    }

    /// Makes a run and records it; true if it failed.
    fn make(&mut self, number: u64, is_canary: bool) -> io::Result<bool> {
        let (search, base) = (self.search, self.base);
        let (faults, profile) = (self.faults, &self.profile);
        let sim = || {
            let sim = search.sim(number, base, faults, profile);
            if is_canary { sim.canary() } else { sim }
        };
        let first = sim().trace(false);
        let line = line_of(&first);
        if let Some(now) = &mut self.now {
            now.say(number, seed_of(number, base), &line)?;
        }
        let (report, wall) = timed(|| search.make(first));
        let is_checked = self.slice.check.is_some_and(|every| number.is_multiple_of(every.get()));
        let is_other = is_checked && differs(&report, &search.make(sim().trace(false)));
        // They left no traces, so two more are compared, in the hope that they differ too.
        let difference = is_other.then(|| difference_of(&search.make(sim()), &search.make(sim())));
        self.record(Made { number, report, line, wall, difference, is_canary })
    }

    fn record(&mut self, made: Made) -> io::Result<bool> {
        let Made { number, report, line, wall, difference, is_canary } = made;
        let difference = difference.or_else(|| from_outside(&report));
        let outcome = match (&report.result, &difference) {
            (_, Some(_)) => "not deterministic",
            (Err(_), _) => "failed",
            (Ok(()), _) if report.limit.is_some() => "cut off",
            (Ok(()), _) => "passed",
        };
        let mut record = Line::new("run", &self.search.place.hunt)
            .with("run", &number)
            .with_plain("seed", report.seed)
            .with("policy", &report.policy)
            .with("outcome", outcome)
            .with_plain("digest", format_args!("0x{}", report.digest))
            .with_plain("schedule", format_args!("0x{}", report.schedule))
            .with("steps", &report.steps)
            .with("virtual_ns", &report.end.as_nanos())
            .with("wall_ns", &nanos(wall));
        if let Err(failure) = &report.result {
            record = with_failure(record, failure);
        }
        record = record.with_some("difference", difference.as_ref());
        if outcome != "passed" && outcome != "cut off" {
            record = record.with("replay", &line);
        }
        self.records.write(record.with_some("canary", is_canary.then_some(&true)))?;
        if !is_canary {
            self.made += 1;
            if !report.points.is_empty() {
                self.tally.add(&report.points, report.limit.is_some());
            }
        }
        Ok(!report.is_ok() || difference.is_some())
    }

    /// The last record: why there are no more, and which points the runs met.
    fn end(&self, why: &str) -> io::Result<()> {
        let points: Vec<Value> =
            self.tally.finish(self.made, &self.search.scope).iter().map(|tally| self.point(tally)).collect();
        let line = Line::new("end", &self.search.place.hunt).with("why", why).with("runs", &self.made);
        self.records.write(line.with("points", &points))
    }

    fn point(&self, tally: &PointTally) -> Value {
        let PointTally { point, runs_reached, runs_held, reached, held, .. } = tally;
        let (file, line) = point.place();
        json!({
            "point": point.name(),
            "kind": point.kind().name(),
            "call": point.call(),
            "place": format!("{file}:{line}"),
            "runs_reached": runs_reached,
            "runs_held": runs_held,
            "reached": reached,
            "held": held,
            "must_be_reached": self.search.scope.must_be_reached(point),
            "must_hold": self.search.scope.must_hold(point),
        })
    }
}

/// The first record: what is swept, and the plain run, by which others know whether they sweep the same.
fn header(search: &Search, base: Seed, faults: FaultSet, plain: &Report<()>) -> Line {
    let plain = json!({
        "digest": format!("0x{}", plain.digest),
        "steps": plain.steps,
        "virtual_ns": plain.end.as_nanos(),
    });
    Line::new("sweep", &search.place.hunt)
        .with("protocol", &PROTOCOL)
        .with_some("test", search.place.test.as_ref())
        .with_plain("seed", base)
        .with("policy", &search.policy)
        .with("faults", &faults.to_string())
        .with("build", &build().unwrap_or_default())
        .with("plain", &plain)
}

/// What something outside of the run decided: there is nothing to be replayed.
fn from_outside(report: &Report<()>) -> Option<String> {
    let failure = report.result.as_ref().err()?;
    matches!(failure.kind, FailureKind::ForeignWake { .. }).then(|| one_line(&failure.kind.to_string()))
}

fn differs(first: &Report<()>, second: &Report<()>) -> bool {
    first.digest != second.digest || first.is_ok() != second.is_ok()
}

fn line_of(sim: &Sim) -> String {
    let line = sim.line().expect("seedbed bug: a run of a sweep follows a plan and asks a policy, please report");
    line.to_string()
}

fn timed(run: impl FnOnce() -> Report<()>) -> (Report<()>, Duration) {
    let began = Patience::of(Duration::ZERO);
    let report = run();
    (report, began.elapsed())
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}
