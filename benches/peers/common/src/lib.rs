//! What every peer's binary shares: the bodies of the workloads, the command line, the line of JSON.
//!
//! The bodies are macros and not generic functions, so that a peer may ask for `Send` or not, as its own API does, and so that
//! every peer compiles the same text. A peer has a module `rt` with
//!
//! ```text
//! type Cx: Clone                                               // what its API wants handed around
//! fn run(seed, FnOnce(Cx) -> Future<Output = u64>) -> u64      // one whole simulation
//! fn run_many(n, Fn(Cx, u64) -> Future<Output = u64>) -> u64   // n of them, each with a seed of its own; the sum of their outputs
//! fn spawn(&Cx, FnOnce(Cx) -> Future<Output = T>) -> impl Future                    // its join handle
//! fn joined(<output of that future>) -> T
//! fn detach(<its join handle>)
//! fn yield_now(&Cx) -> impl Future
//! fn channel() -> (Tx, Rx)                                     // bounded, 16 places
//! fn send(&mut Tx, u64) -> impl Future
//! fn recv(&mut Rx) -> impl Future<Output = Option<u64>>
//! fn sleep(&Cx, ms) -> impl Future                             // if it has a clock
//! fn timeout(&Cx, ms, Future) -> impl Future                   // if it has a clock
//! fn in_time(<output of that future>) -> bool
//! ```
//!
//! These hand back the peer's own futures, not an `async fn` around them: one more state machine for each operation would be the
//! harness's cost, not the peer's.

mod command;
mod core_workloads;
mod memory;
mod rng;
mod timer_workloads;
mod untimed_scale;
mod yield_now;

pub use command::{asked, report, unsupported, Asked};
pub use memory::{note_before, note_idle};
pub use rng::Rng;
pub use yield_now::{yield_now, YieldNow};
