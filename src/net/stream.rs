//! Streams: bytes in order between two hosts, as TCP carries them.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::io::{AsyncRead, AsyncWrite};

use super::address::ToAddress;
use super::reach::{new_resource, of, try_of, with};
use super::state::{ConnectionId, Net, Segment};
use super::waiting::{Look, Place};
use crate::kernel::Kernel;

/// One end of a connection.
///
/// It reads and writes through the traits of `futures::io`, and those of `tokio::io` under the feature `tokio`. Whoever writes more than the
/// other end has room for waits. Closing it (`close`, or `shutdown`) ends what it sends, and it can still be read; dropping it closes it, and
/// resets the connection where bytes have arrived that nobody has read, as TCP does.
///
/// ```
/// use futures::{AsyncReadExt, AsyncWriteExt};
/// use seedbed::net::{self, Listener, Stream};
/// use seedbed::Sim;
/// let report = Sim::new(0).run(async {
///     net::host("echo").run(|| async {
///         let listener = Listener::bind(7).unwrap();
///         let (stream, _) = listener.accept().await.unwrap();
///         let (from, mut to) = stream.split();
///         futures::io::copy(from, &mut to).await.unwrap();
///         to.close().await.unwrap();
///     });
///     let mut stream = Stream::connect("echo:7").await.unwrap();
///     stream.write_all(b"once").await.unwrap();
///     stream.close().await.unwrap();
///     let mut heard = Vec::new();
///     stream.read_to_end(&mut heard).await.unwrap();
///     heard
/// });
/// assert_eq!(report.unwrap(), b"once");
/// ```
#[doc(alias = "TcpStream")]
#[derive(Debug)]
pub struct Stream {
    run: u32,
    id: ConnectionId,
    side: usize,
    local: SocketAddr,
    peer: SocketAddr,
    reading: Place,
    writing: Place,
}

impl Stream {
    /// Connects to a host, from a free port of the host on which the code runs.
    ///
    /// # Errors
    ///
    /// `ConnectionRefused` if nobody listens there; `TimedOut` after 127 s in which the host did not answer, because it is down or cut off;
    /// `ConnectionReset`; `NotFound` and `HostUnreachable` for hosts that there are not, `InvalidInput` for what is no address; `NetworkDown`
    /// if the host of the calling code has gone down.
    ///
    /// # Panics
    ///
    /// Outside a run.
    ///
    /// ```
    /// use seedbed::{Sim, net::Stream};
    /// let report = Sim::new(0).run(async { Stream::connect("nobody:80").await.unwrap_err().to_string() });
    /// assert_eq!(report.unwrap(), "no host is called \"nobody\"");
    /// ```
    pub async fn connect(to: impl ToAddress) -> Result<Self> {
        let named = to.to_named();
        let (run, id, local, peer) = with("Stream::connect", |net, kernel| {
            let to = net.resolve(kernel, &named)?;
            let id = net.connect(kernel, to)?;
            Ok::<_, Error>((kernel.run, id, net.peer(id, 1).unwrap_or(to), to))
        })?;
        let mut stream = Self::new(run, id, 0, local, peer);
        std::future::poll_fn(|cx| stream.poll_established(cx)).await?;
        Ok(stream)
    }

    pub(super) fn new(run: u32, id: ConnectionId, side: usize, local: SocketAddr, peer: SocketAddr) -> Self {
        Self { run, id, side, local, peer, reading: Place::default(), writing: Place::default() }
    }

    /// The address of this end.
    ///
    /// ```
    /// use seedbed::net::{self, Listener, Stream};
    /// use seedbed::Sim;
    /// let report = Sim::new(0).run(async {
    ///     let listener = Listener::bind(80).unwrap();
    ///     let stream = Stream::connect("main:80").await.unwrap();
    ///     (stream.local_addr().to_string(), stream.peer_addr().to_string())
    /// });
    /// assert_eq!(report.unwrap(), ("10.0.0.1:49152".to_owned(), "10.0.0.1:80".to_owned()));
    /// ```
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// The address of the other end.
    #[must_use]
    pub fn peer_addr(&self) -> SocketAddr {
        self.peer
    }

