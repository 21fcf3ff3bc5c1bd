//! Policies: rules that propose which ready task runs next.

pub mod fifo;
pub mod policy;
pub mod random;

pub use fifo::Fifo;
pub use policy::{Policy, Ready, UnknownPolicy, by_name};
pub use random::Random;
