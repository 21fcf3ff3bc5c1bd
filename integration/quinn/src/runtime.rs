//! The runtime: quinn's tasks, timers and clock on the current run.

use std::io::{Error, ErrorKind, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use quinn::{AsyncTimer, AsyncUdpSocket, Runtime};
use seedbed::task::Builder;
use seedbed::time::Sleep;

use crate::clock;

/// The runtime to be given to [`quinn::Endpoint::new_with_abstract_socket`].
///
/// What quinn spawns becomes a task of the loop, as a child of the task that runs, on its host: when the host is killed, so is the driver of
/// its endpoint. After the loop was closed, futures are dropped.
#[derive(Clone, Copy, Debug, Default)]
pub struct SeedbedRuntime;

impl Runtime for SeedbedRuntime {
    fn new_timer(&self, at: Instant) -> Pin<Box<dyn AsyncTimer>> {
        Box::pin(Timer::until(at))
    }

    #[track_caller]
    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) {
        // Without its handle a task runs on.
        drop(Builder::new().spawn(future));
    }

    /// Sockets of the operating system reach no simulated host.
    ///
    /// # Errors
    ///
    /// Always: `Unsupported`.
    fn wrap_udp_socket(&self, _: std::net::UdpSocket) -> Result<Arc<dyn AsyncUdpSocket>> {
        let message = "a socket of the operating system reaches no simulated host: give a seedbed_quinn::UdpSocket to \
                       Endpoint::new_with_abstract_socket or Endpoint::rebind_abstract";
        Err(Error::new(ErrorKind::Unsupported, message))
    }

    fn now(&self) -> Instant {
        clock::now()
    }
}

/// A timer of quinn's: a sleep in virtual time.
#[derive(Debug)]
pub struct Timer(Sleep);

impl Timer {
    fn until(at: Instant) -> Self {
        Self(seedbed::sleep_until(clock::virtual_of(at)))
    }
}

impl AsyncTimer for Timer {
    fn reset(mut self: Pin<&mut Self>, at: Instant) {
        *self = Self::until(at);
    }

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx)
    }
}

#[allow(clippy::disallowed_types, reason = "quinn's word for an instant")]
type Instant = std::time::Instant;
