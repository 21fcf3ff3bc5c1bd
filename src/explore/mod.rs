//! Many runs: of one program, under many schedules. Reads programs as values; what a test harness adds stands above.

mod program;
mod signature;

pub use program::Program;
pub use signature::Signature;
