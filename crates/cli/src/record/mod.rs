//! The records that a test under a tool job writes, and the job that asks for them.

mod job;
mod sweep;
mod finding;
mod trace;
mod file;

pub use file::{Record, Records, read};
pub use finding::{DepartureWords, FindingRecord, OtherFinding};
pub use job::{Job, PROTOCOL, Sweep, Task};
pub use sweep::{EndRecord, HangRecord, HuntRecord, PlainRun, PointRecord, RunOutcome, RunRecord, SweepRecord};
pub use trace::{
    BlockedRecord, CycleRecord, DepartureRecord, EventRecord, ExplanationRecord, FailureWords, ResourceRecord,
    TaskRecord, TraceRecord,
};
