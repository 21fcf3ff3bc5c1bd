//! What a node tells whoever observes it.

use std::io;

use foca::{Error, OwnedNotification};

/// Something that happened at a node.
#[derive(Debug)]
pub enum Event<T> {
    /// foca told of something.
    Notified(OwnedNotification<T>),
    /// foca did not accept a datagram or a timer. [`Error::NotConnected`] and [`Error::IncompleteProbeCycle`] mean that a timer was not handled as it
    /// should be.
    Refused(Error),
    /// A datagram could not be sent.
    Unsent {
        /// To whom.
        to: T,
        /// Why.
        error: io::Error,
    },
}
