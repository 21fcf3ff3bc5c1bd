//! How segments of streams travel: in order, each with a latency, held back where the way is cut, and sent again where one is lost.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;

use super::reach::{cancel, later, wake};
use super::state::{Connection, ConnectionId, HostId, Net, Route, Segment};
use crate::kernel::Kernel;
use crate::trace::Event;

const MILLI: u64 = 1_000_000;

/// After so long a segment that was lost is sent again, and after twice as long the next time (RFC 6298 doubles; 200 ms is the least
/// that Linux waits).
const RETRANSMISSION: u64 = 200 * MILLI;

/// So long segments are held back before the connection is given up: what the 15 retransmissions of Linux come to (tcp_retries2).
const PATIENCE: u64 = 924_600 * MILLI;

/// How much later a segment arrives that was lost so often in a row.
pub(super) fn delay_of(lost: u32, first: u64) -> u64 {
    first.saturating_mul((1 << lost.min(16)) - 1)
}

impl Net {
    /// Sends a segment from one end of a connection to the other.
    pub(super) fn transmit(&mut self, kernel: &mut Kernel, id: ConnectionId, side: usize, segment: Segment) {
        let Some(connection) = self.connections.get(&id) else { return };
        let (route, flow) = (connection.route(side), connection.ends[side].flow);
        let path = Arc::clone(&connection.ends[side].path);
        match &segment {
            Segment::Data(bytes) => {
                let (who, bytes) = (kernel.actor(), u32::try_from(bytes.len()).unwrap_or(u32::MAX));
                kernel.emit(Event::Sent { who, on: flow, bytes });
            }
            Segment::End => Self::tell_connection(kernel, flow, "shut"),
            Segment::Accepted | Segment::Reset => {}
        }
        let fate = self.fate_of_segment(kernel, route, &path);
        if fate.reset {
            self.break_in_two(kernel, id, side);
        } else if self.is_cut(route, kernel.now) || self.is_waiting(id, side) {
            self.hold_back(kernel, id, side, segment, false);
        } else {
            let delay = fate.takes.saturating_add(delay_of(fate.lost, RETRANSMISSION));
            self.launch(kernel, id, side, segment, delay);
        }
    }

    /// Whether earlier segments of this way wait already.
    fn is_waiting(&self, id: ConnectionId, side: usize) -> bool {
        self.connections.get(&id).is_some_and(|connection| !connection.ends[side].held_back.is_empty())
    }

