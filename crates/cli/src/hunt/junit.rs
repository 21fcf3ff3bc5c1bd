//! The JUnit file: a test case for each test, and its failures by what failed; never one for each run.

use std::fs;
use std::path::Path;
use std::time::Duration;

use quick_junit::{NonSuccessKind, NonSuccessReruns, Report, TestCase, TestCaseStatus, TestSuite};

use super::tally::{Finding, Group, Summary, Totals};
use crate::record::RunOutcome;
use crate::status::Error;

/// Writes the file.
///
/// # Errors
///
/// If it cannot be written.
pub fn write(path: &Path, summary: &Summary, findings: &[Finding]) -> Result<(), Error> {
    let wrong = |error: String| Error::broken(format!("{} cannot be written: {error}", path.display()));
    let text = report(summary, findings).to_string().map_err(|error| wrong(error.to_string()))?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| wrong(error.to_string()))?;
    }
    fs::write(path, text).map_err(|error| wrong(error.to_string()))
}

fn report(summary: &Summary, findings: &[Finding]) -> Report {
    let mut report = Report::new("seedbed");
    report.set_time(Duration::from_millis(summary.wall_ms));
    let mut suites: Vec<TestSuite> = Vec::new();
    for totals in &summary.tests {
        let name = format!("{}::{}", totals.origin.package, totals.origin.binary);
        if suites.last().is_none_or(|suite| suite.name.as_str() != name) {
            suites.push(TestSuite::new(name));
        }
        if let Some(suite) = suites.last_mut() {
            suite.add_test_cases(cases(totals, summary, findings));
        }
    }
    report.add_test_suites(suites);
    if !summary.broken.is_empty() {
        let mut suite = TestSuite::new("cargo seedbed");
        for words in &summary.broken {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(words.lines().next().unwrap_or_default());
            status.set_description(words.clone());
            suite.add_test_case(TestCase::new("machinery", status));
        }
        report.add_test_suite(suite);
    }
    report
}

/// One case that says how many runs there were, or one for each failure.
fn cases(totals: &Totals, summary: &Summary, findings: &[Finding]) -> Vec<TestCase> {
    let groups: Vec<&Group> = summary.groups.iter().filter(|group| group.origin == totals.origin).collect();
    let case = |status| {
        let mut case = TestCase::new(totals.origin.test.clone(), status);
        case.set_classname(format!("{}::{}", totals.origin.package, totals.origin.binary));
        case.add_property(("runs", &*totals.runs.to_string()));
        case.add_property(("orders", &*totals.orders.to_string()));
        case.add_property(("seed", &*totals.seed));
        case
    };
    if groups.is_empty() {
        return vec![case(TestCaseStatus::success())];
    }
    let failed = |group: &&Group| {
        let kind = if group.outcome == RunOutcome::Failed { NonSuccessKind::Failure } else { NonSuccessKind::Error };
        let mut status = TestCaseStatus::NonSuccess {
            kind,
            message: None,
            ty: None,
            description: None,
            reruns: NonSuccessReruns::default(),
        };
        status.set_type(group.kind.clone());
        status.set_message(group.failure.clone());
        status.set_description(super::words::description(group, findings));
        case(status)
    };
    groups.iter().map(failed).collect()
}
