//! The text of a hunt's report.

use std::fmt::{self, Display, Formatter};

use super::detail::Detail;
use super::misfit::Misfit;
use super::points::PointTally;
use super::portfolio::PLAIN;
use super::proof::Proof;
use super::regressions::Saved;
use super::report::{Between, Divergence, Finding, Found, HuntReport, OtherFinding, Remark, Verdict};
use super::strike_words::{await_points, called, counted, nothing_struck};
use crate::choice::Kind;
use crate::explore::{Distinct, ShrinkStop, Shrunk};
use crate::trace::{Level, Trace};

/// How many events of a failing run are shown when nothing was said.
const LAST_EVENTS: usize = 12;

/// What makes programs differ from run to run; the first is the most frequent.
const SUSPECTS: &str = "\
usual suspects: a HashMap or HashSet iterated, the wall clock, a static or thread-local that one run leaves to the next,
    threads, addresses of memory, select! of tokio or futures; docs/determinism.md has the cure of each";

impl Display for HuntReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // Who prints it ends the last line.
        f.write_str(Lines(self).to_string().trim_end_matches('\n'))
    }
}

/// The report, with each of its lines ended.
struct Lines<'a>(&'a HuntReport);

impl Display for Lines<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let report = self.0;
        let name = &report.name;
        match &report.verdict {
            Verdict::Passed => {
                writeln!(f, "seedbed: {name} passed {}", report.explored())?;
                report.struck.iter().try_for_each(|struck| f.write_str(&await_points(struck)))?;
                return points(f, report.points.iter());
            }
            Verdict::Unexplored(missed) => {
                writeln!(f, "seedbed: {name} passed {}, but they did not get where they should", report.explored())?;
                report.unexplored(f, missed)?;
            }
            Verdict::PassedOver => {
                return write!(f, "seedbed: {name} was passed over: SEEDBED_HUNT names another hunt");
            }
            Verdict::Answered => return write!(f, "seedbed: {name} was asked by a tool, which has its records"),
            Verdict::Interrupted => {
                let runs = counted(report.runs, "run");
                return write!(f, "seedbed: {name} was stopped after {runs} of {}; none failed", report.runs_wanted);
            }
            Verdict::NothingStruck { subject, tasks } => nothing_struck(f, name, subject, tasks)?,
            Verdict::TooManyPoints { subject, points, max } => {
                writeln!(f, "seedbed: {name} was not swept: {} has {points} await points", called(subject))?;
                writeln!(f, "  {max} are struck at most: raise that with `max_points`, or look at a part of it")?;
            }
            Verdict::Misconfigured(error) => return write!(f, "seedbed: {name} was not run\n  {error}"),
            Verdict::ReplayPassed(trace) => {
                writeln!(f, "seedbed: {name} passes with this replay line")?;
                whole_trace(f, trace, report.detail)?;
            }
            Verdict::ReplayMisfit(mismatches) => {
                write!(f, "seedbed: {name} passes, but the replay line does not fit it")?;
                misfits(f, "    ", mismatches)?;
                writeln!(f)?;
            }
            Verdict::Failed(finding) => report.failed(f, finding)?,
            Verdict::NotDeterministic(divergence) => report.not_deterministic(f, divergence)?,
        }
        report.remarks.iter().try_for_each(|remark| writeln!(f, "  {remark}"))
    }
}

impl HuntReport {
    /// `256 runs (17 schedules)`, how many traces if not each order has its own, and how many did not come to their end.
    fn explored(&self) -> String {
        let (runs, schedules) = (counted(self.runs, "run"), different(self.schedules, "schedule"));
        let same = self.traces == self.schedules;
        let more = if same { String::new() } else { format!(", {}", different(self.traces, "trace")) };
        let cut_off = match self.cut_off {
            0 => String::new(),
            // A run that counts was made.
            count => format!(", {count} of them ({} %) cut off by a limit", count * 100 / self.runs.max(1)),
        };
        format!("{runs} ({schedules}{more}){cut_off}")
    }

    fn unexplored(&self, f: &mut Formatter<'_>, missed: &[PointTally]) -> fmt::Result {
        points(f, missed.iter())?;
        f.write_str("  runs show nothing of what they do not reach: let more runs, other inputs or faults get there, or take the point out\n")?;
        let mut met = self.points.iter().filter(|tally| !missed.contains(tally)).peekable();
        if met.peek().is_some() {
            f.write_str("  the other points:\n")?;
        }
        points(f, met)
    }

