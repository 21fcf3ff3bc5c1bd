//! memberlist-core as it is published, on seedbed: clusters under faults, planted bugs that must be found, and real ones.

mod cluster;
mod events;
mod found;
mod machine;
mod planted;
mod seeds;
mod transport;
