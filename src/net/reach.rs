//! The network of the current run, borrowed together with the kernel; its hosts, its timers, and what events mention.

use std::io::{Error, ErrorKind, Result};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::address::{Named, Place};
use super::state::{FIRST_DYNAMIC, HostId, HostState, MAIN, Net, Timer, ip_of};
use crate::context;
use crate::ident::ResourceId;
use crate::kernel::{Address, Call, Closure, Kernel, State, Target};
use crate::trace::Event;

/// Works on the network of the current run.
#[track_caller]
pub(super) fn with<R>(what: &str, work: impl FnOnce(&mut Net, &mut Kernel) -> R) -> R {
    context::with(what, |kernel| on(kernel, work))
}

/// Works on the network of the run with this number.
#[track_caller]
pub(super) fn of<R>(run: u32, work: impl FnOnce(&mut Net, &mut Kernel) -> R) -> R {
    context::of(run, |kernel| on(kernel, work))
}

/// As [`of`], for destructors and timers: nothing happens when the run is over, or is taken down.
pub(super) fn try_of(run: u32, work: impl FnOnce(&mut Net, &mut Kernel)) {
    context::try_of(run, |kernel| {
        if !kernel.ending {
            on(kernel, work);
        }
    });
}

fn on<R>(kernel: &mut Kernel, work: impl FnOnce(&mut Net, &mut Kernel) -> R) -> R {
    let mut net = match kernel.net.take() {
        Some(any) => Net::of(any),
        None => Box::new(Net::new()),
    };
    if net.hosts.is_empty() {
        net.host_named(kernel, "main");
    }
    let result = work(&mut net, kernel);
    kernel.net = Some(net);
    result
}

/// Lets a waiter go on, if there is one.
pub(super) fn wake(kernel: &mut Kernel, waiter: Option<Address>) {
    if let Some(address) = waiter {
        kernel.settle_pending(address.key, State::Finished);
    }
}

/// Does something after a time. Nothing, if the loop is closed meanwhile, or is already.
pub(super) fn later(
    kernel: &mut Kernel,
    nanos: u64,
    work: impl FnOnce(&mut Net, &mut Kernel) + 'static,
) -> Option<Timer> {
    let loop_id = kernel.loop_for_calls();
    if kernel.ending || kernel.event_loop(loop_id).closed {
        return None;
    }
    let run = kernel.run;
    let closure: Closure = Box::new(move || try_of(run, work));
    let key = kernel.closures.insert(Call::from(closure));
    kernel.add_exact_timer(loop_id, kernel.now.saturating_add(nanos), Target::Call(key));
    Some(Timer { loop_id, key })
}

/// Takes a timer back.
pub(super) fn cancel(kernel: &mut Kernel, timer: Option<Timer>) {
    if let Some(Timer { loop_id, key }) = timer
        && kernel.closures.remove(key).is_some()
    {
        kernel.timer_cancelled(loop_id);
    }
}

impl Net {
    /// The host of that name, made when it is first named.
    pub(super) fn host_named(&mut self, kernel: &mut Kernel, name: &str) -> HostId {
        if let Some(id) = self.names.get(name) {
            return *id;
        }
        let number = u32::try_from(self.hosts.len()).unwrap_or(u32::MAX);
        let name: Arc<str> = name.into();
        let resource = self.resource(kernel, "host", &name);
        self.names.insert(Arc::clone(&name), HostId(number));
        self.hosts.push(HostState {
            name,
            ip: ip_of(number),
            up: true,
            boot: 0,
            program: None,
            cut_off_until: 0,
            next_port: FIRST_DYNAMIC,
            resource,
        });
        HostId(number)
    }

    /// What events mention it by.
    pub(super) fn resource(&mut self, kernel: &mut Kernel, kind: &'static str, name: &str) -> ResourceId {
        let entry = self.resources.entry((kind, name.into()));
        *entry.or_insert_with(|| new_resource(kernel, kind, name))
    }

