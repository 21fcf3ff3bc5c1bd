//! How connections are made: asked for, refused, accepted, or given up after a while.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::sync::Arc;

use super::carry::delay_of;
use super::reach::{cancel, later, new_resource, wake};
use super::state::{Connection, ConnectionId, End, HostId, Net, Segment};
use crate::kernel::Kernel;

const SECOND: u64 = 1_000_000_000;

/// After so long a host that did not answer is asked again, and after twice as long the next time (RFC 6298, section 2).
const FIRST_RETRY: u64 = SECOND;

/// So long a connection is tried to be made: the six retries of Linux come to that (tcp_syn_retries).
const PATIENCE: u64 = 127 * SECOND;

/// So many connections wait to be accepted; more find nobody (SOMAXCONN of BSD).
const BACKLOG_MAX: usize = 128;

impl Net {
    /// Begins to connect; the connection has an error, or is established, in the end.
    pub(super) fn connect(&mut self, kernel: &mut Kernel, to: SocketAddr) -> Result<ConnectionId> {
        let (host, boot) = self.living_here(kernel)?;
        let Some(other) = self.host_at(to.ip()) else {
            return Err(Error::new(ErrorKind::HostUnreachable, format!("no host has the address {}", to.ip())));
        };
        let own = self.host(host).ip;
        let is_taken = move |net: &Net, port: u16| net.has_port(host, port);
        let from = SocketAddr::new(own, self.free_port(host, &is_taken)?);
        let (spot, peer) = (self.spot(from), self.spot(to));
        let paths: [Arc<str>; 2] = [format!("{spot}→{peer}").into(), format!("{peer}→{spot}").into()];
        let [there, back] = paths.clone().map(|path| new_resource(kernel, "stream", &path));
        let [path, path_back] = paths;
        let ends =
            [End::new(host, boot, from, there, path), End::new(other, self.host(other).boot, to, back, path_back)];
        let id = self.next_number();
        let deadline = later(kernel, PATIENCE, move |net, kernel| net.give_up(kernel, id));
        let window = self.window;
        let mut connection = Connection { ends, established: false, deadline, window };
        connection.ends[0].held = true;
        self.connections.insert(id, connection);
        Self::tell_connection(kernel, there, "connect");
        self.try_to_connect(kernel, id, 0);
        Ok(id)
    }

    /// Whether a stream or a listener of the host has this port.
    pub(super) fn has_port(&self, host: HostId, port: u16) -> bool {
        let is_here = |connection: &Connection| {
            let end = &connection.ends[0];
            end.host == host && end.at.port() == port && end.held
        };
        self.listeners.contains_key(&(host, port)) || self.connections.values().any(is_here)
    }

    /// Nobody answered for too long.
    fn give_up(&mut self, kernel: &mut Kernel, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.deadline = None;
        }
        self.fail_end(kernel, id, 0, ErrorKind::TimedOut);
    }

    /// Asks the other host, for the n-th time.
    fn try_to_connect(&mut self, kernel: &mut Kernel, id: ConnectionId, tries: u32) {
        let Some(connection) = self.connections.get(&id) else { return };
        if connection.ends[0].error.is_some() || connection.established || connection.ends[1].held {
            return;
        }
        let (route, path) = (connection.route(0), Arc::clone(&connection.ends[0].path));
        let fate = self.fate_of_segment(kernel, route, &path);
        if fate.reset {
            return self.fail_end(kernel, id, 0, ErrorKind::ConnectionReset);
        }
        if self.is_cut(route, kernel.now) {
            return self.ask_again(kernel, id, tries, "nobody is asked: the link is cut");
        }
        let delay = fate.takes.saturating_add(delay_of(fate.lost, FIRST_RETRY));
        later(kernel, delay, move |net, kernel| net.is_asked(kernel, id, tries));
    }

    fn ask_again(&mut self, kernel: &mut Kernel, id: ConnectionId, tries: u32, why: &str) {
        let Some(connection) = self.connections.get(&id) else { return };
        Self::tell_undelivered(kernel, connection.ends[0].flow, why);
        let delay = FIRST_RETRY << tries.min(6);
        later(kernel, delay, move |net, kernel| net.try_to_connect(kernel, id, tries + 1));
    }

    /// The question has arrived.
    fn is_asked(&mut self, kernel: &mut Kernel, id: ConnectionId, tries: u32) {
        let Some(connection) = self.connections.get(&id) else { return };
        if connection.ends[0].error.is_some() || connection.ends[1].held {
            return;
        }
        let (back, at, host) = (connection.route(1), connection.ends[1].at, connection.ends[1].host);
        if !self.host(host).up {
            return self.ask_again(kernel, id, tries, "nobody is asked: the host is down");
        }
        if self.is_cut(back, kernel.now) {
            return self.ask_again(kernel, id, tries, "nobody can answer: the link back is cut");
        }
        let boot = self.host(host).boot;
        let Some(listening) = self.listeners.get_mut(&(host, at.port())) else {
            let (least, _) = self.latency(back);
            later(kernel, least, move |net, kernel| net.fail_end(kernel, id, 0, ErrorKind::ConnectionRefused));
            return;
        };
        if listening.backlog.len() >= BACKLOG_MAX {
            return self.ask_again(kernel, id, tries, "too many wait to be accepted");
        }
        listening.backlog.push_back(id);
        let acceptor = listening.acceptor.take();
        if let Some(connection) = self.connections.get_mut(&id) {
            (connection.ends[1].held, connection.ends[1].boot) = (true, boot);
        }
        wake(kernel, acceptor);
        self.transmit(kernel, id, 1, Segment::Accepted);
    }

    /// Takes the first of those that wait at a listener.
    pub(super) fn accept(&mut self, kernel: &mut Kernel, host: HostId, port: u16) -> Option<ConnectionId> {
        let id = self.listeners.get_mut(&(host, port))?.backlog.pop_front()?;
        let flow = self.connections.get(&id)?.ends[1].flow;
        Self::tell_connection(kernel, flow, "accept");
        Some(id)
    }

    /// A listener is dropped: those that wait there are reset.
    pub(super) fn stop_listening(&mut self, kernel: &mut Kernel, host: HostId, port: u16, handle: u32) {
        let place = (host, port);
        // The port may be another listener's by now: that of a later life of the host.
        if self.listeners.get(&place).is_none_or(|listening| listening.handle != handle) {
            return;
        }
        let Some(listening) = self.listeners.remove(&place) else { return };
        for id in listening.backlog {
            self.send_reset(kernel, id, 1);
            if let Some(connection) = self.connections.get_mut(&id) {
                connection.ends[1].held = false;
                let patience = connection.ends[1].patience.take();
                cancel(kernel, patience);
            }
            self.forget_if_over(kernel, id);
        }
    }
}
