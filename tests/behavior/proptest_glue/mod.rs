//! Runs as values of proptest strategies, by promise.

mod deposits;
mod programs;

mod protocol;
mod smallest;