    /// The host of the code that runs now, and in which of its lives that was begun.
    pub(super) fn here(&self, kernel: &Kernel) -> (HostId, u32) {
        let mut task = if self.roots.is_empty() { None } else { kernel.current };
        while let Some(id) = task {
            if let Some(root) = self.roots.get(&id) {
                return *root;
            }
            task = kernel.names.parent(id);
        }
        (MAIN, self.host(MAIN).boot)
    }

    /// As [`here`](Self::here), if that life goes on.
    pub(super) fn living_here(&self, kernel: &Kernel) -> Result<(HostId, u32)> {
        let (host, boot) = self.here(kernel);
        if self.lives(host, boot) {
            return Ok((host, boot));
        }
        Err(Error::new(ErrorKind::NetworkDown, format!("host {} has gone down", self.host(host).name)))
    }

    /// Looks a name up.
    pub(super) fn resolve(&self, kernel: &Kernel, named: &Named) -> Result<SocketAddr> {
        let ip: IpAddr = match &named.host {
            Place::Here => self.host(self.here(kernel).0).ip,
            Place::Ip(ip) => *ip,
            Place::Name(name) => match self.names.get(name.as_str()) {
                Some(id) => self.host(*id).ip,
                None => return Err(Error::new(ErrorKind::NotFound, format!("no host is called {name:?}"))),
            },
            Place::Unreadable(text) => {
                let message = format!("{text:?} is no address: write a host and a port, such as server:80");
                return Err(Error::new(ErrorKind::InvalidInput, message));
            }
        };
        Ok(SocketAddr::new(ip, named.port))
    }

    /// The address of this host to which something is to be bound, with a port that is free.
    pub(super) fn own_address(
        &mut self,
        kernel: &Kernel,
        named: &Named,
        is_taken: impl Fn(&Net, u16) -> bool,
    ) -> Result<(HostId, SocketAddr)> {
        let (host, _) = self.living_here(kernel)?;
        let mut at = self.resolve(kernel, named)?;
        if at.ip() != self.host(host).ip {
            let message = format!("{} is no address of host {}", at.ip(), self.host(host).name);
            return Err(Error::new(ErrorKind::AddrNotAvailable, message));
        }
        if at.port() == 0 {
            at.set_port(self.free_port(host, &is_taken)?);
        } else if is_taken(self, at.port()) {
            let message = format!("{} is taken", self.spot(at));
            return Err(Error::new(ErrorKind::AddrInUse, message));
        }
        Ok((host, at))
    }

    /// The next dynamic port that is free.
    pub(super) fn free_port(&mut self, host: HostId, is_taken: &impl Fn(&Net, u16) -> bool) -> Result<u16> {
        for _ in FIRST_DYNAMIC..=u16::MAX {
            let port = self.host(host).next_port;
            self.host_mut(host).next_port = port.checked_add(1).unwrap_or(FIRST_DYNAMIC);
            if !is_taken(self, port) {
                return Ok(port);
            }
        }
        Err(Error::new(ErrorKind::AddrInUse, "every dynamic port of the host is taken"))
    }

    /// Tells why something does not arrive.
    pub(super) fn tell_undelivered(kernel: &mut Kernel, on: ResourceId, why: &str) {
        let why = kernel.recorder.text(why);
        kernel.emit(Event::Undelivered { on, why });
    }

    /// Tells what became of a connection.
    pub(super) fn tell_connection(kernel: &mut Kernel, on: ResourceId, how: &str) {
        let (who, how) = (kernel.actor(), kernel.recorder.text(how));
        kernel.emit(Event::ConnectionChanged { who, on, how });
    }
}

/// A resource that is told apart from others of its name.
pub(super) fn new_resource(kernel: &mut Kernel, kind: &'static str, name: &str) -> ResourceId {
    let id = kernel.names.add_resource(kind, Some(name));
    kernel.resources.add(id);
    id
}
