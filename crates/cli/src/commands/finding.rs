//! What the commands about one line have in common: asking its test, telling the answer, the status.

use crate::hunt::{Target, json, targets};
use crate::project::Test;
use crate::record::{FindingRecord, Task};
use crate::select::{self, LineOf};
use crate::status::{Error, Outcome, Status};
use crate::terminal;
use crate::worker;

/// Asks the test of a line, and tells what it answers.
pub(super) fn about_line(of: &LineOf, what: &str, json: bool, task: Task) -> Outcome {
    let tests = select::tests_or_all(&of.selection, of.test.as_deref())?;
    let test = select::test_of_line(&tests, &of.line, of.test.as_deref())?;
    let answers = answers(&test, what, &task)?;
    answers.iter().try_fold(Status::Clean, |status, finding| Ok(status.max(tell(finding, json)?)))
}

/// The answer of each hunt of a test: most tests hold one. Where there are several, the line is the only one's that it fits.
pub(super) fn answers(test: &Test, what: &str, task: &Task) -> Result<Vec<FindingRecord>, Error> {
    let targets: Vec<Target> =
        if test.declared.is_by_hand() { targets(std::slice::from_ref(test), &[])? } else { Vec::new() };
    if targets.len() < 2 {
        return Ok(vec![answer(&worker::ask(test, task.clone())?, test, what)?]);
    }
    let mut fitting = Vec::new();
    for target in &targets {
        let finding = answer(&worker::ask_with(test, task.clone(), &target.variables(&[]))?, test, what)?;
        if finding.verdict != "misfit" {
            fitting.push(finding);
        }
    }
    if fitting.is_empty() {
        return Err(Error::usage(format!("the line fits none of the {} hunts of {}", targets.len(), test.words()))
            .cure("the code has changed since it was written, or it belongs to another test"));
    }
    Ok(fitting)
}

/// What a test answered; a run that ends its process has failed.
fn answer(answer: &worker::Answer, test: &Test, what: &str) -> Result<FindingRecord, Error> {
    match worker::death(answer) {
        Some(report) => Ok(FindingRecord { verdict: "failed".to_owned(), report, ..FindingRecord::default() }),
        None => answer.finding(test, what),
    }
}

/// Tells an answer; the status says what it was.
pub(super) fn tell(finding: &FindingRecord, as_json: bool) -> Outcome {
    if as_json {
        terminal::say(json(&serde_json::json!({ "record": "finding", "finding": finding }))?);
    } else {
        terminal::say(finding.report.trim_end());
    }
    match &*finding.verdict {
        "passed" => Ok(Status::Clean),
        "failed" => Ok(Status::Failed),
        "not deterministic" => Ok(Status::NotDeterministic),
        "misfit" | "misconfigured" => Ok(Status::Usage),
        other => Err(Error::broken(format!("the test answered {other:?}, which this cargo-seedbed does not know"))
            .cure("install the cargo-seedbed of the same version as the project's seedbed")),
    }
}
