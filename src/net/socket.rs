//! Sockets: datagrams, each by itself, as UDP carries them.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use super::address::ToAddress;
use super::reach::{new_resource, of, try_of, with};
use super::state::{Bound, HostId};
use super::waiting::{Look, Place};

/// A port of a host at which datagrams arrive.
///
/// What is sent may be lost, arrive twice, or be overtaken; what arrives is whole. Datagrams that nobody reads wait, up to 212,992 bytes of
/// them.
///
/// ```
/// use seedbed::net::{self, Socket};
/// use seedbed::{Sim, sleep};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     let socket = Socket::bind(53).unwrap();
///     net::host("client").spawn(async {
///         let socket = Socket::bind(0).unwrap();
///         socket.send_to(b"who?", "main:53").await.unwrap();
///     }).await.unwrap();
///     let mut question = [0; 16];
///     let (length, from) = socket.recv_from(&mut question).await.unwrap();
///     (question[..length].to_vec(), from.to_string())
/// });
/// assert_eq!(report.unwrap(), (b"who?".to_vec(), "10.0.0.2:49152".to_owned()));
/// ```
#[doc(alias = "UdpSocket")]
#[derive(Debug)]
pub struct Socket {
    run: u32,
    host: HostId,
    at: SocketAddr,
    handle: u32,
    /// Behind a lock that nobody contends for, so that receiving takes a shared reference, as elsewhere.
    waiting: Mutex<Place>,
}

impl Socket {
    /// Binds a port of the host on which the code runs; 0 stands for one that is free. Ports of streams are others.
    ///
    /// # Errors
    ///
    /// As [`Listener::bind`](super::Listener::bind).
    ///
    /// # Panics
    ///
    /// Outside a run.
    ///
    /// ```
    /// use seedbed::{Sim, net::Socket};
    /// let report = Sim::new(0).run(async {
    ///     Socket::bind("10.9.9.9:53").unwrap_err().to_string()
    /// });
    /// assert_eq!(report.unwrap(), "10.9.9.9 is no address of host main");
    /// ```
    #[track_caller]
    pub fn bind(address: impl ToAddress) -> Result<Self> {
        let named = address.to_named();
        with("Socket::bind", |net, kernel| {
            let (host, _) = net.here(kernel);
            let (host, at) = net.own_address(kernel, &named, |net, port| net.sockets.contains_key(&(host, port)))?;
            let handle = net.next_number();
            let resource = new_resource(kernel, "a datagram at", &net.spot(at));
            let bound = Bound { handle, queue: Default::default(), queued: 0, peer: None, reader: None, resource };
            net.sockets.insert((host, at.port()), bound);
            Ok(Self { run: kernel.run, host, at, handle, waiting: Mutex::default() })
        })
    }

