//! Where runs meet test harnesses: the attribute's function, snapshots, and strategies. One feature gate a file, here only.

mod attribute;
mod listing;
#[cfg(feature = "insta")]
mod insta;
#[cfg(feature = "proptest")]
mod proptest;
#[cfg(not(feature = "proptest"))]
mod no_arguments;

pub use attribute::{TestSettings, run_test};
#[cfg(feature = "insta")]
pub use insta::TraceText;
pub use listing::{bytes_of, keep};
#[cfg(feature = "proptest")]
pub use proptest::{ScheduledTree, WithSchedule, any_sim, run_test_with, sim_with, with_schedule};
