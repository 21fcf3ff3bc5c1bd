//! seedbed as the runtime of [openraft](https://docs.rs/openraft): its clusters run on the virtual clock, in an order that a seed decides.
//!
//! ```
//! use openraft_rt::{AsyncRuntime, Instant};
//! use seedbed::Sim;
//! use seedbed_openraft::SeedbedRuntime as Rt;
//! use std::time::Duration;
//!
//! let report = Sim::new(42).run(async {
//!     let before = <Rt as AsyncRuntime>::Instant::now();
//!     let vote = Rt::spawn(async { Rt::sleep(Duration::from_secs(3600)).await });
//!     vote.await.unwrap();
//!     before.elapsed()
//! });
//! assert_eq!(report.unwrap(), Duration::from_secs(3600));
//! ```
//!
//! Tasks, clock, timers, randomness, channels and locks are seedbed's, so that all that openraft waits for stands in the trace and in a
//! report of a deadlock. openraft must be built with its feature `single-threaded`: simulated tasks share one thread and need not be `Send`.

mod block_on;
mod instant;
mod mpsc;
mod mutex;
mod oneshot;
mod runtime;
mod watch;

pub use block_on::with_sims;
pub use instant::SimInstant;
pub use mpsc::{Channel, Receiver, Sender, WeakSender};
pub use mutex::{Guard, Mutex};
pub use oneshot::{Once, OnceReceiver, OnceSender};
pub use runtime::SeedbedRuntime;
pub use watch::{Watch, WatchReceiver, WatchSender};
