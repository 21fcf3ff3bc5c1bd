//! The jobs `shrink`, `explain` and `replay`: what a line is, told in one record.

use serde_json::{Value, json};

use super::words::{one_line, with_failure};
use crate::choice::Replay;
use crate::explore::Signature;
use crate::hunt::inputs::Pinned;
use crate::hunt::investigate::Investigator;
use crate::hunt::misfit::Misfit;
use crate::hunt::proof::Proof;
use crate::hunt::records::Line;
use crate::hunt::regressions::Saved;
use crate::hunt::report::{Finding, Found, HuntReport, OtherFinding, Verdict};
use crate::hunt::search::Search;
use crate::seed::Seed;
use crate::sim::Report;

impl Search {
    /// Makes the failing run of a line small, explains it, proves it and keeps it.
    pub(super) fn shrink_line(&self, line: &Replay, base: Seed) -> Verdict {
        let regressions = self.regressions().filter(|_| !self.should_fail);
        self.given(line, base, |run| self.look_into(Found::Given, run, regressions.as_ref()))
    }

    /// Explains the failing run of a line as it stands.
    pub(super) fn explain_line(&self, line: &Replay, base: Seed, proves: bool) -> Verdict {
        self.given(line, base, |run| {
            let pinned = Pinned::to(self, &run);
            let investigator = Investigator { program: &pinned, ..self.investigator(None) };
            let unproven = if proves { investigator.unproven } else { Some("it was not asked for") };
            let investigator = Investigator { unproven, ..investigator };
            investigator.explain_saved(Found::Given, line.clone(), run, Saved::Off)
        })
    }

    fn given(&self, line: &Replay, base: Seed, fails: impl FnOnce(Report<()>) -> Verdict) -> Verdict {
        match self.bring_back(line, base) {
            Err(error) => Verdict::Misconfigured(error),
            Ok(run) if !run.is_ok() => fails(run),
            Ok(run) if run.mismatches.is_empty() => Verdict::ReplayPassed(Box::new(run.trace)),
            Ok(run) => Verdict::ReplayMisfit(Misfit::all_of(&run)),
        }
    }
}

/// The record `finding`: what the report says, as text and as fields.
pub(super) fn finding(report: &HuntReport) -> Line {
    let begun =
        |verdict| Line::new("finding", &report.name).with("verdict", verdict).with("report", &report.to_string());
    match &report.verdict {
        Verdict::Failed(finding) => failed(begun("failed"), finding),
        Verdict::ReplayPassed(_) => begun("passed"),
        Verdict::ReplayMisfit(misfits) => begun("misfit").with("misfits", &words(misfits)),
        Verdict::NotDeterministic(divergence) => {
            let line = begun("not deterministic").with("difference", &divergence.difference);
            match &divergence.failure {
                Some(failure) => with_failure(line, failure),
                None => line,
            }
        }
        _ => begun("misconfigured"),
    }
}

fn failed(line: Line, finding: &Finding) -> Line {
    let (proven, why_not) = match &finding.proof {
        Proof::Proven => (true, None),
        Proof::Missing { reason } => (false, Some(reason)),
    };
    let saved = match &finding.saved {
        Saved::Appended { path } | Saved::Known { path, .. } => Some(path.to_string_lossy()),
        Saved::Failed { .. } | Saved::Off => None,
    };
    let shrunk = finding.shrunk.as_ref();
    with_failure(line, &finding.failure)
        .with("departures", &departures(finding))
        .with_some("choices", shrunk.map(|shrunk| &shrunk.before))
        .with_some("shrink_runs", shrunk.map(|shrunk| &shrunk.runs))
        .with("misfits", &words(&finding.mismatches))
        .with("replay", &finding.replay.to_string())
        .with("command", &finding.command)
        .with("proven", &proven)
        .with("why_not", &why_not)
        .with("saved", &saved)
        .with("others", &finding.others.iter().map(other).collect::<Vec<_>>())
}

/// What departed from the plain order: in words where it was explained, else by address and value.
fn departures(finding: &Finding) -> Vec<Value> {
    let departure =
        |words: String, address: String, value: u32| json!({ "words": words, "address": address, "value": value });
    match (&finding.explanation, &finding.replay) {
        (Some(explanation), _) => {
            let told = explanation.departures.iter();
            told.map(|each| departure(each.to_string(), each.address.to_string(), each.answer.get())).collect()
        }
        (None, Replay::Departures(departures)) => {
            let all = departures.iter();
            all.map(|(address, value)| departure(format!("{address} = {value}"), address.to_string(), value.get()))
                .collect()
        }
        (None, Replay::Seeded { .. }) => Vec::new(),
    }
}

fn other(other: &OtherFinding) -> Value {
    json!({
        "failure": one_line(&other.failure.kind.to_string()),
        "signature": one_line(&Signature::of(&other.failure).to_string()),
        "replay": other.replay.to_string(),
        "command": other.command,
    })
}

fn words(misfits: &[Misfit]) -> Vec<String> {
    misfits.iter().map(ToString::to_string).collect()
}
