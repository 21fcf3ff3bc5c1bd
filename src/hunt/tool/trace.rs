//! The job `trace`: one run, event by event, in a form that tools can draw.

use std::io;

use serde_json::json;

use super::lanes::Lanes;
use super::words::{one_line, place_of};
use crate::choice::Replay;
use crate::explore::{Explained, tell};
use crate::hunt::job::PROTOCOL;
use crate::hunt::records::{Batch, Line, Records};
use crate::hunt::report::Verdict;
use crate::hunt::search::Search;
use crate::hunt::settings::SettingError;
use crate::instant::Instant;
use crate::seed::Seed;
use crate::sim::{Failure, FailureKind, Report};
use crate::trace::{Entry, Event, Level};

/// Tells all of the run of a line; why there is none, if so.
///
/// # Errors
///
/// Where a record cannot be written.
pub(super) fn trace(
    search: &Search,
    base: Seed,
    line: &Replay,
    explain: bool,
    records: &Records,
) -> io::Result<Option<SettingError>> {
    let run = match search.bring_back(line, base) {
        Ok(run) => run,
        Err(error) => return Ok(Some(error)),
    };
    let mut told = Told { hunt: &search.place.hunt, batch: records.batch() };
    let (lanes, departures) = (Lanes::of(&run.trace), tell(&run));
    told.head(search, line, &run, &lanes)?;
    lanes.tell(&search.place.hunt, |record| told.write(record))?;
    told.departures(&departures)?;
    told.events(&run, &lanes, &departures)?;
    if let Err(failure) = &run.result {
        told.deadlock(failure, &lanes)?;
        if explain && let Verdict::Failed(finding) = search.explain_line(line, base, false) {
            let text = finding.explanation.as_ref().map(ToString::to_string).unwrap_or_default();
            told.write(told.line("explanation").with("text", &text))?;
        }
    }
    told.write(told.line("end"))?;
    told.batch.finish()?;
    Ok(None)
}

/// The records of a trace while they are written.
struct Told<'a> {
    hunt: &'a str,
    batch: Batch<'a>,
}

impl Told<'_> {
    fn line(&self, record: &str) -> Line {
        Line::new(record, self.hunt)
    }

    fn write(&mut self, line: Line) -> io::Result<()> {
        self.batch.write(line)
    }

    fn head(&mut self, search: &Search, line: &Replay, run: &Report<()>, lanes: &Lanes<'_>) -> io::Result<()> {
        let record = self
            .line("trace")
            .with("protocol", &PROTOCOL)
            .with_some("test", search.place.test.as_ref())
            .with("replay", &line.to_string())
            .with_plain("seed", run.seed)
            .with("policy", &run.policy)
            .with("ok", &run.is_ok())
            .with("failure", &run.result.as_ref().err().map(failure))
            .with("end_ns", &run.end.as_nanos())
            .with("steps", &run.steps)
            .with("events", &run.trace.len())
            .with("total", &run.trace.total())
            .with("tasks", &lanes.tasks())
            .with("misfits", &run.mismatches.iter().map(ToString::to_string).collect::<Vec<_>>())
            .with_plain("digest", format_args!("0x{}", run.digest));
        self.write(record)
    }

    fn departures(&mut self, departures: &[Explained]) -> io::Result<()> {
        for (k, each) in departures.iter().enumerate() {
            let record = self
                .line("departure")
                .with("k", &k)
                .with("address", &each.address.to_string())
                .with("value", &each.answer)
                .with("words", &each.to_string())
                .with("event", &each.event)
                .with("at_ns", &each.at.map(Instant::as_nanos));
            self.write(record)?;
        }
        Ok(())
    }

    fn events(&mut self, run: &Report<()>, lanes: &Lanes<'_>, departures: &[Explained]) -> io::Result<()> {
        let mut at = lanes.start();
        // In the order of their events; those that the trace does not show stand at the end.
        let mut marks = departures.iter().enumerate().filter_map(|(k, each)| Some((each.event?, k))).peekable();
        for entry in run.trace.events() {
            let event = entry.event();
            let record = self
                .line("event")
                .with("i", &entry.index())
                .with("t", &entry.time().as_nanos())
                .with("step", &at.step(event))
                .with("lane", &at.lane(event))
                .with("event", event.kind().word())
                .with("level", level(event))
                .with("text", &entry.details());
            let mut departure = None;
            while let Some((_, k)) = marks.next_if(|(event, _)| *event <= entry.index()) {
                departure = departure.or(Some(k));
            }
            let record = with_others(record, &entry, event)
                .with_some("by", at.woken_by(event).as_ref())
                .with_some("departure", departure.as_ref());
            at.pass(event);
            self.write(record)?;
        }
        Ok(())
    }

    /// Who waits for whom, where that ended the run.
    fn deadlock(&mut self, failure: &Failure, lanes: &Lanes<'_>) -> io::Result<()> {
        let FailureKind::Deadlock { blocked, cycle, .. } = &failure.kind else { return Ok(()) };
        for task in blocked {
            let record = self
                .line("blocked")
                .with("lane", &lanes.lane_of(&task.task, task.is_job))
                .with("path", &task.task)
                .with("waits_for", &task.waits_for)
                .with("held_by", &task.held_by)
                .with("spawned_at", &task.spawned_at)
                .with("since_ns", &task.since.as_nanos());
            self.write(record)?;
        }
        if cycle.is_empty() { Ok(()) } else { self.write(self.line("cycle").with("paths", cycle)) }
    }
}

fn failure(failure: &Failure) -> serde_json::Value {
    let task = match &failure.kind {
        FailureKind::Panic(report) => Some(&report.task),
        FailureKind::Limit { task, .. } => task.as_ref(),
        _ => None,
    };
    json!({
        "kind": crate::explore::Signature::of(failure).kind(),
        "words": one_line(&failure.kind.to_string()),
        "place": place_of(failure),
        "task": task,
        "at_ns": failure.at.as_nanos(),
    })
}

fn level(event: Event) -> &'static str {
    match event.kind().level() {
        Level::Summary => "summary",
        Level::Full => "full",
    }
}

/// Whom else an event names, and what.
fn with_others(record: Line, entry: &Entry<'_>, event: Event) -> Line {
    match event {
        Event::Spawned { task, .. } | Event::CancelRequested { task, .. } => record.with_plain("other", task),
        Event::JobSubmitted { job, .. } => record.with_plain("other", job),
        Event::JobStarted { worker, .. } => record.with_plain("other", worker),
        Event::Slept { until, .. } | Event::Advanced { until, .. } | Event::TimeoutArmed { until: Some(until), .. } => {
            record.with("until", &until.as_nanos())
        }
        Event::Late { nanos, .. } | Event::Blocked { nanos, .. } => {
            record.with("until", &entry.time().as_nanos().saturating_add(nanos)).with("for_ns", &nanos)
        }
        _ => match event.resource() {
            Some(on) => record.with_plain("resource", on),
            None => record,
        },
    }
}
