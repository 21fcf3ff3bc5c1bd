//! Where runs meet test harnesses: the attribute's function, snapshots, and strategies. One feature gate a file, here only.

mod attribute;
#[cfg(feature = "insta")]
mod insta;
#[cfg(feature = "proptest")]
mod proptest;

pub use attribute::{TestSettings, run_test};
#[cfg(feature = "insta")]
pub use insta::TraceText;
#[cfg(feature = "proptest")]
pub use proptest::{ScheduledTree, WithSchedule, any_sim, sim_with, with_schedule};
