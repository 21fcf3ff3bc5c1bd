//! memberlist-core as it is published, on seedbed: clusters under faults, planted bugs that must be found, and real ones.
//!
//! On Linux alone, where an executable can take the place of the C library.
#![cfg(target_os = "linux")]

mod cluster;
mod events;
mod found;
mod machine;
mod planted;
mod seeds;
mod transport;
