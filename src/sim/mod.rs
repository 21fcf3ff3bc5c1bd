//! One run: configure it, drive it, report on it.

mod failure;
mod await_point;
mod report;
mod outcome;
mod builder;
mod run;

pub use await_point::AwaitPoint;
pub use builder::Sim;
pub use failure::{Failure, FailureKind};
pub use outcome::Outcome;
pub use report::Report;