    /// Where it is bound.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.at
    }

    /// Where [`send`](Self::send) sends to, and from where alone it hears.
    ///
    /// # Errors
    ///
    /// `NotConnected` before [`connect`](Self::connect), and if the host of the socket has gone down.
    pub fn peer_addr(&self) -> Result<SocketAddr> {
        self.bound(|bound| bound.peer)?.ok_or_else(no_peer)
    }

    /// Gives the socket a peer. Nothing is sent: from now on, what others send is dropped. What waits to be read stays.
    ///
    /// # Errors
    ///
    /// As [`send_to`](Self::send_to), for the address.
    ///
    /// ```
    /// use seedbed::net::{self, Socket};
    /// use seedbed::Sim;
    /// let report = Sim::new(0).run(async {
    ///     let names = Socket::bind(53).unwrap();
    ///     let asks = net::host("client").spawn(async {
    ///         let socket = Socket::bind(0).unwrap();
    ///         socket.connect("main:53").await.unwrap();
    ///         socket.send(b"who?").await.unwrap();
    ///         let mut answer = [0; 16];
    ///         let length = socket.recv(&mut answer).await.unwrap();
    ///         answer[..length].to_vec()
    ///     });
    ///     let (_, from) = names.recv_from(&mut [0; 16]).await.unwrap();
    ///     names.send_to(b"you", from).await.unwrap();
    ///     asks.await.unwrap()
    /// });
    /// assert_eq!(report.unwrap(), b"you");
    /// ```
    #[allow(clippy::unused_async, reason = "as elsewhere; where names take time to be found, this will wait")]
    pub async fn connect(&self, to: impl ToAddress) -> Result<()> {
        let named = to.to_named();
        let peer = of(self.run, |net, kernel| net.resolve(kernel, &named))?;
        self.bound(|bound| bound.peer = Some(peer))
    }

    /// Sends a datagram to the peer.
    ///
    /// # Errors
    ///
    /// `NotConnected` before [`connect`](Self::connect), and as [`send_to`](Self::send_to).
    pub async fn send(&self, bytes: &[u8]) -> Result<usize> {
        self.send_to(bytes, self.peer_addr()?).await
    }

    /// Waits for the next datagram of the peer. What does not fit into the buffer is lost.
    ///
    /// # Errors
    ///
    /// `NotConnected` before [`connect`](Self::connect), and if the host of the socket has gone down.
    pub async fn recv(&self, buffer: &mut [u8]) -> Result<usize> {
        self.peer_addr()?;
        self.recv_from(buffer).await.map(|(length, _)| length)
    }

    /// What the host knows of this socket, as long as it is up.
    fn bound<R>(&self, look: impl FnOnce(&mut Bound) -> R) -> Result<R> {
        let (place, handle) = ((self.host, self.at.port()), self.handle);
        of(self.run, |net, _| {
            net.sockets.get_mut(&place).filter(|bound| bound.handle == handle).map(look).ok_or_else(gone)
        })
    }

    /// Sends a datagram. That it was sent says nothing of whether it arrives.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for more than 65,507 bytes, or what is no address; `NotFound` and `HostUnreachable` for hosts that there are not;
    /// `NotConnected` if the host of the socket has gone down.
    #[allow(clippy::unused_async, reason = "as everywhere else, and so that a queue for sending may come")]
    pub async fn send_to(&self, bytes: &[u8], to: impl ToAddress) -> Result<usize> {
        self.try_send_to(bytes, to)
    }

    /// As [`send_to`](Self::send_to), outside of tasks too: sending never waits.
    ///
    /// # Errors
    ///
    /// As [`send_to`](Self::send_to).
    ///
    /// ```
    /// use seedbed::{Sim, net::Socket};
    /// let report = Sim::new(0).run(async {
    ///     Socket::bind(0).unwrap().try_send_to(&[0; 65_508], "main:53").unwrap_err().to_string()
    /// });
    /// assert_eq!(report.unwrap(), "a datagram of 65508 bytes is too long: send at most 65507");
    /// ```
    pub fn try_send_to(&self, bytes: &[u8], to: impl ToAddress) -> Result<usize> {
        let named = to.to_named();
        of(self.run, |net, kernel| {
            let is_bound =
                net.sockets.get(&(self.host, self.at.port())).is_some_and(|bound| bound.handle == self.handle);
            if !is_bound {
                return Err(gone());
            }
            let to = net.resolve(kernel, &named)?;
            net.send_datagram(kernel, self.host, self.at, to, bytes)?;
            Ok(bytes.len())
        })
    }

    /// Waits for the next datagram. What does not fit into the buffer is lost.
    ///
    /// # Errors
    ///
    /// `NotConnected` if the host of the socket has gone down.
    pub async fn recv_from(&self, buffer: &mut [u8]) -> Result<(usize, SocketAddr)> {
        std::future::poll_fn(|cx| self.poll_recv_from(cx, buffer)).await
    }

    /// Polls for the next datagram. Of several tasks that poll the same socket, only the last is woken.
    ///
    /// # Errors
    ///
    /// As [`recv_from`](Self::recv_from).
    ///
    /// ```
    /// use seedbed::{Sim, net::Socket};
    /// use std::task::Poll;
    /// let report = Sim::new(0).run(async {
    ///     let socket = Socket::bind(53).unwrap();
    ///     std::future::poll_fn(|cx| Poll::Ready(socket.poll_recv_from(cx, &mut [0]).is_pending())).await
    /// });
    /// assert!(report.unwrap());
    /// ```
    pub fn poll_recv_from(&self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<Result<(usize, SocketAddr)>> {
        let (run, place, handle) = (self.run, (self.host, self.at.port()), self.handle);
        let look = || {
            of(run, |net, _| {
                let Some(bound) = net.sockets.get_mut(&place).filter(|bound| bound.handle == handle) else {
                    return Look::Ready(Err(gone()));
                };
                let Some(datagram) = bound.queue.pop_front() else { return Look::Wait(bound.resource) };
                bound.queued -= datagram.bytes.len();
                let length = datagram.bytes.len().min(buffer.len());
                buffer[..length].copy_from_slice(&datagram.bytes[..length]);
                Look::Ready(Ok((length, datagram.from)))
            })
        };
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.poll(cx, "Socket::recv_from", look, |waiter| {
            of(run, |net, _| net.sockets.get_mut(&place).map(|bound| bound.reader = Some(waiter)));
        })
    }
}

fn no_peer() -> Error {
    Error::new(ErrorKind::NotConnected, "this socket has no peer: connect it, or use send_to and recv_from")
}

fn gone() -> Error {
    Error::new(ErrorKind::NotConnected, "the host of this socket has gone down")
}

impl Drop for Socket {
    fn drop(&mut self) {
        let Self { run, host, at, handle, .. } = *self;
        try_of(run, |net, _| net.unbind(host, at.port(), handle));
    }
}
