//! What foca sees of the world: a socket, a queue of timers, and somebody to tell.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::fmt;
use std::net::SocketAddr;
use std::task::Waker;
use std::time::Duration;

use foca::{Identity, Notification, Runtime, Timer};
use seedbed::Instant;
use seedbed::net::Socket;

use crate::event::Event;

/// Where the node of an identity listens.
pub(crate) type Route<T> = Box<dyn Fn(&T) -> SocketAddr>;

/// A timer of foca's, in the order in which it is handled.
#[derive(PartialEq, Eq, Debug)]
struct Due<T: Identity> {
    at: Instant,
    event: Timer<T>,
    /// Timers of one kind and one instant go in the order in which they were set.
    number: u64,
}

impl<T: Identity> Ord for Due<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        // foca's order of timers says which of several that are late goes first.
        let by_time = self.at.cmp(&other.at).then_with(|| self.event.cmp(&other.event));
        by_time.then_with(|| self.number.cmp(&other.number))
    }
}

impl<T: Identity> PartialOrd for Due<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The [`Runtime`] of a node, for those who call foca themselves: see [`Node::with`](crate::Node::with).
pub struct Outside<T: Identity> {
    /// None once the node was stopped.
    pub(crate) socket: Option<Socket>,
    route: Route<T>,
    timers: BinaryHeap<Reverse<Due<T>>>,
    timers_set: u64,
    /// What is to be told once foca has come back.
    pub(crate) happened: Vec<Event<T>>,
    /// The task that keeps time, while it waits, and until when.
    pub(crate) sleeper: Option<(Option<Instant>, Waker)>,
}

impl<T: Identity> fmt::Debug for Outside<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outside").field("timers", &self.timers.len()).finish_non_exhaustive()
    }
}

impl<T: Identity> Outside<T> {
    pub(crate) fn new(socket: Socket, route: Route<T>) -> Self {
        let timers = BinaryHeap::new();
        Self { socket: Some(socket), route, timers, timers_set: 0, happened: Vec::new(), sleeper: None }
    }

    /// When the first timer is due.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.timers.peek().map(|Reverse(due)| due.at)
    }

    /// The first timer, if it is due.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<Timer<T>> {
        if self.next_deadline()? > now {
            return None;
        }
        self.timers.pop().map(|Reverse(due)| due.event)
    }

    /// Ends it: nothing is sent any more, and no timer comes due.
    pub(crate) fn end(&mut self) {
        self.socket = None;
        self.timers.clear();
        self.sleeper = None;
    }
}

impl<T: Identity> Runtime<T> for Outside<T> {
    fn notify(&mut self, notification: Notification<'_, T>) {
        self.happened.push(Event::Notified(notification.to_owned()));
    }

    fn send_to(&mut self, to: T, data: &[u8]) {
        let Some(socket) = &self.socket else { return };
        if let Err(error) = socket.try_send_to(data, (self.route)(&to)) {
            self.happened.push(Event::Unsent { to, error });
        }
    }

    fn submit_after(&mut self, event: Timer<T>, after: Duration) {
        if self.socket.is_none() {
            return;
        }
        let at = seedbed::now() + after;
        self.timers_set += 1;
        self.timers.push(Reverse(Due { at, event, number: self.timers_set }));
        if self.sleeper.as_ref().is_some_and(|(until, _)| until.is_none_or(|until| at < until))
            && let Some((_, waker)) = self.sleeper.take()
        {
            waker.wake();
        }
    }
}
