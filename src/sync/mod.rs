//! Locks, events, conditions, semaphores, barriers and queues, with asyncio's order of wake-ups.
//!
//! Handles are cheap to clone, and all clones mean the same object. An object can be made anywhere, even before the run
//! begins; it belongs to the loop on which somebody first had to wait for it, and waiting for it on another one is an
//! error ([`OtherLoop`]), as in asyncio. The run in which it was made, or first used, is the only one it may be used in;
//! after that run it can still be looked at.
//!
//! Whoever waits may be cancelled, or lose a `select!`: its place in the line is given up at once, and a wake-up that
//! had reached it already is handed on to the next.
//!
//! An object that was given a name (`Lock::new().named("accounts")`) is called by it in traces and in the report of a
//! deadlock, which says who holds what. What happens to an object without a name is recorded only where somebody has to
//! wait for it.

mod resource;
mod line;
mod lock;
mod event;
mod condition_core;
mod condition_guard;
mod condition;
mod permits;
mod semaphore;
mod bounded_semaphore;
mod barrier;
mod queue_error;
mod queue_core;
mod queue;
mod lifo_queue;
mod priority_queue;
pub mod watch;

pub use barrier::{Barrier, BarrierError};
pub use bounded_semaphore::BoundedSemaphore;
pub use condition::Condition;
pub use condition_core::ConditionError;
pub use condition_guard::ConditionGuard;
pub use event::Event;
pub use lifo_queue::{LifoQueue, Newest};
pub use line::OtherLoop;
pub use lock::{Lock, LockGuard, NotAcquired};
pub use permits::{Permit, ReleasedTooOften};
pub use priority_queue::{PriorityQueue, Smallest};
pub use queue::{Oldest, OrderedQueue, Queue};
pub use queue_core::Store;
pub use queue_error::{GetError, GetNowaitError, PutError, PutNowaitError, TooManyDone};
pub use semaphore::Semaphore;
