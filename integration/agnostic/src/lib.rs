//! seedbed as a runtime of [agnostic-lite](https://docs.rs/agnostic-lite): crates that take any `RuntimeLite` run on the virtual clock, in an
//! order that a seed decides.
//!
//! ```
//! use agnostic_lite::{AfterHandle, RuntimeLite, time::Instant};
//! use seedbed::Sim;
//! use seedbed_agnostic::SeedbedRuntime;
//! use std::time::Duration;
//!
//! // As a crate has it that does not know on what it runs.
//! async fn an_hour<R: RuntimeLite>() -> Duration {
//!     let start = R::now();
//!     let alarm = R::spawn_after(Duration::from_secs(7200), async { "too late" });
//!     R::spawn(R::sleep(Duration::from_secs(3600))).await.ok();
//!     alarm.abort();
//!     start.elapsed()
//! }
//!
//! let report = Sim::new(42).run(an_hour::<SeedbedRuntime>());
//! assert_eq!(report.unwrap(), Duration::from_secs(3600));
//! ```
//!
//! # What is mapped to what
//!
//! The trait leaves much open, and its documentation says that runtimes differ. Here everything is as agnostic-lite has it for tokio, except
//! that a timer that is [reset](After) is:
//!
//! | | here |
//! |---|---|
//! | `spawn`, `spawn_local` | a task of the loop, child of the one that runs, on its host. Its handle may be dropped: it runs on |
//! | `abort` | the task is cancelled where it waits, or never begins; one that has ended does not notice |
//! | a panic | an error for whoever awaits the handle; with nobody who does, it fails the run |
//! | `spawn_blocking` | a job of the loop's default executor: a simulated thread, on the same clock |
//! | `block_on` | waits in such a job; anywhere else it panics, as it does inside of tokio |
//! | `sleep`, `delay`, `timeout` | count from when they are made, not from the first poll; what is due already is ready at once |
//! | `interval` | first ticks after one period, `interval_at` at its start; ticks that were missed come at once, one after the other |
//! | [`SimInstant`] | virtual nanoseconds, exact; as a `std::time::Instant` it is so far from one origin |
//!
//! # Panics
//!
//! All of it belongs to one run, and panics outside it, or when it is moved to another thread.

mod after;
mod error;
mod instant;
mod interval;
mod runtime;
mod sleep;
mod spawner;
mod timeout;

pub use after::{After, AfterError};
pub use error::JoinError;
pub use instant::SimInstant;
pub use interval::Interval;
pub use runtime::SeedbedRuntime;
pub use sleep::Sleep;
pub use spawner::{JobHandle, JoinHandle, SimSpawner};
pub use timeout::Timeout;
