//! The event loop as asyncio has it: `EventLoop`, its handles, `run` and `Runner`.

mod error;
mod handle;
#[allow(clippy::module_inception, reason = "the file of the type that gives the folder its name")]
mod event_loop;
mod executors;
mod runner;

pub use error::LoopError;
pub use event_loop::EventLoop;
pub use handle::Handle;
pub use runner::{Runner, run};

pub(crate) use runner::run_at;
