//! Where runs meet test harnesses: the attribute's function, and snapshots. One feature gate a file, here only.

mod attribute;
#[cfg(feature = "insta")]
mod insta;

pub use attribute::{TestSettings, run_test};
#[cfg(feature = "insta")]
pub use insta::TraceText;
