//! One test, many runs: find the run that fails, make it small, prove that it replays, keep it, and tell all that.
//!
//! [`Hunt`] is the whole of it as a builder, [`check`] its short form, and `#[seedbed::test]` writes one around a function. A
//! [`HuntReport`] is what it came to, as values; its `Display` is what a person reads.
//!
//! This is the only part of the library that looks outside the process, each world in one file: the environment in `settings.rs`.
//!
#![doc = include_str!("../../docs/environment.md")]

mod portfolio;
mod detail;
mod job;
mod records;
mod settings;
mod inputs;
mod place;
mod turns;
mod points;
mod regressions;
mod proof;
mod misfit;
mod report;
mod strike_words;
mod render;
mod ending;
mod interrupt;
mod progress;
mod watchdog;
mod wrapped;
mod investigate;
mod search;
mod replays;
mod tool;
mod builder;
mod fuzz;
mod check;
mod asked;
mod await_sweep;
mod strikes;
#[cfg(feature = "proptest")]
mod cases;

pub use await_sweep::{
    AwaitSweep, AwaitSweepReport, CancelSweep, CancelSweepReport, Cancels, PanicSweep, PanicSweepReport, Panics,
    cancel_sweep, panic_sweep,
};
pub use builder::Hunt;
pub use check::check;
pub use fuzz::{Fuzz, fuzz};
#[cfg(feature = "proptest")]
pub(crate) use inputs::ShrinkInputs;
pub use misfit::Misfit;
pub use place::TestPlace;
pub use points::PointTally;
pub use proof::Proof;
pub use regressions::{Saved, SavedLine, SavedLineError, saved_lines};
pub use report::{Between, Divergence, Finding, Found, HuntReport, OtherFinding, Remark, Verdict};
pub use settings::SettingError;
