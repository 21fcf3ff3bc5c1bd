//! `seedbed` runs async Rust on a virtual clock, on one thread, in an order that a seed decides: a test bed for code
//! whose bugs hide in time and order.
//!
//! ```
//! use seedbed::{Sim, note, sleep, spawn};
//! use std::time::Duration;
//!
//! let report = Sim::new(42).run(async {
//!     let baker = spawn(async {
//!         sleep(Duration::from_secs(2 * 3600)).await;
//!         note!("bread is ready");
//!         "bread"
//!     });
//!     baker.await.unwrap()
//! });
//! assert_eq!(report.end.to_string(), "7200.000"); // two virtual hours
//! assert!(report.trace.summary().contains("main/1  note    bread is ready"));
//! assert_eq!(report.unwrap(), "bread");
//! ```
//!
//! # Map
//!
//! - [`Sim`] configures and starts a run; [`Report`] and [`Failure`] say what it came to. [`macro@test`] makes a test of it.
//! - [`task`]: [`spawn`], [`Task`], [`Promise`], [`catch_cancel`]. [`time`]: [`sleep()`], [`timeout`], [`interval`], [`advance`].
//! - [`combine`]: [`gather`], [`wait`](fn@wait), [`as_completed`], [`wait_for`], [`shield`], [`TaskGroup`].
//! - [`sync`]: locks, events, conditions, semaphores, barriers, queues. [`executor`]: simulated threads and processes.
//! - [`EventLoop`], [`run`](fn@run) and [`Runner`]: the loop by hand, in a [`Sim::drive`].
//! - [`trace`]: what happened. [`assert_trace!`] keeps it as a snapshot; [`note!`] writes into it.
//! - [`hunt`]: many orders of one test, from [`check`](fn@check), [`Hunt`] or [`macro@test`]; [`explore`]: its parts as values, and [`exhaust`].
//! - [`choice`] and [`policy`]: what decides the order. [`select!`](macro@select) and [`rng`] are choices too.
//!
//! Names and rules are those of Python's asyncio (CPython 3.13), down to the number of passes of the loop that
//! every operation takes. Searching this documentation for an asyncio or tokio name finds its counterpart.
//!
//! # Determinism
//!
//! The same build with the same seed, policy and departures gives the same run, byte for byte: on any machine, thread and
//! process, in debug and release. [`Report::digest`] is a fingerprint to compare runs by. This holds as long as the
//! program takes nothing from outside: the wall clock, threads of the operating system, the order of a `HashMap`,
//! `tokio::select!`. `docs/determinism.md` in the repository lists what leaks, and the cures.
//!
//! # Limitations
//!
//! No real input or output, no interception of the standard library, one thread a run, 64-bit targets. A hunt samples orders: that all
//! its runs pass proves nothing of the others. Small programs can be searched exhaustively.
//!
//! # Sources
//!
//! Python's asyncio documentation and `Lib/asyncio` of CPython 3.13; the inversion table (Lehmer code) for recording
//! orders; ChaCha8 for all draws; for the policies Burckhardt et al. (PCT, ASPLOS 2010), Yuan et al. (POS, CAV 2018), Zhao et al. (URW, ASPLOS
//! 2025), Emmi et al. (delay bounding, POPL 2011); for shrinking Zeller and Hildebrandt (delta debugging, TSE 2002).

#![forbid(clippy::mem_forget)]

pub mod seed;
pub mod ident;
pub mod instant;
pub mod choice;
pub mod trace;
pub mod policy;
mod kernel;
mod context;
pub mod task;
pub mod time;
pub mod sync;
pub mod combine;
pub mod executor;
pub mod event_loop;
pub mod rand;
pub mod fault;
mod note;
mod branch;
mod captured;
pub mod net;
pub mod sim;
pub mod explore;
pub mod hunt;
pub mod harness;

pub use combine::{
    AsCompleted, Awaitable, EmptySet, GroupClosed, GroupError, Incident, IncidentKind, ReturnWhen, TaskGroup,
    TryGatherError, as_completed, gather, shield, try_gather, wait, wait_for,
};
pub use event_loop::{EventLoop, Handle, LoopError, Runner, run};
pub use executor::{
    BrokenProcessPool, ExecutorError, JobError, ProcessError, ProcessPool, Shutdown, ThreadPool, ZeroWorkers, blocking,
    run_in_executor, run_in_executor_fallible, shutdown_default_executor, to_thread,
};
pub use explore::exhaust;
#[cfg(feature = "proptest")]
pub use harness::{any_sim, sim_with, with_schedule};
pub use hunt::{CancelSweep, Fuzz, Hunt, HuntReport, PanicSweep, cancel_sweep, check, fuzz, panic_sweep};
pub use ident::{JobId, LoopId, ParseIdError, ResourceId, TaskId, WorkerId};
pub use instant::{Instant, ParseInstantError};
pub use kernel::{BlockedTask, Counts, LimitKind};
pub use rand::rng;
pub use seed::{ParseSeedError, Seed};
pub use sim::{Failure, FailureKind, Report, Sim};
pub use task::{
    FutureRef, InvalidState, Promise, Target, Task, TaskError, TaskRef, all_tasks, catch_cancel, current_task, spawn,
    spawn_fallible, yield_now,
};
pub use time::{
    Elapsed, RescheduleError, Timeout, TimeoutHandle, advance, interval, now, run_until_idle, sleep, sleep_until,
    timeout, timeout_at, wait_all_blocked,
};

/// # Examples
///
/// ```
/// use seedbed::{note, select, sleep, Sim};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     select! {
///         () = sleep(Duration::from_secs(2)) => "slow",
///         () = sleep(Duration::from_secs(1)) => "fast",
///     }
/// });
/// assert_eq!(report.unwrap(), "fast");
/// ```
pub use seedbed_macros::select;
/// # Examples
///
/// ```
/// use seedbed::{now, sleep};
/// use std::time::Duration;
///
/// #[seedbed::test]
/// async fn hours_pass_at_once() {
///     sleep(Duration::from_secs(3600)).await;
///     assert_eq!(now().to_string(), "3600.000");
/// }
///
/// #[seedbed::test(runs = 1_000, policy = "random", virtual_time = "1h")]
/// async fn may_fail() -> Result<(), std::num::ParseIntError> {
///     let _number: u32 = "12".parse()?;
///     Ok(())
/// }
///
/// # #[cfg(feature = "proptest")]
/// #[seedbed::test]
/// async fn any_sum_is_at_least_its_parts(#[strategy = 0..100_u32] one: u32, other: u8) {
///     assert!(one + u32::from(other) >= one);
/// }
/// # fn main() {}
/// ```
pub use seedbed_macros::test;

/// What macros expand to; not for use by hand, and free to change.
#[doc(hidden)]
pub mod __private {
    pub use crate::branch::first_branch;
    pub use crate::fault::{is_simulated, mark, odds, refuse, strikes};
    #[cfg(feature = "proptest")]
    pub use crate::harness::run_test_with;
    pub use crate::harness::{TestSettings, bytes_of, keep, run_test};
    pub use crate::hunt::TestPlace;
    pub use crate::note::note;
    #[cfg(feature = "insta")]
    pub use insta;
    pub use inventory;
    #[cfg(feature = "proptest")]
    pub use proptest;
}

/// The README's code, compiled and run with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[derive(Debug)]
pub struct ReadmeDoctests;
