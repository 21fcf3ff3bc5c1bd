//! Hunts: what they find, how they prove and keep it, and what they say.
#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::iter_over_hash_type,
    reason = "what must not be used is what must be found"
)]

mod bugs;
mod child;
mod failing;
mod support;

mod arguments;
mod bad_luck;
mod determinism;
mod fuzz;
mod fuzz_targets;
mod hangs;
#[cfg(unix)]
mod interrupts;
mod listing;
mod points;
mod regressions;
mod replays;
mod reports;
mod runs;
mod tool;
mod tool_lines;
mod tool_sweeps;
mod tool_traces;
