//! The socket: datagrams of the simulated network for quinn, in segments, with a limit of the path and a buffer that may be full.

use std::fmt;
use std::io::{Error, ErrorKind, IoSliceMut, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use quinn::udp::{RecvMeta, Transmit};
use quinn::{AsyncUdpSocket, UdpPoller};
use seedbed::net::{Socket, ToAddress};
use seedbed::time::Sleep;

/// So many datagrams of one length may be sent, and received, as one: what Linux allows (UDP_MAX_SEGMENTS).
pub const SEGMENTS_MAX: usize = 64;

/// The largest datagram there is.
const DATAGRAM_MAX: usize = 65_507;

/// A full buffer has room again after this long.
const FULL_FOR: Duration = Duration::from_millis(1);

/// A socket for quinn over [`seedbed::net::Socket`].
///
/// A plain one sends and receives single datagrams of any length. With [`segments`](Self::segments) it takes several at once, as Linux does
/// (`UDP_SEGMENT`, `UDP_GRO`). In runs with the fault `point` its send buffer may be full for a millisecond: `fault!("the send buffer is full")`.
///
/// ```
/// use quinn::AsyncUdpSocket;
/// use seedbed::Sim;
/// use seedbed_quinn::UdpSocket;
/// let report = Sim::new(0).run(async { UdpSocket::bind(443).unwrap().local_addr().unwrap().to_string() });
/// assert_eq!(report.unwrap(), "10.0.0.1:443");
/// ```
pub struct UdpSocket {
    inner: Socket,
    segments: usize,
    /// Longer datagrams are dropped on the way; 0 for no limit.
    path: AtomicU16,
    /// When there is room in the send buffer again, if it is full.
    full_until: Mutex<Option<seedbed::Instant>>,
    receiving: Mutex<Receiving>,
}

struct Receiving {
    /// A datagram is read here where it might not go into what was begun.
    scratch: Box<[u8]>,
    /// One that did not, for the next call: its length, at the beginning of `scratch`, and whom it is from.
    kept: Option<(usize, SocketAddr)>,
}

impl UdpSocket {
    /// Binds a port of the host on which the code runs, as [`Socket::bind`] does.
    ///
    /// # Errors
    ///
    /// As [`Socket::bind`].
    ///
    /// # Panics
    ///
    /// Outside a run.
    #[track_caller]
    pub fn bind(address: impl ToAddress) -> Result<Self> {
        Ok(Self::new(Socket::bind(address)?))
    }

    /// Wraps a socket.
    ///
    /// ```
    /// use seedbed::{Sim, net::Socket};
    /// let report = Sim::new(0).run(async { drop(seedbed_quinn::UdpSocket::new(Socket::bind(0).unwrap())) });
    /// assert!(report.result.is_ok());
    /// ```
    #[must_use]
    pub fn new(inner: Socket) -> Self {
        let receiving = Receiving { scratch: Box::default(), kept: None };
        Self {
            inner,
            segments: 1,
            path: AtomicU16::new(0),
            full_until: Mutex::new(None),
            receiving: Mutex::new(receiving),
        }
    }

    /// Has quinn hand over up to so many datagrams at once, and hands it as many; at least one, and at most [`SEGMENTS_MAX`].
    ///
    /// ```
    /// use quinn::AsyncUdpSocket;
    /// use seedbed::Sim;
    /// use seedbed_quinn::UdpSocket;
    /// let report = Sim::new(0).run(async { UdpSocket::bind(443).unwrap().segments(10).max_transmit_segments() });
    /// assert_eq!(report.unwrap(), 10);
    /// ```
    #[must_use]
    pub fn segments(mut self, segments: usize) -> Self {
        self.segments = segments.clamp(1, SEGMENTS_MAX);
        self
    }

    /// Has the path drop datagrams of more than so many bytes from now on, without a word, as routers do whose messages about it are filtered;
    /// `None` for a path that carries all. quinn finds such a limit by itself (RFC 8899).
    ///
    /// ```
    /// use seedbed::Sim;
    /// use seedbed_quinn::UdpSocket;
    /// let report = Sim::new(0).run(async { UdpSocket::bind(443).unwrap().limit_path(Some(1_280)) });
    /// assert!(report.result.is_ok());
    /// ```
    pub fn limit_path(&self, bytes: Option<u16>) {
        self.path.store(bytes.unwrap_or(0), Ordering::Relaxed);
    }

    /// Until when the send buffer is full, if it is.
    fn full_until(&self) -> Option<seedbed::Instant> {
        let mut until = lock(&self.full_until);
        *until = until.filter(|until| seedbed::now() < *until);
        *until
    }

    /// Receives into one buffer: as many datagrams of one sender as are there, all of the length of the first, but for the last, which may be
    /// shorter.
    fn receive(&self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<Result<RecvMeta>> {
        let receiving = &mut *lock(&self.receiving);
        let (stride, from) = match receiving.kept.take() {
            Some((length, from)) => {
                let taken = length.min(buffer.len());
                buffer[..taken].copy_from_slice(&receiving.scratch[..taken]);
                (taken, from)
            }
            None => ready!(self.inner.poll_recv_from(cx, buffer))?,
        };
        let mut length = stride;
        for _ in 1..self.segments {
            if stride == 0 {
                break;
            }
            receiving.scratch.is_empty().then(|| receiving.scratch = vec![0; DATAGRAM_MAX].into());
            // What fails here fails at the next call, too: what has been received comes first.
            let Poll::Ready(Ok((next, sender))) = self.inner.poll_recv_from(cx, &mut receiving.scratch) else { break };
            if sender != from || next > stride || next == 0 || length + next > buffer.len() {
                receiving.kept = Some((next, sender));
                break;
            }
            buffer[length..length + next].copy_from_slice(&receiving.scratch[..next]);
            length += next;
            if next < stride {
                break;
            }
        }
        let mut meta = RecvMeta::default();
        (meta.addr, meta.len, meta.stride) = (from, length, stride);
        Poll::Ready(Ok(meta))
    }
}

impl AsyncUdpSocket for UdpSocket {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Box::pin(Poller { socket: self, sleep: Mutex::new(None) })
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> Result<()> {
        if self.full_until().is_none() && seedbed::fault!("the send buffer is full") {
            *lock(&self.full_until) = Some(seedbed::now() + FULL_FOR);
        }
        if self.full_until().is_some() {
            return Err(Error::new(ErrorKind::WouldBlock, "the send buffer is full"));
        }
        let limit = match self.path.load(Ordering::Relaxed) {
            0 => usize::MAX,
            limit => limit.into(),
        };
        let whole = transmit.contents.len().max(1);
        let stride = transmit.segment_size.unwrap_or(whole).max(1);
        for datagram in transmit.contents.chunks(stride).filter(|datagram| datagram.len() <= limit) {
            match self.inner.try_send_to(datagram, transmit.destination) {
                // Nobody has that address: on the way to it, a datagram is lost like any other.
                Err(error) if matches!(error.kind(), ErrorKind::HostUnreachable | ErrorKind::NotFound) => {}
                sent => drop(sent?),
            }
        }
        Ok(())
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        metas: &mut [RecvMeta],
    ) -> Poll<Result<usize>> {
        let mut count = 0;
        for (buffer, meta) in buffers.iter_mut().zip(metas) {
            match self.receive(cx, buffer) {
                Poll::Ready(Ok(received)) => *meta = received,
                // What was received is handed over first.
                _ if count > 0 => break,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
            count += 1;
        }
        Poll::Ready(Ok(count))
    }

    fn local_addr(&self) -> Result<SocketAddr> {
        Ok(self.inner.local_addr())
    }

    fn max_transmit_segments(&self) -> usize {
        self.segments
    }

    fn max_receive_segments(&self) -> usize {
        self.segments
    }

    fn may_fragment(&self) -> bool {
        false
    }
}

impl fmt::Debug for UdpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("UdpSocket");
        shown.field("at", &self.inner.local_addr()).field("segments", &self.segments).finish_non_exhaustive()
    }
}

/// One task's wait for room. Each has a timer of its own, so that none takes another's wake.
#[derive(Debug)]
struct Poller {
    socket: Arc<UdpSocket>,
    sleep: Mutex<Option<Sleep>>,
}

impl UdpPoller for Poller {
    fn poll_writable(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let mut sleep = lock(&self.sleep);
        while let Some(until) = self.socket.full_until() {
            let waiting = sleep.get_or_insert_with(|| seedbed::sleep_until(until));
            ready!(Pin::new(waiting).poll(cx));
            *sleep = None;
        }
        *sleep = None;
        Poll::Ready(Ok(()))
    }
}

/// Everything runs on one thread, which never panics while it holds one of these.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
