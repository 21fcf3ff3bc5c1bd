//! Hosts, links, connections and queues: all that a network is, as data.

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;

use crate::ident::{LoopId, ResourceId, TaskId};
use crate::kernel::{Address, Key};

/// A host, by its place in the order in which hosts were first named.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct HostId(pub(super) u32);

/// The host of code that runs on no other.
pub(super) const MAIN: HostId = HostId(0);

/// A connection, by the order in which they were begun.
pub(super) type ConnectionId = u32;

/// From which host to which.
pub(super) type Route = (HostId, HostId);

/// The least and the longest latency, in nanoseconds.
pub(super) type Latency = (u64, u64);

/// Where dynamic ports begin (RFC 6335, section 6).
pub(super) const FIRST_DYNAMIC: u16 = 49_152;

/// The window of TCP without scaling (RFC 9293, section 3.1), and what a stream keeps by default.
const WINDOW: usize = 65_535;

const MILLI: u64 = 1_000_000;

/// A timer that may be taken back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timer {
    pub(super) loop_id: LoopId,
    pub(super) key: Key,
}

/// The program of a host, to be started anew.
pub(super) type Program = Rc<dyn Fn()>;

/// One host.
pub(super) struct HostState {
    pub(super) name: Arc<str>,
    pub(super) ip: IpAddr,
    /// False while it has no power.
    pub(super) up: bool,
    /// How often it was started; what an earlier life left means nothing to this one.
    pub(super) boot: u32,
    pub(super) program: Option<Program>,
    /// Until then a fault cuts it off, in virtual nanoseconds.
    pub(super) cut_off_until: u64,
    pub(super) next_port: u16,
    pub(super) resource: ResourceId,
}

/// The way from one host to another.
#[derive(Debug)]
pub(super) struct LinkState {
    /// `a→b`: the subject of choices about datagrams.
    pub(super) path: Arc<str>,
    /// None for that of the whole network.
    pub(super) latency: Option<Latency>,
    /// Cut by the program.
    pub(super) cut: bool,
    /// Datagrams that wait for others to overtake them.
    pub(super) overtaken: Vec<Overtaken>,
}

/// A datagram that some more must overtake.
#[derive(Debug)]
pub(super) struct Overtaken {
    pub(super) left: u32,
    pub(super) number: u32,
    pub(super) datagram: Datagram,
    /// When it goes on all the same.
    pub(super) timer: Option<Timer>,
}

/// One datagram on its way.
#[derive(Clone, Debug)]
pub(super) struct Datagram {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) flow: ResourceId,
    pub(super) bytes: Arc<[u8]>,
}

/// What travels along a stream.
#[derive(Debug)]
pub(super) enum Segment {
    /// The answer to whoever connects.
    Accepted,
    Data(Vec<u8>),
    /// Nothing more comes.
    End,
    Reset,
}

/// One end of a connection, and the way from it to the other end.
#[derive(Debug)]
pub(super) struct End {
    pub(super) host: HostId,
    /// The life of the host to which it belongs.
    pub(super) boot: u32,
    pub(super) at: SocketAddr,
    /// A handle of it exists, or it waits to be accepted.
    pub(super) held: bool,
    pub(super) error: Option<ErrorKind>,
    /// What has arrived and was not read.
    pub(super) received: VecDeque<u8>,
    /// The other end sends nothing more.
    pub(super) ended: bool,
    /// This end sends nothing more.
    pub(super) shut: bool,
    pub(super) reader: Option<Address>,
    pub(super) writer: Option<Address>,
    /// Words for what a reader and a writer wait for.
    pub(super) waits: [Option<ResourceId>; 2],
    /// Bytes that were sent and that the other end has not read.
    pub(super) unread: usize,
    /// Segments on their way; they arrive in this order.
    pub(super) in_flight: VecDeque<Segment>,
    /// Segments that could not leave, in their order.
    pub(super) held_back: VecDeque<Segment>,
    /// When segments that are held back are given up.
    pub(super) patience: Option<Timer>,
    /// When the last one in flight arrives.
    pub(super) last_arrival: u64,
    /// `stream a:49152→b:80`.
    pub(super) flow: ResourceId,
    /// The same without its kind: the subject of choices about what this end sends.
    pub(super) path: Arc<str>,
}

/// Two ends: the one that connected, and the one that was accepted.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) ends: [End; 2],
    pub(super) established: bool,
    /// When connecting is given up.
    pub(super) deadline: Option<Timer>,
    pub(super) window: usize,
}

/// A port at which connections are accepted.
#[derive(Debug)]
pub(super) struct Listening {
    pub(super) handle: u32,
    pub(super) backlog: VecDeque<ConnectionId>,
    pub(super) acceptor: Option<Address>,
    pub(super) resource: ResourceId,
}

/// A port at which datagrams arrive.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) handle: u32,
    pub(super) queue: VecDeque<Datagram>,
    pub(super) queued: usize,
    /// Where there is one, what others send is dropped.
    pub(super) peer: Option<SocketAddr>,
    pub(super) reader: Option<Address>,
    pub(super) resource: ResourceId,
}

