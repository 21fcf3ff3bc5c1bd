//! Policies: rules that propose which ready task runs next.

mod propose;
mod fifo;
mod random;
mod names;

pub use fifo::Fifo;
pub use names::{UnknownPolicy, by_name};
pub use propose::{Policy, Ready};
pub use random::Random;
