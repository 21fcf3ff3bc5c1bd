//! Hosts: machines with a name, an address and tasks of their own, that may be killed, lose power and start anew.

use std::future::Future;
use std::net::IpAddr;
use std::panic::Location;
use std::rc::Rc;

use super::machines::EndOfLife;
use super::reach::{of, with};
use super::state::HostId;
use crate::choice::path_label;
use crate::context;
use crate::task::{Builder, Task};

/// A machine of the network. Handles are cheap to copy, and all mean the same host.
///
/// The tasks that [`spawn`](Self::spawn) and [`run`](Self::run) begin, and those that these spawn in turn, are the host's: what they bind
/// has its address, and they end with it. The path of the first is the host's name.
///
/// ```
/// use seedbed::{Sim, net, sleep};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     let ticker = net::host("ticker").run(|| async {
///         for tick in 0.. {
///             seedbed::note!("tick {tick}");
///             sleep(Duration::from_secs(1)).await;
///         }
///     });
///     sleep(Duration::from_millis(1500)).await;
///     ticker.restart(); // what was only in memory is gone
///     sleep(Duration::from_millis(500)).await;
/// });
/// let ticks = ["0.000s  ticker    note", "1.000s  ticker    note", "1.500s  ticker#2  note"];
/// assert!(ticks.iter().all(|tick| report.trace.summary().contains(tick)), "{}", report.trace.summary());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Host {
    run: u32,
    id: HostId,
}

/// The host of that name, which is made when it is first named. `main` is that of code which runs on no other.
///
/// # Panics
///
/// Outside a run; and for a name that cannot stand in the path of a task, or holds `→` or `:`.
///
/// ```
/// use seedbed::{Sim, net};
/// let report = Sim::new(0).run(async {
///     let server = net::host("server");
///     (server.name(), server.ip().to_string(), server == net::host("server"))
/// });
/// assert_eq!(report.unwrap(), ("server".to_owned(), "10.0.0.2".to_owned(), true));
/// ```
#[doc(alias = "create_node")]
#[allow(clippy::must_use_candidate, reason = "that it is made may be the point")]
#[track_caller]
pub fn host(name: &str) -> Host {
    let name = checked(name);
    with("net::host", |net, kernel| Host { run: kernel.run, id: net.host_named(kernel, name) })
}

/// The address of the host of that name; none if there is no such host.
///
/// # Panics
///
/// Outside a run.
///
/// ```
/// use seedbed::{Sim, net};
/// let report = Sim::new(0).run(async { (net::lookup("main"), net::lookup("nobody")) });
/// assert_eq!(report.unwrap(), (Some([10, 0, 0, 1].into()), None));
/// ```
#[must_use]
#[track_caller]
pub fn lookup(name: &str) -> Option<IpAddr> {
    with("net::lookup", |net, _| net.names.get(name).map(|id| net.host(*id).ip))
}

/// A name that a host can have.
#[track_caller]
pub(super) fn checked(name: &str) -> &str {
    assert!(
        path_label(name) == name && !name.contains(['→', ':']),
        "{name:?} is no name for a host: write letters, digits and the like, without /, : and →"
    );
    name
}

impl Host {
    /// Its name.
    #[must_use]
    pub fn name(self) -> String {
        of(self.run, |net, _| net.host(self.id).name.to_string())
    }

    /// Its address: 10.0.0.1 for `main`, and the next one for each host in the order in which they are first named.
    #[must_use]
    pub fn ip(self) -> IpAddr {
        of(self.run, |net, _| net.host(self.id).ip)
    }

    /// True while it has power: from the beginning, and until [`crash`](Self::crash).
    ///
    /// ```
    /// use seedbed::{Sim, net};
    /// let report = Sim::new(0).run(async {
    ///     let host = net::host("a");
    ///     host.crash();
    ///     host.is_up()
    /// });
    /// assert!(!report.unwrap());
    /// ```
    #[must_use]
    pub fn is_up(self) -> bool {
        of(self.run, |net, _| net.host(self.id).up)
    }

