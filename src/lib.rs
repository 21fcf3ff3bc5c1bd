//! seedbed runs async Rust on a virtual clock, in one thread, in an order that a seed decides.

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
mod note;
mod branch;
pub mod sim;
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
pub use ident::{JobId, LoopId, ParseIdError, ResourceId, TaskId, WorkerId};
pub use instant::{Instant, ParseInstantError};
pub use kernel::{BlockedTask, Counts, LimitKind};
pub use rand::rng;
pub use seed::{ParseSeedError, Seed};
pub use sim::{Failure, FailureKind, Report, Sim};
pub use task::{
    FutureRef, InvalidState, Promise, Task, TaskError, TaskRef, all_tasks, catch_cancel, current_task, spawn,
    spawn_fallible, yield_now,
};
pub use time::{
    Elapsed, Timeout, TimeoutHandle, advance, interval, now, run_until_idle, sleep, sleep_until, timeout, timeout_at,
    wait_all_blocked,
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
/// #[seedbed::test(seed = 7, policy = "random", virtual_time = "1h")]
/// async fn may_fail() -> Result<(), std::num::ParseIntError> {
///     let _number: u32 = "12".parse()?;
///     Ok(())
/// }
/// # fn main() {}
/// ```
pub use seedbed_macros::test;

/// What macros expand to; not for use by hand, and free to change.
#[doc(hidden)]
pub mod __private {
    pub use crate::branch::first_branch;
    pub use crate::harness::{TestSettings, run_test};
    #[cfg(feature = "insta")]
    pub use insta;
    pub use crate::note::note;
}
