//! How datagrams travel: each by itself, lost, doubled and overtaken as the seed says.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::sync::Arc;

use super::reach::{cancel, later, wake};
use super::state::{Datagram, HostId, Net, Overtaken, Route};
use crate::ident::ResourceId;
use crate::kernel::Kernel;
use crate::trace::Event;

/// The largest datagram: UDP over IPv4, 65,535 bytes less the two headers (RFC 768, RFC 791).
const BYTES_MAX: usize = 65_507;

/// So many bytes wait at a socket to be read; more are dropped (net.core.rmem_default of Linux).
const QUEUE_MAX: usize = 212_992;

/// A datagram that nobody overtakes goes on after this much longer, in nanoseconds.
const OVERTAKEN_FOR: u64 = 50_000_000;

impl Net {
    /// Sends a datagram on its way.
    pub(super) fn send_datagram(
        &mut self,
        kernel: &mut Kernel,
        host: HostId,
        from: SocketAddr,
        to: SocketAddr,
        bytes: &[u8],
    ) -> Result<()> {
        if bytes.len() > BYTES_MAX {
            let message = format!("a datagram of {} bytes is too long: send at most {BYTES_MAX}", bytes.len());
            return Err(Error::new(ErrorKind::InvalidInput, message));
        }
        let Some(other) = self.host_at(to.ip()) else {
            return Err(Error::new(ErrorKind::HostUnreachable, format!("no host has the address {}", to.ip())));
        };
        let flow = self.flow(kernel, from, to);
        let (who, length) = (kernel.actor(), u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        kernel.emit(Event::Sent { who, on: flow, bytes: length });
        let datagram = Datagram { from, to, flow, bytes: Arc::from(bytes) };
        let route = (host, other);
        let fate = self.fate_of_datagram(kernel, route);
        if self.is_cut(route, kernel.now) {
            Self::tell_undelivered(kernel, flow, "the link is cut");
            return Ok(());
        }
        if fate.lost > 0 {
            Self::tell_undelivered(kernel, flow, "lost");
            return Ok(());
        }
        if let Some(delay) = fate.again_after {
            let copy = datagram.clone();
            later(kernel, fate.takes.saturating_add(delay), move |net, kernel| net.pass(kernel, route, copy));
        }
        if fate.overtaken_by > 0 {
            self.set_aside(kernel, route, datagram, fate.overtaken_by, fate.takes);
        } else {
            later(kernel, fate.takes, move |net, kernel| net.pass(kernel, route, datagram));
        }
        Ok(())
    }

    /// What events call the datagrams from one address to another.
    fn flow(&mut self, kernel: &mut Kernel, from: SocketAddr, to: SocketAddr) -> ResourceId {
        if let Some(known) = self.flows.get(&(from, to)) {
            return *known;
        }
        let name = format!("{}→{}", self.spot(from), self.spot(to));
        let flow = self.resource(kernel, "datagrams", &name);
        self.flows.insert((from, to), flow);
        flow
    }

    /// Keeps a datagram until others have overtaken it, or a while has passed.
    fn set_aside(&mut self, kernel: &mut Kernel, route: Route, datagram: Datagram, left: u32, takes: u64) {
        let number = self.next_number();
        let timer = later(kernel, takes.saturating_add(OVERTAKEN_FOR), move |net, kernel| {
            let waiting = &mut net.link(route).overtaken;
            let place = waiting.iter().position(|overtaken| overtaken.number == number);
            if let Some(overtaken) = place.map(|place| waiting.remove(place)) {
                net.drop_off(kernel, overtaken.datagram);
            }
        });
        self.link(route).overtaken.push(Overtaken { left, number, datagram, timer });
    }

    /// A datagram has arrived; those that it was the last to overtake arrive behind it.
    fn pass(&mut self, kernel: &mut Kernel, route: Route, datagram: Datagram) {
        self.drop_off(kernel, datagram);
        let waiting = &mut self.link(route).overtaken;
        waiting.iter_mut().for_each(|overtaken| overtaken.left -= 1);
        let (through, still) = std::mem::take(waiting).into_iter().partition(|overtaken| overtaken.left == 0);
        *waiting = still;
        let through: Vec<Overtaken> = through;
        for overtaken in through {
            cancel(kernel, overtaken.timer);
            self.drop_off(kernel, overtaken.datagram);
        }
    }

    /// Puts a datagram into the queue of whoever is bound to its address.
    fn drop_off(&mut self, kernel: &mut Kernel, datagram: Datagram) {
        let flow = datagram.flow;
        let Some(host) = self.host_at(datagram.to.ip()) else { return };
        if !self.host(host).up {
            return Self::tell_undelivered(kernel, flow, "the host is down");
        }
        let Some(bound) = self.sockets.get_mut(&(host, datagram.to.port())) else {
            return Self::tell_undelivered(kernel, flow, "nobody is bound to that port");
        };
        if bound.peer.is_some_and(|peer| peer != datagram.from) {
            return Self::tell_undelivered(kernel, flow, "the socket hears its peer alone");
        }
        if bound.queued + datagram.bytes.len() > QUEUE_MAX {
            return Self::tell_undelivered(kernel, flow, "too much waits to be read");
        }
        let bytes = u32::try_from(datagram.bytes.len()).unwrap_or(u32::MAX);
        bound.queued += datagram.bytes.len();
        bound.queue.push_back(datagram);
        let reader = bound.reader.take();
        kernel.emit(Event::Delivered { on: flow, bytes });
        wake(kernel, reader);
    }

    /// A socket is dropped.
    pub(super) fn unbind(&mut self, host: HostId, port: u16, handle: u32) {
        let place = (host, port);
        // The port may be another socket's by now: that of a later life of the host.
        if self.sockets.get(&place).is_some_and(|bound| bound.handle == handle) {
            self.sockets.remove(&place);
        }
    }
}
