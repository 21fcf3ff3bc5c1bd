//! openraft as it is published, on seedbed: its own suites, clusters under faults, and planted bugs that must be found.

mod cluster;
mod clusters;
mod history;
mod network;
mod planted;
mod seeds;
mod storage;
mod store;
mod suite;
mod types;
