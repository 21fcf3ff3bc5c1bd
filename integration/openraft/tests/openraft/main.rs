//! openraft as it is published, on seedbed: its own suites, clusters under faults, and planted bugs that must be found.

mod clients;
mod cluster;
mod clusters;
mod found;
mod history;
mod ledger;
mod network;
mod planted;
mod seeds;
mod storage;
mod store;
mod suite;
mod trouble;
mod types;
mod wire;
