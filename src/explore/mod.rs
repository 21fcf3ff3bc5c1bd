//! Many runs: of one program, under many schedules. Reads programs as values; what a test harness adds stands above.

mod program;
mod signature;
mod caught;
mod shrink;

pub use program::Program;
pub use shrink::{Nondeterminism, OtherFailure, ShrinkLimits, ShrinkProgress, ShrinkStop, Shrunk, shrink};
pub use signature::Signature;
