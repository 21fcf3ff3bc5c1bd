//! Exhaustive search, by promise.

mod programs;

mod counts;
mod failures;
mod limits;
mod pruned;
