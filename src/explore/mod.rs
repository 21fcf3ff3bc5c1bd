//! Many runs: of one program, under many schedules. Reads programs as values; what looks outside the process stands above.

mod program;
mod signature;
mod caught;
mod cut_short;
mod shrink;
pub mod explain;
mod exhaustive;
mod distinct;
mod sweep;
mod strikes;

pub use distinct::Distinct;
pub use exhaustive::{Exhausted, Exhaustive, FoundFailure, SearchEnd, exhaust};
pub(crate) use explain::Explained;
pub use explain::{ExplainLimits, ExplainProgress, ExplainStop, Explanation, explain};
pub(crate) use explain::{explain_run, tell};
pub use program::Program;
#[cfg(feature = "proptest")]
pub(crate) use shrink::Stepwise;
pub(crate) use shrink::check_minimal;
pub use shrink::{Nondeterminism, OtherFailure, ShrinkLimits, ShrinkProgress, ShrinkStop, Shrunk, shrink};
pub use signature::Signature;
pub(crate) use strikes::{POINTS_MAX, StrikePlan, strike_at};
pub use strikes::{Struck, StruckPoint, Tried};
pub use sweep::{SweepReport, Swept, sweep};
