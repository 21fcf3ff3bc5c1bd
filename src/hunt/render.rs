//! The text of a hunt's report.

use std::fmt::{self, Display, Formatter};

use super::report::{Between, Divergence, Finding, HuntReport, Verdict};
use super::settings::Detail;
use crate::choice::Mismatch;
use crate::trace::{Level, Trace};

/// How many events of a failing run are shown when nothing was said.
const LAST_EVENTS: usize = 12;

/// What makes programs differ from run to run; the first is the most frequent.
const SUSPECTS: &str = "\
  usual suspects: a HashMap or HashSet iterated, the wall clock, a static or thread-local that one run leaves to the next,
    threads, addresses of memory, select! of tokio or futures; docs/determinism.md has the cure of each";

impl Display for HuntReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.verdict {
            Verdict::Passed => {
                let (runs, schedules) = (counted(self.runs, "run"), counted(self.schedules, "schedule"));
                write!(f, "seedbed: {name} passed {runs} ({schedules})")
            }
            Verdict::PassedOver => write!(f, "seedbed: {name} was passed over: SEEDBED_HUNT names another hunt"),
            Verdict::Misconfigured(error) => write!(f, "seedbed: {name} was not run\n  {error}"),
            Verdict::ReplayPassed(trace) => {
                writeln!(f, "seedbed: {name} passes with this replay line")?;
                whole_trace(f, trace, self.detail)
            }
            Verdict::ReplayMisfit(mismatches) => {
                write!(f, "seedbed: {name} passes, but the replay line does not fit it")?;
                misfits(f, mismatches)
            }
            Verdict::Failed(finding) => self.failed(f, finding),
            Verdict::NotDeterministic(divergence) => self.not_deterministic(f, divergence),
        }
    }
}

impl HuntReport {
    fn failed(&self, f: &mut Formatter<'_>, finding: &Finding) -> fmt::Result {
        match (finding.run, finding.seed) {
            (Some(run), Some(seed)) => writeln!(
                f,
                "seedbed: {} failed on run {run} of {} (seed {seed}, policy {})",
                self.name, self.runs_wanted, finding.policy
            )?,
            _ => writeln!(f, "seedbed: {} failed with this replay line", self.name)?,
        }
        indented(f, "  ", &finding.failure.kind.to_string())?;
        if !finding.mismatches.is_empty() {
            f.write_str("  the replay line does not fit the code")?;
            misfits(f, &finding.mismatches)?;
            writeln!(f)?;
        }
        match (finding.run, self.detail) {
            (None, detail) => whole_trace(f, &finding.trace, detail)?,
            (Some(_), Some(detail)) => whole_trace(f, &finding.trace, Some(detail))?,
            (Some(_), None) => last_events(f, &finding.trace)?,
        }
        if finding.run.is_some() {
            write!(f, "  replay:\n    {}", finding.command)?;
        }
        Ok(())
    }

    fn not_deterministic(&self, f: &mut Formatter<'_>, divergence: &Divergence) -> fmt::Result {
        let what = match divergence.between {
            Between::PlainRuns => "the plain run, made twice, was not the same",
            Between::FailingRuns => "a run that failed was not the same when it was made again",
            Between::Processes => "a failure was not the same in a fresh process",
            Between::Threads => "a thread that the run does not control woke a task of it",
        };
        writeln!(f, "seedbed: {} is not deterministic: {what}", self.name)?;
        if let Some(failure) = &divergence.failure {
            indented(f, "  ", &failure.kind.to_string())?;
        }
        indented(f, "  ", &divergence.difference)?;
        write!(f, "{SUSPECTS}")
    }
}

fn misfits(f: &mut Formatter<'_>, mismatches: &[Mismatch]) -> fmt::Result {
    f.write_str(" (it is of another test, or the code has changed since):")?;
    mismatches.iter().try_for_each(|mismatch| write!(f, "\n    {mismatch}"))
}

fn whole_trace(f: &mut Formatter<'_>, trace: &Trace, detail: Option<Detail>) -> fmt::Result {
    let text = match detail {
        Some(Detail::None) => return Ok(()),
        Some(Detail::Full) => trace.full(),
        Some(Detail::Summary) | None => trace.summary(),
    };
    writeln!(f, "  trace ({}):", counted(trace.total(), "event"))?;
    indented(f, "    ", &text)
}

fn last_events(f: &mut Formatter<'_>, trace: &Trace) -> fmt::Result {
    let text = trace.filter().level(Level::Summary).last(LAST_EVENTS).summary();
    writeln!(f, "  trace (last {} of {}):", text.lines().count(), counted(trace.total(), "event"))?;
    indented(f, "    ", &text)
}

fn indented(f: &mut Formatter<'_>, margin: &str, text: &str) -> fmt::Result {
    text.lines().try_for_each(|line| writeln!(f, "{margin}{line}"))
}

/// `1 run`, `2 runs`.
fn counted(count: u64, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}