    /// Spawns a task on the host. It ends with the host's present life, and is not started anew.
    ///
    /// # Panics
    ///
    /// If the current loop is closed.
    ///
    /// ```
    /// use seedbed::{Sim, net};
    /// let report = Sim::new(0).run(async {
    ///     let client = net::host("client").spawn(async { seedbed::current_task().unwrap().name() });
    ///     client.await.unwrap()
    /// });
    /// assert_eq!(report.unwrap(), "client");
    /// ```
    #[track_caller]
    pub fn spawn<F>(self, future: F) -> Task<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.spawn_at(future, Location::caller())
    }

    /// Spawns a task that was asked for at that place.
    #[track_caller]
    fn spawn_at<F>(self, future: F, place: &'static Location<'static>) -> Task<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let name = self.name();
        let task = match Builder::new().name(&name).root().at(place).spawn(future) {
            Ok(task) => task,
            // Not in a closure: the panic belongs to the caller's line.
            Err(error) => panic!("Host::spawn: {error}"),
        };
        of(self.run, |net, _| {
            let boot = net.host(self.id).boot;
            net.roots.insert(task.id(), (self.id, boot));
        });
        task
    }

    /// Gives the host its program, and starts it; another program takes the place of the one before, which is killed. [`restart`](Self::restart) calls the closure again, for a program that knows nothing of the
    /// one before.
    ///
    /// # Panics
    ///
    /// As [`spawn`](Self::spawn).
    ///
    /// ```
    /// use seedbed::net::{self, Listener};
    /// use seedbed::Sim;
    /// let report = Sim::new(0).run(async {
    ///     net::host("server").run(|| async {
    ///         let listener = Listener::bind(80).unwrap();
    ///         while let Ok((_stream, peer)) = listener.accept().await {
    ///             seedbed::note!("{peer} is here");
    ///         }
    ///     });
    ///     net::Stream::connect("server:80").await.is_ok()
    /// });
    /// assert!(report.unwrap());
    /// ```
    #[allow(clippy::return_self_not_must_use, reason = "starting is the point")]
    #[track_caller]
    pub fn run<F, P>(self, program: P) -> Self
    where
        P: Fn() -> F + 'static,
        F: Future + 'static,
        F::Output: 'static,
    {
        let place = Location::caller();
        let start = move || drop(self.spawn_at(program(), place));
        let start: Rc<dyn Fn()> = Rc::new(start);
        let former = of(self.run, |net, _| net.host_mut(self.id).program.replace(Rc::clone(&start)));
        match former {
            Some(_) => self.restart(),
            None => self.start(),
        }
        self
    }

    /// Kills what runs on the host, as the system kills a process: its tasks are dropped where they wait, whatever they would catch, and its
    /// connections are reset. The machine stays up: who connects is refused.
    ///
    /// A task of the host that calls this goes on up to its next await.
    ///
    /// ```
    /// use futures::AsyncReadExt;
    /// use seedbed::net::{self, Listener, Stream};
    /// use seedbed::Sim;
    /// use std::io::ErrorKind;
    /// let report = Sim::new(0).run(async {
    ///     let server = net::host("server").run(|| async {
    ///         let connection = Listener::bind(80).unwrap().accept().await;
    ///         std::future::pending::<()>().await;
    ///         drop(connection);
    ///     });
    ///     let mut stream = Stream::connect("server:80").await.unwrap();
    ///     server.kill();
    ///     let error = stream.read(&mut [0]).await.unwrap_err().kind();
    ///     (error, Stream::connect("server:80").await.unwrap_err().kind())
    /// });
    /// assert_eq!(report.unwrap(), (ErrorKind::ConnectionReset, ErrorKind::ConnectionRefused));
    /// ```
    pub fn kill(self) {
        self.end_life(EndOfLife::Killed);
    }

    /// Takes the host's power away: its tasks are dropped where they wait, and nobody is told. Its connections stay half open, until their other
    /// end sends something and the host is up again, or loses patience.
    ///
    /// A task of the host that calls this goes on up to its next await.
    ///
    /// ```
    /// use futures::{AsyncReadExt, AsyncWriteExt};
    /// use seedbed::net::{self, Listener, Stream};
    /// use seedbed::{Sim, timeout};
    /// use std::io::ErrorKind;
    /// use std::time::Duration;
    /// let report = Sim::new(0).run(async {
    ///     let server = net::host("server").run(|| async {
    ///         let connection = Listener::bind(80).unwrap().accept().await;
    ///         std::future::pending::<()>().await;
    ///         drop(connection);
    ///     });
    ///     let mut stream = Stream::connect("server:80").await.unwrap();
    ///     server.crash();
    ///     assert!(timeout(Duration::from_secs(600), stream.read(&mut [0])).await.is_err(), "nobody told us");
    ///     server.restart();
    ///     stream.write_all(b"are you there?").await.unwrap();
    ///     stream.read(&mut [0]).await.unwrap_err().kind()
    /// });
    /// assert_eq!(report.unwrap(), ErrorKind::ConnectionReset);
    /// ```
    #[doc(alias = "power off")]
    pub fn crash(self) {
        self.end_life(EndOfLife::PoweredOff);
    }

    /// Starts the host anew: gives it power if it has none, kills what still runs there, and starts its program if it has one.
    ///
    /// ```
    /// use seedbed::{Sim, net, yield_now};
    /// use std::cell::Cell;
    /// use std::rc::Rc;
    /// let report = Sim::new(0).run(async {
    ///     let starts = Rc::new(Cell::new(0));
    ///     let counted = Rc::clone(&starts);
    ///     let host = net::host("a").run(move || {
    ///         counted.set(counted.get() + 1);
    ///         std::future::pending::<()>()
    ///     });
    ///     host.crash();
    ///     host.restart();
    ///     host.restart();
    ///     starts.get()
    /// });
    /// assert_eq!(report.unwrap(), 3);
    /// ```
    #[doc(alias = "bounce")]
    #[track_caller]
    pub fn restart(self) {
        let runs = of(self.run, |net, kernel| net.is_in_use(kernel, self.id));
        if runs {
            self.end_life(EndOfLife::Killed);
        }
        self.start();
    }

    fn start(self) {
        let program = of(self.run, |net, kernel| {
            net.power_on(kernel, self.id);
            net.host(self.id).program.clone()
        });
        if let Some(start) = program {
            start();
        }
    }

    fn end_life(self, end: EndOfLife) {
        let tasks = of(self.run, |net, kernel| net.end_life(kernel, self.id, end));
        context::with_world("Host::kill", |world| context::kill(world, &tasks));
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.name())
    }
}
