//! Behaviour, by promise: what holds for a program that a run plays, and what happens when it is abused.

mod support;

mod cancellation;
mod examples;
mod verdicts;
