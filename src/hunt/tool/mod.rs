//! What a hunt answers a tool that asks through `SEEDBED_TOOL`: records in place of a report.
//!
#![doc = include_str!("../../../docs/machine_records.md")]

mod describe;
mod words;
mod now;
mod sweep;
mod finding;
mod lanes;
mod trace;
mod answer;
