//! `cargo seedbed`: hunts, replays, shows and compares the runs of seedbed tests.
//!
//! The program knows the library by its formats alone: the link section that `#[seedbed::test]` writes ([`section`]), the variable that asks a
//! test for a job and the records that it answers with ([`record`], [`worker`]).

pub mod status;
pub mod terminal;
pub mod pager;
pub mod record;
pub mod section;
pub mod cargo;
pub mod signal;
pub mod project;
pub mod worker;
pub mod shard;
pub mod hunt;
pub mod select;
pub mod show;
pub mod commands;
