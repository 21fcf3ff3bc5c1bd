//! Futures of other libraries, unchanged, on the loop: each test would fail if a wake, a timer or a cancellation went astray.

mod cancelling;
mod combinators;
mod failing;
mod smol;
mod tokio_sync;
mod trees;
