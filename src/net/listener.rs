//! Listeners: where connections are accepted.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use super::address::ToAddress;
use super::reach::{new_resource, of, try_of, with};
use super::state::{HostId, Listening};
use super::stream::Stream;
use super::waiting::{Look, Place};

/// A port of a host at which connections are accepted.
///
/// ```
/// use seedbed::net::{self, Listener, Stream};
/// use seedbed::{Sim, spawn};
/// let report = Sim::new(0).run(async {
///     let listener = Listener::bind(80).unwrap();
///     let client = net::host("client").spawn(Stream::connect("main:80"));
///     let (_stream, peer) = listener.accept().await.unwrap();
///     client.await.unwrap().unwrap();
///     peer.to_string()
/// });
/// assert_eq!(report.unwrap(), "10.0.0.2:49152");
/// ```
#[doc(alias = "TcpListener")]
#[derive(Debug)]
pub struct Listener {
    run: u32,
    host: HostId,
    at: SocketAddr,
    handle: u32,
    /// Behind a lock that nobody contends for, so that accepting takes a shared reference, as elsewhere.
    waiting: Mutex<Place>,
}

impl Listener {
    /// Listens at a port of the host on which the code runs; 0 stands for one that is free.
    ///
    /// # Errors
    ///
    /// `AddrInUse`; `AddrNotAvailable` for the address of another host; `NotFound`, `InvalidInput` and `NetworkDown` as
    /// [`Stream::connect`].
    ///
    /// # Panics
    ///
    /// Outside a run.
    ///
    /// ```
    /// use seedbed::{Sim, net::Listener};
    /// let report = Sim::new(0).run(async {
    ///     let _first = Listener::bind(80).unwrap();
    ///     Listener::bind("main:80").unwrap_err().to_string()
    /// });
    /// assert_eq!(report.unwrap(), "main:80 is taken");
    /// ```
    #[track_caller]
    pub fn bind(address: impl ToAddress) -> Result<Self> {
        let named = address.to_named();
        with("Listener::bind", |net, kernel| {
            let (host, _) = net.here(kernel);
            let (host, at) = net.own_address(kernel, &named, |net, port| net.has_port(host, port))?;
            let handle = net.next_number();
            let resource = new_resource(kernel, "a connection at", &net.spot(at));
            let listening = Listening { handle, backlog: Default::default(), acceptor: None, resource };
            net.listeners.insert((host, at.port()), listening);
            Ok(Self { run: kernel.run, host, at, handle, waiting: Mutex::default() })
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.at
    }

    /// Waits for the next connection. Those that wait to be accepted are kept in their order, up to 128.
    ///
    /// # Errors
    ///
    /// `NotConnected` if the host of the listener has gone down.
    pub async fn accept(&self) -> Result<(Stream, SocketAddr)> {
        std::future::poll_fn(|cx| self.poll_accept(cx)).await
    }

    /// Polls for the next connection. Of several tasks that poll the same listener, only the last is woken.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept).
    ///
    /// ```
    /// use seedbed::{Sim, net::Listener};
    /// use std::task::Poll;
    /// let report = Sim::new(0).run(async {
    ///     let listener = Listener::bind(80).unwrap();
    ///     std::future::poll_fn(|cx| Poll::Ready(listener.poll_accept(cx).is_pending())).await
    /// });
    /// assert!(report.unwrap());
    /// ```
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<Result<(Stream, SocketAddr)>> {
        let (run, host, port, handle) = (self.run, self.host, self.at.port(), self.handle);
        let look = || {
            of(run, |net, kernel| {
                let Some(listening) = net.listeners.get(&(host, port)).filter(|other| other.handle == handle) else {
                    let gone = Error::new(ErrorKind::NotConnected, "the host of this listener has gone down");
                    return Look::Ready(Err(gone));
                };
                let resource = listening.resource;
                let accepted = net.accept(kernel, host, port);
                match accepted.and_then(|id| Some((id, net.peer(id, 1)?))) {
                    Some((id, peer)) => Look::Ready(Ok((Stream::new(run, id, 1, self.at, peer), peer))),
                    None => Look::Wait(resource),
                }
            })
        };
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.poll(cx, "Listener::accept", look, |waiter| {
            of(run, |net, _| net.listeners.get_mut(&(host, port)).map(|listening| listening.acceptor = Some(waiter)));
        })
    }

    /// The connections as a stream of them, without end.
    ///
    /// ```
    /// use futures::StreamExt;
    /// use seedbed::net::{self, Listener, Stream};
    /// use seedbed::Sim;
    /// let report = Sim::new(0).run(async {
    ///     let listener = Listener::bind(80).unwrap();
    ///     let clients = ["a", "b"].map(|name| net::host(name).spawn(Stream::connect("main:80")));
    ///     let served = listener.incoming().take(clients.len()).count().await;
    ///     (served, clients.len())
    /// });
    /// assert_eq!(report.unwrap(), (2, 2));
    /// ```
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming { listener: self }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let Self { run, host, at, handle, .. } = *self;
        try_of(run, |net, kernel| net.stop_listening(kernel, host, at.port(), handle));
    }
}

/// What [`Listener::incoming`] returns.
#[derive(Debug)]
#[must_use = "nobody is accepted unless it is polled"]
pub struct Incoming<'a> {
    listener: &'a Listener,
}

impl futures::Stream for Incoming<'_> {
    type Item = Result<Stream>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.listener.poll_accept(cx).map(|accepted| Some(accepted.map(|(stream, _)| stream)))
    }
}