    /// Resets the connection: what is on its way from here arrives, then the other end has an error.
    ///
    /// ```
    /// use futures::AsyncReadExt;
    /// use seedbed::net::{Listener, Stream};
    /// use seedbed::Sim;
    /// use std::io::ErrorKind;
    /// let report = Sim::new(0).run(async {
    ///     let listener = Listener::bind(80).unwrap();
    ///     let mut stream = Stream::connect("main:80").await.unwrap();
    ///     listener.accept().await.unwrap().0.reset();
    ///     stream.read(&mut [0]).await.unwrap_err().kind()
    /// });
    /// assert_eq!(report.unwrap(), ErrorKind::ConnectionReset);
    /// ```
    #[doc(alias = "SO_LINGER")]
    pub fn reset(self) {
        of(self.run, |net, kernel| {
            net.send_reset(kernel, self.id, self.side);
            net.fail_end(kernel, self.id, self.side, ErrorKind::ConnectionReset);
        });
    }

    fn poll_established(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let (run, id) = (self.run, self.id);
        let look = || of(run, |net, kernel| net.look_at_handshake(kernel, id));
        self.reading.poll(cx, "Stream::connect", look, |waiter| {
            of(run, |net, _| net.connections.get_mut(&id).map(|connection| connection.ends[0].reader = Some(waiter)));
        })
    }

    pub(super) fn poll_read_into(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<Result<usize>> {
        let Self { run, id, side, .. } = *self;
        let look = || of(run, |net, kernel| net.read(kernel, id, side, buffer));
        self.reading.poll(cx, "a read of a stream", look, |waiter| {
            of(run, |net, _| {
                net.connections.get_mut(&id).map(|connection| connection.ends[side].reader = Some(waiter))
            });
        })
    }

    pub(super) fn poll_write_from(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let Self { run, id, side, .. } = *self;
        let look = || of(run, |net, kernel| net.write(kernel, id, side, bytes));
        self.writing.poll(cx, "a write to a stream", look, |waiter| {
            of(run, |net, _| {
                net.connections.get_mut(&id).map(|connection| connection.ends[side].writer = Some(waiter))
            });
        })
    }

    pub(super) fn shut(&mut self) -> Result<()> {
        of(self.run, |net, kernel| net.shut(kernel, self.id, self.side))
    }
}

/// The error of an end that is broken.
fn broken(net: &Net, id: ConnectionId, side: usize, kind: ErrorKind) -> Error {
    let peer = net.peer(id, side).map_or_else(|| "the other end".to_owned(), |peer| net.spot(peer));
    let what = match kind {
        ErrorKind::ConnectionRefused => format!("connection to {peer} was refused"),
        ErrorKind::TimedOut => format!("{peer} did not answer"),
        ErrorKind::BrokenPipe => format!("this end of the connection with {peer} was shut"),
        _ => format!("connection with {peer} was reset"),
    };
    Error::new(kind, what)
}

fn gone() -> Error {
    Error::new(ErrorKind::NotConnected, "the host of this connection has gone down")
}

impl Net {
    /// What this end can be used for: an error if it is broken, or its host has gone down.
    fn check(&self, id: ConnectionId, side: usize) -> Result<()> {
        let connection = self.connections.get(&id).ok_or_else(gone)?;
        let end = &connection.ends[side];
        match end.error {
            Some(kind) => Err(broken(self, id, side, kind)),
            None if !self.is_alive(end) => Err(gone()),
            None => Ok(()),
        }
    }