/// All that is known of the network of a run.
pub(super) struct Net {
    /// By number; never empty. Hosts are never forgotten.
    pub(super) hosts: Vec<HostState>,
    pub(super) names: BTreeMap<Arc<str>, HostId>,
    /// The first tasks of hosts, and in which life of the host they were spawned.
    pub(super) roots: BTreeMap<TaskId, (HostId, u32)>,
    pub(super) links: BTreeMap<Route, LinkState>,
    pub(super) connections: BTreeMap<ConnectionId, Connection>,
    pub(super) listeners: BTreeMap<(HostId, u16), Listening>,
    pub(super) sockets: BTreeMap<(HostId, u16), Bound>,
    /// What events mention, by kind and name.
    pub(super) resources: BTreeMap<(&'static str, Box<str>), ResourceId>,
    /// What events call the datagrams from one address to another: by addresses, so that no name is put together for each datagram.
    pub(super) flows: BTreeMap<(SocketAddr, SocketAddr), ResourceId>,
    pub(super) latency: Latency,
    pub(super) window: usize,
    /// Numbers connections and handles.
    pub(super) count: u32,
}

impl Net {
    pub(super) fn new() -> Self {
        Self {
            hosts: Vec::new(),
            names: BTreeMap::new(),
            roots: BTreeMap::new(),
            links: BTreeMap::new(),
            connections: BTreeMap::new(),
            listeners: BTreeMap::new(),
            sockets: BTreeMap::new(),
            resources: BTreeMap::new(),
            flows: BTreeMap::new(),
            latency: (MILLI, 5 * MILLI),
            window: WINDOW,
            count: 0,
        }
    }

    /// Back from where the kernel keeps it.
    pub(super) fn of(any: Box<dyn Any>) -> Box<Self> {
        any.downcast().expect("seedbed bug: the network of a run is none, please report")
    }

    pub(super) fn host(&self, id: HostId) -> &HostState {
        &self.hosts[id.0 as usize]
    }

    pub(super) fn host_mut(&mut self, id: HostId) -> &mut HostState {
        &mut self.hosts[id.0 as usize]
    }

    pub(super) fn next_number(&mut self) -> u32 {
        self.count += 1;
        self.count
    }

    /// The host that has this address.
    pub(super) fn host_at(&self, ip: IpAddr) -> Option<HostId> {
        let number = number_of(ip)?;
        self.hosts.get(number as usize).filter(|host| host.ip == ip).map(|_| HostId(number))
    }

    /// `b:80`.
    pub(super) fn spot(&self, at: SocketAddr) -> String {
        match self.host_at(at.ip()) {
            Some(id) => format!("{}:{}", self.host(id).name, at.port()),
            None => at.to_string(),
        }
    }

    /// The way between two hosts, which is there once it was asked for.
    pub(super) fn link(&mut self, route: Route) -> &mut LinkState {
        let Self { hosts, links, .. } = self;
        let name = |id: HostId| &hosts[id.0 as usize].name;
        links.entry(route).or_insert_with(|| LinkState {
            path: format!("{}→{}", name(route.0), name(route.1)).into(),
            latency: None,
            cut: false,
            overtaken: Vec::new(),
        })
    }

    /// The least and the longest latency between two hosts; none inside one.
    pub(super) fn latency(&self, route: Route) -> Latency {
        let own = self.links.get(&route).and_then(|link| link.latency);
        if route.0 == route.1 { (0, 0) } else { own.unwrap_or(self.latency) }
    }

    /// Whether nothing gets from one host to another now.
    pub(super) fn is_cut(&self, route: Route, now: u64) -> bool {
        let cut_off = |id: HostId| self.host(id).cut_off_until > now;
        route.0 != route.1
            && (self.links.get(&route).is_some_and(|link| link.cut) || cut_off(route.0) || cut_off(route.1))
    }

    /// Whether what was made in that life of a host may still be used.
    pub(super) fn lives(&self, host: HostId, boot: u32) -> bool {
        self.host(host).boot == boot && self.host(host).up
    }

    /// Whether an end is still somebody's.
    pub(super) fn is_alive(&self, end: &End) -> bool {
        end.held && self.lives(end.host, end.boot)
    }
}

impl Connection {
    /// From the host of one end to that of the other.
    pub(super) fn route(&self, side: usize) -> Route {
        (self.ends[side].host, self.ends[1 - side].host)
    }
}

impl End {
    /// An end that nobody holds yet.
    pub(super) fn new(host: HostId, boot: u32, at: SocketAddr, flow: ResourceId, path: Arc<str>) -> Self {
        Self {
            host,
            boot,
            at,
            held: false,
            error: None,
            received: VecDeque::new(),
            ended: false,
            shut: false,
            reader: None,
            writer: None,
            waits: [None; 2],
            unread: 0,
            in_flight: VecDeque::new(),
            held_back: VecDeque::new(),
            patience: None,
            last_arrival: 0,
            flow,
            path,
        }
    }
}

/// The address of the host of this number: 10.0.0.1 and so on, none ending in 0 or 255.
pub(super) fn ip_of(number: u32) -> IpAddr {
    let low = u8::try_from(number % 254 + 1).unwrap_or(1);
    let high = number / 254;
    let middle = u8::try_from(high % 256).unwrap_or(0);
    let top = u8::try_from(high / 256).unwrap_or(u8::MAX);
    IpAddr::V4(Ipv4Addr::new(10, top, middle, low))
}

/// Which host would have an address: the inverse of [`ip_of`].
fn number_of(ip: IpAddr) -> Option<u32> {
    let IpAddr::V4(ip) = ip else { return None };
    let [10, top, middle, low] = ip.octets() else { return None };
    let high = u32::from(top) * 256 + u32::from(middle);
    Some(high * 254 + u32::from(low.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_host_tells_its_number() {
        for number in (0..70_000).chain([254 * 65_536 - 1]) {
            assert_eq!(number_of(ip_of(number)), Some(number));
        }
        assert_eq!(number_of("10.0.0.0".parse().unwrap()), None);
        assert_eq!(number_of("127.0.0.1".parse().unwrap()), None);
        assert_eq!(number_of("::1".parse().unwrap()), None);
    }
}
