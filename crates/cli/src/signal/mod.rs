//! Signals: whether this process was asked to end, and how a worker is asked to.

mod interrupt;
#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

pub use interrupt::Interrupt;
#[cfg(not(unix))]
pub use other::ask_to_end;
#[cfg(unix)]
pub use unix::ask_to_end;