    /// A segment that will arrive, behind all that are on their way.
    fn launch(&mut self, kernel: &mut Kernel, id: ConnectionId, side: usize, segment: Segment, delay: u64) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let end = &mut connection.ends[side];
        let arrival = kernel.now.saturating_add(delay).max(end.last_arrival);
        end.last_arrival = arrival;
        end.in_flight.push_back(segment);
        later(kernel, arrival - kernel.now, move |net, kernel| net.arrive(kernel, id, side));
    }

    /// Tells the other end that there is no such connection, unless the way is cut. Nothing strikes that.
    pub(super) fn send_reset(&mut self, kernel: &mut Kernel, id: ConnectionId, side: usize) {
        let Some(connection) = self.connections.get(&id) else { return };
        let (route, flow) = (connection.route(side), connection.ends[side].flow);
        if self.is_cut(route, kernel.now) {
            return Self::tell_undelivered(kernel, flow, "a reset, and the link is cut");
        }
        let (least, _) = self.latency(route);
        self.launch(kernel, id, side, Segment::Reset, least);
    }

    /// Something between the hosts resets a connection: the sender learns of it now, the other end a latency later.
    fn break_in_two(&mut self, kernel: &mut Kernel, id: ConnectionId, side: usize) {
        self.send_reset(kernel, id, side);
        self.fail_end(kernel, id, side, ErrorKind::ConnectionReset);
    }

    /// Keeps a segment until the way is open again.
    fn hold_back(&mut self, kernel: &mut Kernel, id: ConnectionId, side: usize, segment: Segment, is_down: bool) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let end = &mut connection.ends[side];
        let (flow, is_first) = (end.flow, end.patience.is_none());
        let why = if is_down { "held back: the host is down" } else { "held back: the link is cut" };
        end.held_back.push_back(segment);
        if is_first {
            end.patience = later(kernel, PATIENCE, move |net, kernel| {
                if let Some(connection) = net.connections.get_mut(&id) {
                    connection.ends[side].patience = None;
                }
                net.fail_end(kernel, id, side, ErrorKind::TimedOut);
                net.forget_if_over(kernel, id);
            });
        }
        Self::tell_undelivered(kernel, flow, why);
    }

    /// The next segment of a way has arrived.
    fn arrive(&mut self, kernel: &mut Kernel, id: ConnectionId, side: usize) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let Some(segment) = connection.ends[side].in_flight.pop_front() else { return };
        let (_, to) = connection.route(side);
        if !self.host(to).up {
            if !matches!(segment, Segment::Reset) {
                self.hold_back(kernel, id, side, segment, true);
            }
            return;
        }
        self.take_in(kernel, id, side, segment);
        self.forget_if_over(kernel, id);
    }

    /// Gives a segment to the other end.
    fn take_in(&mut self, kernel: &mut Kernel, id: ConnectionId, side: usize, segment: Segment) {
        let other = 1 - side;
        let Some(connection) = self.connections.get(&id) else { return };
        let flow = connection.ends[side].flow;
        let is_alive = self.is_alive(&connection.ends[other]);
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let end = &mut connection.ends[other];
        match segment {
            Segment::Reset if is_alive => return self.fail_end(kernel, id, other, ErrorKind::ConnectionReset),
            Segment::Reset => return,
            // What an end that is gone is told by whoever closed in good order needs no answer.
            Segment::End if !is_alive => return,
            _ if !is_alive => return self.send_reset(kernel, id, other),
            _ if end.error.is_some() => return,
            Segment::Data(bytes) => {
                let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                end.received.extend(bytes);
                kernel.emit(Event::Delivered { on: flow, bytes: length });
            }
            Segment::End => {
                end.ended = true;
                Self::tell_connection(kernel, flow, "ended");
            }
            Segment::Accepted => {
                connection.established = true;
                let deadline = connection.deadline.take();
                cancel(kernel, deadline);
                Self::tell_connection(kernel, flow, "established");
            }
        }
        let reader = self.connections.get_mut(&id).and_then(|connection| connection.ends[other].reader.take());
        wake(kernel, reader);
    }

    /// One end learns that the connection is broken: whoever waits there goes on, and what it had to send is forgotten.
    pub(super) fn fail_end(&mut self, kernel: &mut Kernel, id: ConnectionId, side: usize, error: ErrorKind) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let deadline = if side == 0 { connection.deadline.take() } else { None };
        let end = &mut connection.ends[side];
        if end.error.is_some() {
            return;
        }
        end.error = Some(error);
        end.received.clear();
        end.held_back.clear();
        let (reader, writer, patience, flow) = (end.reader.take(), end.writer.take(), end.patience.take(), end.flow);
        let how = match error {
            ErrorKind::TimedOut => "timed out",
            ErrorKind::ConnectionRefused => "refused",
            _ => "reset",
        };
        Self::tell_connection(kernel, flow, how);
        cancel(kernel, patience);
        cancel(kernel, deadline);
        wake(kernel, reader);
        wake(kernel, writer);
    }

    /// A handle of an end is dropped.
    pub(super) fn close(&mut self, kernel: &mut Kernel, id: ConnectionId, side: usize) {
        let Some(connection) = self.connections.get(&id) else { return };
        let was_alive = self.is_alive(&connection.ends[side]);
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let is_made = connection.established || side == 1;
        let deadline = if side == 0 { connection.deadline.take() } else { None };
        let end = &mut connection.ends[side];
        end.held = false;
        (end.reader, end.writer) = (None, None);
        let (broken, unread, shut) = (end.error.is_some(), !end.received.is_empty(), end.shut);
        cancel(kernel, deadline);
        if was_alive && !broken {
            // What was sent and never read is lost, and the other end is told so (RFC 9293, section 3.6.1).
            if unread || !is_made {
                self.send_reset(kernel, id, side);
            } else if !shut {
                connection.ends[side].shut = true;
                self.transmit(kernel, id, side, Segment::End);
            }
        }
        self.forget_if_over(kernel, id);
    }

    /// Bytes were read at one end: after a latency, a writer at the other end that waits for room goes on.
    pub(super) fn make_room(&mut self, kernel: &mut Kernel, id: ConnectionId, reader: usize, bytes: usize) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let route = connection.route(reader);
        let end = &mut connection.ends[1 - reader];
        end.unread = end.unread.saturating_sub(bytes);
        if end.writer.is_some() && !self.is_cut(route, kernel.now) {
            let (least, _) = self.latency(route);
            later(kernel, least, move |net, kernel| {
                let connection = net.connections.get_mut(&id);
                let writer = connection.and_then(|connection| connection.ends[1 - reader].writer.take());
                wake(kernel, writer);
            });
        }
    }

    /// Sends what was held back on the ways from one host to another, if nothing holds it any more.
    pub(super) fn flush(&mut self, kernel: &mut Kernel, route: Route) {
        if self.is_cut(route, kernel.now) {
            return;
        }
        let (least, _) = self.latency(route);
        let ids: Vec<ConnectionId> = self.connections.keys().copied().collect();
        for (id, side) in ids.into_iter().flat_map(|id| [(id, 0), (id, 1)]) {
            let Some(connection) = self.connections.get_mut(&id).filter(|other| other.route(side) == route) else {
                continue;
            };
            // Room that was made while the way was cut is learnt of now.
            let writer = connection.ends[1 - side].writer.take();
            let end = &mut connection.ends[side];
            let (patience, waiting) = (end.patience.take(), std::mem::take(&mut end.held_back));
            cancel(kernel, patience);
            wake(kernel, writer);
            for segment in waiting {
                self.launch(kernel, id, side, segment, least);
            }
        }
    }

    /// As [`flush`](Self::flush), for every way from a host and to it.
    pub(super) fn flush_host(&mut self, kernel: &mut Kernel, host: HostId) {
        let count = u32::try_from(self.hosts.len()).unwrap_or(u32::MAX);
        for other in (0..count).map(HostId).filter(|other| *other != host) {
            self.flush(kernel, (host, other));
            self.flush(kernel, (other, host));
        }
        self.flush(kernel, (host, host));
    }

    /// Forgets a connection of which nobody holds an end and nothing is on its way.
    pub(super) fn forget_if_over(&mut self, kernel: &mut Kernel, id: ConnectionId) {
        let over = |connection: &Connection| {
            connection.ends.iter().all(|end| !end.held && end.in_flight.is_empty() && end.held_back.is_empty())
        };
        if self.connections.get(&id).is_some_and(over)
            && let Some(connection) = self.connections.remove(&id)
        {
            cancel(kernel, connection.deadline);
            connection.ends.into_iter().for_each(|end| cancel(kernel, end.patience));
        }
    }

    /// Where the other end of a connection is, for words.
    pub(super) fn peer(&self, id: ConnectionId, side: usize) -> Option<SocketAddr> {
        self.connections.get(&id).map(|connection| connection.ends[1 - side].at)
    }
}
