//! Behaviour, by promise: what holds for a program that a run plays, and what happens when it is abused.

mod support;

mod attribute;
mod cancellation;
#[cfg(feature = "tracing")]
mod captured;
mod choices;
mod examples;
mod executors;
mod foreign;
mod leaks;
mod loops;
mod processes;
mod select;
mod stuck;
mod sync;
mod timers;
mod verdicts;
mod wakers;
