//! The commands, one file each.

mod finding;
mod values;
pub mod list;
pub mod hunt;
pub mod merge;
pub mod replay;
pub mod shrink;
pub mod explain;
pub mod show;
pub mod diff;
pub mod review;
pub mod completions;
pub mod man;
mod line;

pub use line::{CommandLine, main};
