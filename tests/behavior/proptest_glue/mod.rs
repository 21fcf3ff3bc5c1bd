//! Runs as values of proptest strategies, by promise.

mod programs;

mod protocol;
mod smallest;
