//! Tasks and promises: spawning, naming, awaiting and cancelling them.

#[allow(unsafe_code, reason = "pinning a coroutine in the one allocation of its task: see the file")]
mod cell;
mod error;
mod future_ref;
mod awaiting;
mod join;
mod promise;
mod handle;
mod spawn;
mod current;
mod yield_now;
mod waiter;
mod frame;
mod cancel;
mod target;

pub use cancel::{CatchCancel, Resume, catch_cancel};
pub use current::{all_tasks, current_task};
pub use error::{InvalidState, TaskError};
pub use future_ref::{CallbackId, FutureRef, LoopClosed};
pub use handle::{Task, TaskRef};
pub use join::Join;
pub use promise::Promise;
pub use spawn::{Builder, spawn, spawn_fallible};
pub use target::{RunTarget, Target};
pub use yield_now::{YieldNow, yield_now};

pub use crate::kernel::{Cancelled, PanicReport};

pub(crate) use awaiting::Awaiting;
pub(crate) use current::tasks_of;
pub(crate) use frame::Frame;
pub(crate) use join::{clone_value, take_value};
pub(crate) use waiter::Waiter;
