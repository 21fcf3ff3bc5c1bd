//! Many runs: of one program, under many schedules. Reads programs as values; what a test harness adds stands above.

mod program;
mod signature;
mod caught;
mod shrink;
mod exhaustive;

pub use exhaustive::{Exhausted, Exhaustive, FoundFailure, SearchEnd, exhaust};
pub use program::Program;
pub use shrink::{Nondeterminism, OtherFailure, ShrinkLimits, ShrinkProgress, ShrinkStop, Shrunk, shrink};
pub use signature::Signature;
