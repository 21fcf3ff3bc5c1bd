//! Behaviour, by promise: what holds for a program that a run plays, and what happens when it is abused.
#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]
#![allow(
    clippy::unit_arg,
    clippy::async_yields_async,
    clippy::disallowed_macros,
    clippy::redundant_async_block,
    clippy::waker_clone_wake,
    let_underscore_drop,
    reason = "odd code is what is tested"
)]

mod support;

mod attribute;
mod cancellation;
#[cfg(feature = "tracing")]
mod captured;
mod choices;
mod depth;
mod examples;
mod exhaustive;
mod faults;
mod executors;
mod foreign;
mod leaks;
mod loops;
mod misuse;
mod net;
mod policies;
mod processes;
#[cfg(feature = "proptest")]
mod proptest_glue;
mod renewal;
mod select;
mod shrinking;
#[cfg(feature = "proptest")]
mod sleepers;
mod stuck;
mod sync;
mod timers;
mod verdicts;
mod wakers;
