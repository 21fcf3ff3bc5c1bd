//! Tasks and promises: spawning, naming, awaiting and cancelling them.

#[allow(unsafe_code, reason = "pinning a coroutine in the one allocation of its task: see the file")]
mod cell;
mod error;
mod future_ref;
mod awaiting;
mod promise;
mod handle;
mod spawn;
mod current;
mod yield_now;
mod waiter;
mod frame;
mod cancel;

pub use cancel::{CatchCancel, Resume, catch_cancel};
pub use current::{all_tasks, current_task};
pub use error::{InvalidState, TaskError};
pub use future_ref::{CallbackId, FutureRef, LoopClosed};
pub use handle::{Join, Task, TaskRef};
pub use promise::Promise;
pub use spawn::{Builder, spawn, spawn_fallible};
pub use yield_now::{YieldNow, yield_now};

pub use crate::kernel::{Cancelled, PanicReport};

pub(crate) use awaiting::{Awaiting, cancelled_of, read_error};
pub(crate) use cell::{PromiseCell, Slot};
pub(crate) use current::tasks_of;
pub(crate) use frame::Frame;
pub(crate) use waiter::{Waiter, running_loop};
pub(crate) use handle::{clone_value, peek_at, take_value};
