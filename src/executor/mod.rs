//! Simulated executors: pools of threads and of processes whose jobs run on stacks of their own, on the virtual clock.
//!
//! Read `workers` (who starts when), then `job` (what one job goes through), then `stack` and `blocking` (how it leaves
//! its stack and comes back).

mod error;
#[allow(unsafe_code, reason = "the way out of a coroutine: see the file")]
mod stack;
pub mod blocking;
mod workers;
mod shutdown;
mod job;
mod default_executor;
mod submit;
mod thread_pool;
mod process_pool;
mod run_in_executor;

pub use default_executor::shutdown_default_executor;
pub use error::{BrokenProcessPool, ExecutorError, JobError, ProcessError, ZeroWorkers};
pub use process_pool::ProcessPool;
pub use run_in_executor::{run_in_executor, run_in_executor_fallible, to_thread};
pub use shutdown::Shutdown;
pub use thread_pool::ThreadPool;

pub(crate) use default_executor::{close_default, shut_down_default};
pub(crate) use run_in_executor::run_on;