    fn failed(&self, f: &mut Formatter<'_>, finding: &Finding) -> fmt::Result {
        let name = &self.name;
        match &finding.found {
            Found::Run { number, seed, policy } => {
                let run = match *number {
                    PLAIN => "the plain run".to_owned(),
                    number => format!("run {number} of {}", self.runs_wanted),
                };
                writeln!(f, "seedbed: {name} failed on {run} (seed {seed}, policy {policy})")?;
            }
            Found::Struck { subject, strike, point, of } => {
                let (who, n) = (called(subject), u64::from(point.n) + 1);
                writeln!(f, "seedbed: {name} failed with {who} {strike}, at await point {n} of {of}")?;
                writeln!(f, "  await point {n}: {point}")?;
            }
            Found::Saved { path, line } => {
                writeln!(f, "seedbed: {name} failed with a saved replay, {}:{line}", path.display())?;
            }
            Found::Given => writeln!(f, "seedbed: {name} fails with the line that was given")?,
            Found::Asked => writeln!(f, "seedbed: {name} failed with this replay line")?,
        }
        indented(f, "  ", &finding.failure.kind.to_string())?;
        finding.failure.inputs.iter().try_for_each(|input| indented(f, "  with ", input))?;
        self.struck.iter().try_for_each(|struck| f.write_str(&await_points(struck)))?;
        if !finding.mismatches.is_empty() {
            f.write_str("  the replay line does not fit the code")?;
            misfits(f, "    ", &finding.mismatches)?;
            writeln!(f)?;
        }
        if let Some(shrunk) = &finding.shrunk {
            departures(f, shrunk)?;
        }
        if let Some(explanation) = &finding.explanation {
            // Its first line counts the departures, as was just done of those that are left after shrinking.
            let text = explanation.to_string();
            let known = usize::from(finding.shrunk.is_some());
            text.lines().skip(known).try_for_each(|line| writeln!(f, "  {line}"))?;
            if explanation
                .departures
                .iter()
                .any(|departure| matches!(departure.address.kind(), Kind::Clock | Kind::Late))
            {
                writeln!(
                    f,
                    "  it takes time that goes differently: a timer that expires while tasks are ready, or late"
                )?;
            }
        }
        match (&finding.found, self.detail) {
            (Found::Asked, detail) => whole_trace(f, &finding.trace, detail)?,
            (_, Some(detail)) => whole_trace(f, &finding.trace, Some(detail))?,
            (_, None) => last_events(f, &finding.trace)?,
        }
        if finding.found == Found::Asked {
            return Ok(());
        }
        replay(f, "  ", &finding.proof, &finding.command)?;
        saved(f, "  ", &finding.saved)?;
        finding.others.iter().try_for_each(|other| other_finding(f, other))
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
        writeln!(f, "  {SUSPECTS}")
    }
}

/// What shrinking left of the choices.
fn departures(f: &mut Formatter<'_>, shrunk: &Shrunk) -> fmt::Result {
    let left = shrunk.departures();
    if left.is_empty() {
        return writeln!(f, "  it fails in plain FIFO order");
    }
    let (before, runs) = (counted(shrunk.before as u64, "choice"), counted(shrunk.runs, "run"));
    let after = counted(left.len() as u64, "departure");
    writeln!(f, "  shrunk: {before} → {after} from FIFO order ({runs})")?;
    let stopped = match &shrunk.stop {
        ShrinkStop::Finished => None,
        ShrinkStop::Runs | ShrinkStop::Accepted | ShrinkStop::Stalled => Some("it took too many runs".to_owned()),
        ShrinkStop::Wall => Some("it took too long".to_owned()),
        ShrinkStop::Interrupted => Some("it was interrupted".to_owned()),
        ShrinkStop::Panicked { message } => Some(format!("the program panicked outside of its run: {message}")),
    };
    if let Some(why) = stopped {
        writeln!(f, "    shrinking was stopped, so that some of these may not matter: {why}")?;
    }
    Ok(())
}

fn replay(f: &mut Formatter<'_>, margin: &str, proof: &Proof, command: &str) -> fmt::Result {
    match proof {
        Proof::Proven => writeln!(f, "{margin}replay (verified in a fresh process):")?,
        Proof::Missing { reason } => writeln!(f, "{margin}replay (not verified in a fresh process: {reason}):")?,
    }
    writeln!(f, "{margin}  {command}")
}

fn saved(f: &mut Formatter<'_>, margin: &str, saved: &Saved) -> fmt::Result {
    match saved {
        Saved::Appended { path } => writeln!(f, "{margin}saved: {}", path.display()),
        Saved::Known { path, line } => writeln!(f, "{margin}saved before: {}:{line}", path.display()),
        Saved::Failed { path, error } => {
            writeln!(f, "{margin}not saved: {} could not be written: {error}", path.display())
        }
        Saved::Off => Ok(()),
    }
}

fn other_finding(f: &mut Formatter<'_>, other: &OtherFinding) -> fmt::Result {
    writeln!(f, "  another failure was met on the way:")?;
    indented(f, "    ", &other.failure.kind.to_string())?;
    replay(f, "    ", &other.proof, &other.command)?;
    saved(f, "    ", &other.saved)
}

impl Display for Remark {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, line, error } => {
                write!(f, "{}:{line}:{}: {error}; the other lines were replayed", path.display(), error.column())
            }
            Self::Unopened { path, error } => write!(f, "{} could not be read: {error}", path.display()),
            Self::PassesNow { path, line } => write!(f, "{}:{line}: this saved replay passes now", path.display()),
            Self::FitsNoMore { path, line, mismatches } => {
                write!(f, "{}:{line}: this saved replay passes, but does not fit the code any more", path.display())?;
                misfits(f, "    ", mismatches)
            }
            Self::FailsToo { path, line } => write!(f, "{}:{line}: this saved replay fails, too", path.display()),
            Self::UnknownPolicy { path, line, error } => write!(f, "{}:{line}: {error}", path.display()),
            Self::FreshSeed { seed } => write!(f, "hunts from the fresh seed {seed}"),
        }
    }
}

/// One line for each point.
fn points<'a>(f: &mut Formatter<'_>, tallies: impl Iterator<Item = &'a PointTally>) -> fmt::Result {
    tallies.into_iter().try_for_each(|tally| writeln!(f, "    {tally}"))
}

fn misfits(f: &mut Formatter<'_>, margin: &str, mismatches: &[Misfit]) -> fmt::Result {
    f.write_str(" (it is of another test, or the code has changed since):")?;
    mismatches.iter().try_for_each(|mismatch| write!(f, "\n{margin}{mismatch}"))
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

/// As `counted`, of what is only estimated where there is too much of it.
fn different(count: u64, thing: &str) -> String {
    let about = if count > Distinct::EXACT_MAX { "about " } else { "" };
    format!("{about}{}", counted(count, thing))
}
