//! Links: latencies, cuts and what heals them.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::host::checked;
use super::reach::{of, with};
use super::state::{Latency, Net, Route};
use crate::choice::FaultSet;
use crate::kernel::Kernel;
use crate::trace::Event;

/// The way from one host to another; the way back is another link.
///
/// ```
/// use seedbed::Sim;
/// use seedbed::net::{self, Socket};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     net::link("main", "moon").latency(Duration::from_millis(1280)..=Duration::from_millis(1355));
///     let moon = net::host("moon").spawn(async {
///         let socket = Socket::bind(7).unwrap();
///         socket.recv_from(&mut [0; 16]).await.unwrap();
///     });
///     seedbed::yield_now().await;
///     Socket::bind(0).unwrap().send_to(b"hello", "moon:7").await.unwrap();
///     moon.await.unwrap();
/// });
/// assert_eq!(report.end.to_string(), "1.280");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    run: u32,
    route: Route,
}

/// The link from one host to another. Hosts are made when they are first named.
///
/// # Panics
///
/// Outside a run, and for a name that is none: see [`host`](super::host).
///
/// ```
/// use seedbed::{Sim, net};
/// let report = Sim::new(0).run(async { net::link("a", "b").is_cut() });
/// assert!(!report.unwrap());
/// ```
#[must_use]
#[track_caller]
pub fn link(from: &str, to: &str) -> Link {
    let (from, to) = (checked(from), checked(to));
    with("net::link", |net, kernel| {
        let route = (net.host_named(kernel, from), net.host_named(kernel, to));
        net.link(route);
        Link { run: kernel.run, route }
    })
}

impl Link {
    /// How long messages are on their way: always the least, but where the fault `latency` may strike.
    ///
    /// # Panics
    ///
    /// If the range is empty, or its ends are more than 4 seconds apart.
    ///
    /// ```
    /// use seedbed::{Sim, net};
    /// use std::time::Duration;
    /// Sim::new(0).run(async {
    ///     net::link("a", "b").latency(Duration::from_millis(10)..=Duration::from_millis(90));
    /// }).unwrap();
    /// ```
    #[allow(clippy::return_self_not_must_use, reason = "setting is the point")]
    #[track_caller]
    pub fn latency(self, range: RangeInclusive<Duration>) -> Self {
        let latency = nanos_of(&range);
        of(self.run, |net, _| net.link(self.route).latency = Some(latency));
        self
    }

    /// Cuts the link: datagrams that leave are lost, streams keep what they send until it is healed. What is on its way arrives.
    ///
    /// ```
    /// use seedbed::net::Stream;
    /// use seedbed::{Sim, net};
    /// use std::io::ErrorKind;
    /// let report = Sim::new(0).run(async {
    ///     net::link("main", "b").cut();
    ///     Stream::connect("b:80").await.unwrap_err().kind()
    /// });
    /// assert_eq!(report.end.to_string(), "127.000"); // as long as Linux tries
    /// assert_eq!(report.unwrap(), ErrorKind::TimedOut);
    /// ```
    pub fn cut(self) {
        of(self.run, |net, kernel| net.set_cut(kernel, self.route, true));
    }

    /// Heals the link: what streams have kept is on its way now.
    ///
    /// ```
    /// use seedbed::{Sim, net};
    /// let report = Sim::new(0).run(async {
    ///     let link = net::link("a", "b");
    ///     link.cut();
    ///     link.heal();
    ///     link.is_cut()
    /// });
    /// assert!(!report.unwrap());
    /// ```
    pub fn heal(self) {
        of(self.run, |net, kernel| net.set_cut(kernel, self.route, false));
    }

    /// True while nothing gets through, whether the program has cut the link or a fault.
    #[must_use]
    pub fn is_cut(self) -> bool {
        of(self.run, |net, kernel| net.is_cut(self.route, kernel.now))
    }
}

impl Net {
    fn set_cut(&mut self, kernel: &mut Kernel, route: Route, cut: bool) {
        let link = self.link(route);
        if route.0 == route.1 || std::mem::replace(&mut link.cut, cut) == cut {
            return;
        }
        let path = std::sync::Arc::clone(&link.path);
        let on = self.resource(kernel, "link", &path);
        let (who, how) = (kernel.actor(), kernel.recorder.text(if cut { "cut" } else { "healed" }));
        kernel.emit(Event::LinkChanged { who, on, how });
        if !cut {
            self.flush(kernel, route);
        }
    }
}

#[track_caller]
fn nanos_of(range: &RangeInclusive<Duration>) -> Latency {
    let (least, most) = (range.start().as_nanos(), range.end().as_nanos());
    assert!(least <= most, "a latency from {least} to {most} ns is none: write the least first");
    assert!(
        most - least < u128::from(u32::MAX),
        "a latency that may be {} ns longer than the least is too much: make it less than {} ns",
        most - least,
        u32::MAX
    );
    let nanos = |nanos: u128| u64::try_from(nanos).unwrap_or(u64::MAX);
    (nanos(least), nanos(most))
}

/// The latency of every link that has none of its own; at first from 1 to 5 ms.
///
/// # Panics
///
/// Outside a run; and as [`Link::latency`].
///
/// ```
/// use seedbed::net::{self, Stream};
/// use seedbed::Sim;
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     net::set_latency(Duration::from_millis(50)..=Duration::from_millis(50));
///     net::host("server");
///     Stream::connect("server:80").await.unwrap_err().to_string()
/// });
/// assert_eq!(report.end.to_string(), "0.100");
/// assert_eq!(report.unwrap(), "connection to server:80 was refused");
/// ```
#[track_caller]
pub fn set_latency(range: RangeInclusive<Duration>) {
    let latency = nanos_of(&range);
    with("net::set_latency", |net, _| net.latency = latency);
}

