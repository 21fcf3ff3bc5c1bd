//! The part of a hunt that makes runs of lines: the one that was asked for, and those that were saved.

use super::inputs::Pinned;
use super::investigate::Investigator;
use super::misfit::Misfit;
use super::proof::tell;
use super::regressions::{Regressions, Saved, SavedLine};
use super::report::{Found, HuntReport, Remark, Verdict};
use super::search::Search;
use super::settings::{Fault, SettingError, unknown_policy};
use crate::choice::{Replay, ReplayMode};
use crate::policy::by_name;
use crate::seed::Seed;
use crate::sim::{Report, Sim};

impl Search {
    /// The one run that `SEEDBED_REPLAY` asks for.
    pub(super) fn asked(&self, replay: &Replay, base: Seed) -> Verdict {
        let report = match self.bring_back(replay, base) {
            Ok(report) => report,
            Err(error) => return Verdict::Misconfigured(error),
        };
        if let Some(expected) = self.settings.proof {
            tell(&report, expected);
        }
        match (&report.result, report.mismatches.is_empty()) {
            (Ok(()), true) => Verdict::ReplayPassed(Box::new(report.trace)),
            (Ok(()), false) => Verdict::ReplayMisfit(Misfit::all_of(&report)),
            // Nothing is claimed of the line that is not known to who gave it.
            (Err(_), _) => {
                let asked = Investigator { unproven: Some("it was asked for"), ..self.investigator(None) };
                asked.as_it_stands(Found::Asked, replay.clone(), report)
            }
        }
    }

    /// The run of a line that somebody gave.
    pub(super) fn bring_back(&self, replay: &Replay, base: Seed) -> Result<Report<()>, SettingError> {
        if matches!(replay, Replay::Departures(asked) if asked.inputs().is_some()) && self.shrink_inputs.is_none() {
            let fault =
                Fault::Wanted("a line of this test, which takes no arguments: this line holds those of another one");
            return Err(SettingError::in_code("SEEDBED_REPLAY", &replay.to_string(), fault));
        }
        self.replay(replay, base)
    }

    fn replay(&self, replay: &Replay, base: Seed) -> Result<Report<()>, SettingError> {
        let sim = match replay {
            Replay::Departures(departures) => Sim::new(base).replay(departures.clone(), ReplayMode::Strict),
            Replay::Seeded { seed, policy } => {
                let made = by_name(policy, *seed, &self.plain(base).profile);
                Sim::new(*seed).policy(made.map_err(|error| unknown_policy(policy, &error))?)
            }
        };
        Ok(self.make(sim.record(true)))
    }

    /// Replays what was saved. The first that fails is the verdict.
    pub(super) fn saved(&self, regressions: &Regressions, report: &mut HuntReport) -> Option<Verdict> {
        let path = || regressions.shown().to_owned();
        let lines = match regressions.read() {
            Ok(lines) => lines,
            Err(error) => {
                report.remarks.push(Remark::Unopened { path: path(), error: error.to_string() });
                return None;
            }
        };
        let mut verdict = None;
        for SavedLine { number: line, replay } in lines {
            let remark = match replay.map(|replay| (self.replay(&replay, report.seed), replay)) {
                Err(error) => Remark::Unreadable { path: path(), line, error },
                Ok((Err(error), _)) => Remark::UnknownPolicy { path: path(), line, error },
                Ok((Ok(run), replay)) => {
                    report.runs += 1;
                    match (run.is_ok(), run.mismatches.is_empty()) {
                        (true, true) => Remark::PassesNow { path: path(), line },
                        (true, false) => Remark::FitsNoMore { path: path(), line, mismatches: Misfit::all_of(&run) },
                        (false, _) if verdict.is_some() => Remark::FailsToo { path: path(), line },
                        (false, _) => {
                            let found = Found::Saved { path: path(), line };
                            let saved = Saved::Known { path: path(), line };
                            let pinned = Pinned::to(self, &run);
                            let investigator = Investigator { program: &pinned, ..self.investigator(None) };
                            verdict = Some(investigator.explain_saved(found, replay, run, saved));
                            continue;
                        }
                    }
                }
            };
            report.remarks.push(remark);
        }
        verdict
    }
}