    fn look_at_handshake(&mut self, kernel: &mut Kernel, id: ConnectionId) -> Look<Result<()>> {
        if let Err(error) = self.check(id, 0) {
            return Look::Ready(Err(error));
        }
        if self.connections.get(&id).is_some_and(|connection| connection.established) {
            return Look::Ready(Ok(()));
        }
        let peer = self.peer(id, 0).map_or_else(String::new, |peer| self.spot(peer));
        Look::Wait(self.resource(kernel, "a connection to", &peer))
    }

    fn read(&mut self, kernel: &mut Kernel, id: ConnectionId, side: usize, buffer: &mut [u8]) -> Look<Result<usize>> {
        if let Err(error) = self.check(id, side) {
            return Look::Ready(Err(error));
        }
        let Some(connection) = self.connections.get(&id) else { return Look::Ready(Err(gone())) };
        let (route, path) = (connection.route(1 - side), Arc::clone(&connection.ends[1 - side].path));
        let end = &connection.ends[side];
        let most = buffer.len().min(end.received.len());
        if most == 0 {
            return match end.ended || buffer.is_empty() {
                true => Look::Ready(Ok(0)),
                false => Look::Wait(self.wait_words(kernel, id, side, 0, "read from")),
            };
        }
        let count = most - self.ask_short(kernel, route, &path, "read", most);
        if let Some(connection) = self.connections.get_mut(&id) {
            let received = connection.ends[side].received.drain(..count);
            buffer.iter_mut().zip(received).for_each(|(place, byte)| *place = byte);
        }
        self.make_room(kernel, id, side, count);
        Look::Ready(Ok(count))
    }

    fn write(&mut self, kernel: &mut Kernel, id: ConnectionId, side: usize, bytes: &[u8]) -> Look<Result<usize>> {
        if let Err(error) = self.check(id, side) {
            return Look::Ready(Err(error));
        }
        let Some(connection) = self.connections.get(&id) else { return Look::Ready(Err(gone())) };
        let (route, path) = (connection.route(side), Arc::clone(&connection.ends[side].path));
        let end = &connection.ends[side];
        if end.shut {
            return Look::Ready(Err(broken(self, id, side, ErrorKind::BrokenPipe)));
        }
        let most = bytes.len().min(connection.window.saturating_sub(end.unread));
        if most == 0 {
            return match bytes.is_empty() {
                true => Look::Ready(Ok(0)),
                false => Look::Wait(self.wait_words(kernel, id, side, 1, "room at")),
            };
        }
        let count = most - self.ask_short(kernel, route, &path, "write", most);
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.ends[side].unread += count;
        }
        self.transmit(kernel, id, side, Segment::Data(bytes[..count].to_vec()));
        Look::Ready(Ok(count))
    }

    fn shut(&mut self, kernel: &mut Kernel, id: ConnectionId, side: usize) -> Result<()> {
        self.check(id, side)?;
        if let Some(connection) = self.connections.get_mut(&id)
            && !std::mem::replace(&mut connection.ends[side].shut, true)
        {
            self.transmit(kernel, id, side, Segment::End);
        }
        Ok(())
    }

    /// What a deadlock says of a reader or a writer: made when one first waits.
    fn wait_words(
        &mut self,
        kernel: &mut Kernel,
        id: ConnectionId,
        side: usize,
        which: usize,
        what: &'static str,
    ) -> crate::ident::ResourceId {
        let peer = self.peer(id, side).map_or_else(String::new, |peer| self.spot(peer));
        match self.connections.get_mut(&id) {
            Some(connection) => {
                *connection.ends[side].waits[which].get_or_insert_with(|| new_resource(kernel, what, &peer))
            }
            None => self.resource(kernel, what, &peer),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<Result<usize>> {
        self.get_mut().poll_read_into(cx, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        self.get_mut().poll_write_from(cx, bytes)
    }

    /// What was written is on its way already.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(self.get_mut().shut())
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let Self { run, id, side, .. } = *self;
        try_of(run, |net, kernel| net.close(kernel, id, side));
    }
}
