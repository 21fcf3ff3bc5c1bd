//! The job that a tool asks for, done: the hunt's part in it, and the end of the process where it must end otherwise than a test does.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::describe::describe;
use super::finding::finding;
use super::sweep::sweep;
use super::trace::trace;
use crate::hunt::interrupt::{Heard, stop};
use crate::hunt::job::{Asked, Job};
use crate::hunt::progress::say;
use crate::hunt::records::Records;
use crate::hunt::report::{HuntReport, Verdict};
use crate::hunt::search::Search;
use crate::hunt::settings::{Fault, SettingError};

/// What `cargo test` ends with where a test failed.
const FAILED: i32 = 101;

impl Search {
    /// Does the job. The test passes if it could be done, whatever the runs came to.
    pub(crate) fn answer(mut self, asked: &Asked) -> HuntReport {
        let mut report = self.begun();
        if self.is_passed_over() {
            report.verdict = Verdict::PassedOver;
            return report;
        }
        let heard = Heard::begin(Some(true));
        let done = self.work(asked, &mut report);
        self.watch = None;
        report.verdict = match (done, report.verdict) {
            (Err(error), _) => {
                let fault = Fault::File(error.to_string());
                Verdict::Misconfigured(SettingError::in_code("SEEDBED_TOOL", &asked.records.to_string_lossy(), fault))
            }
            (Ok(()), verdict @ Verdict::Misconfigured(_)) => verdict,
            (Ok(()), _) => Verdict::Answered,
        };
        let status = if report.is_ok() { 0 } else { FAILED };
        if status != 0 {
            say(&report);
        }
        // Who was told to stop has written the end. A test that is to panic would fail because it does not.
        if self.should_fail || stop().load(Ordering::Relaxed) {
            heard.leave(status);
        }
        heard.end();
        report
    }

    /// Writes the records. A job about one line leaves its verdict in the report.
    fn work(&mut self, asked: &Asked, report: &mut HuntReport) -> io::Result<()> {
        let records = Arc::new(Records::open(&asked.records)?);
        let base = report.seed;
        if !matches!(asked.job, Job::Describe) {
            self.watch = self.watch_over(base, Some(Arc::clone(&records)));
        }
        report.verdict = match &asked.job {
            Job::Describe => return records.write(describe(self, base)),
            Job::Sweep(slice) => return sweep(self, base, slice, &records),
            Job::Trace { line, explain } => match trace(self, base, line, *explain, &records)? {
                None => return Ok(()),
                Some(error) => Verdict::Misconfigured(error),
            },
            Job::Shrink(line) => self.shrink_line(line, base),
            Job::Explain(line) => self.explain_line(line, base, true),
            Job::Replay { line, detail } => {
                report.detail = detail.or(report.detail);
                self.asked(line, base)
            }
        };
        records.write(finding(report))
    }
}
