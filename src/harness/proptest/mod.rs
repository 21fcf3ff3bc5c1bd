//! Runs as values of proptest strategies, which shrink to few departures.
//!
//! [`any_sim`] and [`sim_with`] give a run to a test, beside whatever other inputs it has; [`with_schedule`] gives inputs and run as one value,
//! so that they shrink together: where both matter, that leaves the smaller counterexample.
//!
//! A case that fails is run again with departures left out and lowered, as [`explore::shrink`](fn@crate::explore::shrink) does it, which
//! takes some dozen runs of `max_shrink_iters`. proptest's own regression file keeps the case as a seed, and shrinks it anew each time;
//! it has its configuration from proptest alone.
//!
//! Where proptest does not make the run in this process, in its `fork` and `timeout` modes and with a `result_cache`, there is nothing to
//! learn from it: such a case is reported as it was drawn.

mod inputs;
mod drawn;
mod others;
mod tree;
mod strategies;
mod case;
mod arguments;

pub use case::run_test_with;
pub use strategies::{WithSchedule, any_sim, sim_with, with_schedule};
pub use tree::ScheduledTree;