/// How many bytes a stream that is made from now on takes before its reader has read any; 65,535 at first. Whoever writes more waits.
///
/// # Panics
///
/// Outside a run, and for 0.
///
/// ```
/// use seedbed::{Sim, net};
/// Sim::new(0).run(async { net::set_window(1024) }).unwrap();
/// ```
#[track_caller]
pub fn set_window(bytes: usize) {
    assert!(bytes > 0, "a window of 0 bytes lets nothing through: make it at least 1");
    with("net::set_window", |net, _| net.window = bytes);
}

/// Cuts every link between a host of one group and a host of the other, both ways.
///
/// # Panics
///
/// Outside a run, and for a name that is none: see [`host`](super::host).
///
/// ```
/// use seedbed::{Sim, net};
/// let report = Sim::new(0).run(async {
///     net::partition(["a", "b"], ["c"]);
///     [("a", "b"), ("a", "c"), ("c", "a")].map(|(from, to)| net::link(from, to).is_cut())
/// });
/// assert_eq!(report.unwrap(), [false, true, true]);
/// ```
#[track_caller]
pub fn partition<'a>(one: impl IntoIterator<Item = &'a str>, other: impl IntoIterator<Item = &'a str>) {
    let other: Vec<&str> = other.into_iter().collect();
    for here in one {
        for there in other.iter().filter(|there| **there != here) {
            link(here, there).cut();
            link(there, here).cut();
        }
    }
}

/// Cuts every link from a host of one group to a host of the other; what the others send still arrives.
///
/// # Panics
///
/// As [`partition`].
///
/// ```
/// use seedbed::{Sim, net};
/// let report = Sim::new(0).run(async {
///     net::partition_one_way(["a"], ["b"]);
///     (net::link("a", "b").is_cut(), net::link("b", "a").is_cut())
/// });
/// assert_eq!(report.unwrap(), (true, false));
/// ```
#[track_caller]
pub fn partition_one_way<'a>(from: impl IntoIterator<Item = &'a str>, to: impl IntoIterator<Item = &'a str>) {
    let to: Vec<&str> = to.into_iter().collect();
    for here in from {
        to.iter().filter(|there| **there != here).for_each(|there| link(here, there).cut());
    }
}

/// Heals every link between a host of one group and a host of the other, both ways.
///
/// # Panics
///
/// As [`partition`].
///
/// ```
/// use seedbed::{Sim, net};
/// let report = Sim::new(0).run(async {
///     net::partition(["a"], ["b", "c"]);
///     net::heal(["a"], ["b"]);
///     (net::link("a", "b").is_cut(), net::link("a", "c").is_cut())
/// });
/// assert_eq!(report.unwrap(), (false, true));
/// ```
#[doc(alias = "repair")]
#[track_caller]
pub fn heal<'a>(one: impl IntoIterator<Item = &'a str>, other: impl IntoIterator<Item = &'a str>) {
    let other: Vec<&str> = other.into_iter().collect();
    for here in one {
        for there in other.iter().filter(|there| **there != here) {
            link(here, there).heal();
            link(there, here).heal();
        }
    }
}

/// Heals every link that the program has cut.
///
/// # Panics
///
/// Outside a run.
///
/// ```
/// use seedbed::{Sim, net};
/// let report = Sim::new(0).run(async {
///     net::partition(["a"], ["b", "c"]);
///     net::heal_all();
///     net::link("c", "a").is_cut()
/// });
/// assert!(!report.unwrap());
/// ```
#[track_caller]
pub fn heal_all() {
    with("net::heal_all", |net, kernel| {
        let routes: Vec<Route> = net.links.keys().copied().collect();
        routes.into_iter().for_each(|route| net.set_cut(kernel, route, false));
    });
}

/// From now on the network is a good one: whatever faults the run has, none strikes a message any more, and hosts that one has cut off are back.
///
/// It is for the end of a test, where a system must recover: what [`partition`] and [`Host::crash`](super::Host::crash) did is healed by
/// [`heal_all`] and [`Host::restart`](super::Host::restart), and what the seed does to messages by this. What is on its way arrives as it
/// would have. Faults of other kinds go on.
///
/// # Panics
///
/// Outside a run.
///
/// ```
/// use seedbed::Hunt;
/// use seedbed::net::{self, Socket};
/// let report = Hunt::new("a last word").runs(50).faults("lost+partition").run(|| async {
///     let socket = net::host("b").spawn(async { Socket::bind(53).unwrap() }).await.unwrap();
///     net::calm();
///     net::host("a").spawn(async { Socket::bind(0).unwrap().send_to(b"!", "b:53").await.unwrap() });
///     // If it were lost, nothing could end this wait, and the deadlock would be the failure.
///     socket.recv_from(&mut [0]).await.unwrap();
/// });
/// assert!(report.is_ok(), "{report}");
/// ```
#[track_caller]
pub fn calm() {
    with("net::calm", |net, kernel| {
        kernel.picker.leave_out(FaultSet::NETWORK);
        net.reconnect_all(kernel);
    });
}
