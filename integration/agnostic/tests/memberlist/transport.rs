//! The transport: memberlist's packets as datagrams, and its connections as streams, of the simulated network.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;

use agnostic_lite::RuntimeLite;
use futures::io::{AsyncReadExt, ReadHalf, WriteHalf};
use memberlist_core::proto::{Payload, ProtoReader, ProtoWriter};
use memberlist_core::transport::resolver::socket_addr::SocketAddrResolver;
use memberlist_core::transport::{
    Connection, Packet, PacketSubscriber, StreamSubscriber, Transport, TransportError, packet_stream, promised_stream,
};
use seedbed::net::{self, Listener, Socket, Stream};
use seedbed::task::FutureRef;
use seedbed_agnostic::{SeedbedRuntime, SimInstant};
use send_wrapper::SendWrapper;
use smol_str::SmolStr;

/// All nodes listen here.
pub(crate) const PORT: u16 = 7946;

/// The address of a node.
pub(crate) fn address_of(host: &str) -> SocketAddr {
    SocketAddr::new(net::host(host).ip(), PORT)
}

/// How the transport is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Glue {
    Sound,
    /// Planted: takes one read for all that was asked for.
    ReadsOnce,
}

/// What the operating system says.
#[derive(Debug)]
pub(crate) struct WireError(io::Error);

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for WireError {}

impl From<io::Error> for WireError {
    fn from(error: io::Error) -> Self {
        Self(error)
    }
}

impl TransportError for WireError {
    fn is_remote_failure(&self) -> bool {
        true
    }

    fn custom(error: Cow<'static, str>) -> Self {
        Self(io::Error::other(error))
    }
}

/// The end of a connection that reads, with what was looked at and not taken.
///
/// Not `peekable::AsyncPeekable`, which memberlist-proto has a `ProtoReader` for: see `found`.
pub(crate) struct Reader {
    half: ReadHalf<Stream>,
    ahead: Vec<u8>,
    /// So much of it was shown by the last peek: asked again, it waits for more.
    shown: usize,
    glue: Glue,
}

impl Reader {
    /// Reads once, behind what is there.
    async fn read_on(&mut self) -> io::Result<usize> {
        let mut bytes = [0; 4_096];
        let count = self.half.read(&mut bytes).await?;
        self.ahead.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    async fn fill(&mut self, count: usize) -> io::Result<()> {
        while self.ahead.len() < count {
            if self.read_on().await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if self.glue == Glue::ReadsOnce {
                self.ahead.resize(count.max(self.ahead.len()), 0);
            }
        }
        Ok(())
    }

    fn take(&mut self, buffer: &mut [u8]) -> usize {
        let count = buffer.len().min(self.ahead.len());
        buffer[..count].copy_from_slice(&self.ahead[..count]);
        self.ahead.drain(..count);
        self.shown = 0;
        count
    }
}

impl ProtoReader for Reader {
    async fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.ahead.is_empty() {
            self.read_on().await?;
        }
        Ok(self.take(buf))
    }

    async fn read_exact(&mut self, buf: &mut [u8]) -> io::Result<()> {
        self.fill(buf.len()).await?;
        self.take(buf);
        Ok(())
    }

    async fn peek(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.ahead.len() <= self.shown && self.read_on().await? == 0 && self.shown > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.shown = self.ahead.len();
        let count = buf.len().min(self.shown);
        buf[..count].copy_from_slice(&self.ahead[..count]);
        Ok(count)
    }

    async fn peek_exact(&mut self, buf: &mut [u8]) -> io::Result<()> {
        self.fill(buf.len()).await?;
        buf.copy_from_slice(&self.ahead[..buf.len()]);
        Ok(())
    }
}

/// A connection.
pub(crate) struct Wire(Reader, WriteHalf<Stream>);

impl Wire {
    fn of(stream: Stream, glue: Glue) -> Self {
        let (reader, writer) = stream.split();
        Self(Reader { half: reader, ahead: Vec::new(), shown: 0, glue }, writer)
    }
}

impl Connection for Wire {
    type Reader = Reader;
    type Writer = WriteHalf<Stream>;

    fn split(self) -> (Reader, WriteHalf<Stream>) {
        (self.0, self.1)
    }

    fn read(&mut self, buf: &mut [u8]) -> impl Future<Output = io::Result<usize>> + Send {
        self.0.read(buf)
    }

    fn read_exact(&mut self, buf: &mut [u8]) -> impl Future<Output = io::Result<()>> + Send {
        self.0.read_exact(buf)
    }

    fn peek(&mut self, buf: &mut [u8]) -> impl Future<Output = io::Result<usize>> + Send {
        self.0.peek(buf)
    }

    fn peek_exact(&mut self, buf: &mut [u8]) -> impl Future<Output = io::Result<()>> + Send {
        self.0.peek_exact(buf)
    }

    fn write_all(&mut self, payload: &[u8]) -> impl Future<Output = io::Result<()>> + Send {
        ProtoWriter::write_all(&mut self.1, payload)
    }

    fn flush(&mut self) -> impl Future<Output = io::Result<()>> + Send {
        ProtoWriter::flush(&mut self.1)
    }

    fn close(&mut self) -> impl Future<Output = io::Result<()>> + Send {
        ProtoWriter::close(&mut self.1)
    }
}

/// One node's way to the others.
pub(crate) struct Wires {
    id: SmolStr,
    glue: Glue,
    address: SocketAddr,
    socket: SendWrapper<std::rc::Rc<Socket>>,
    packets: PacketSubscriber<SocketAddr, SimInstant>,
    streams: StreamSubscriber<SocketAddr, Wire>,
    pumps: SendWrapper<[FutureRef; 2]>,
}

impl Wires {
    /// Binds the node's port on the present host, and takes in what comes there.
    fn plug_in(id: SmolStr, glue: Glue) -> io::Result<Self> {
        let (socket, listener) = (std::rc::Rc::new(Socket::bind(PORT)?), Listener::bind(PORT)?);
        let (packet_sender, packets) = packet_stream::<Self>(64);
        let (stream_sender, streams) = promised_stream::<Self>();
        let incoming = std::rc::Rc::clone(&socket);
        let datagrams = seedbed::spawn(async move {
            let mut buffer = vec![0; 65_536];
            while let Ok((count, from)) = incoming.recv_from(&mut buffer).await {
                let packet = Packet::new(from, SeedbedRuntime::now(), buffer[..count].to_vec().into());
                if packet_sender.send(packet).await.is_err() {
                    break;
                }
            }
        });
        let connections = seedbed::spawn(async move {
            while let Ok((stream, from)) = listener.accept().await {
                if stream_sender.send(from, Wire::of(stream, glue)).await.is_err() {
                    break;
                }
            }
        });
        let pumps = SendWrapper::new([FutureRef::clone(&datagrams), FutureRef::clone(&connections)]);
        let address = socket.local_addr();
        Ok(Self { id, glue, address, socket: SendWrapper::new(socket), packets, streams, pumps })
    }
}

impl Transport for Wires {
    type Error = WireError;
    type Id = SmolStr;
    type Address = SocketAddr;
    type ResolvedAddress = SocketAddr;
    type Resolver = SocketAddrResolver<SeedbedRuntime>;
    type Connection = Wire;
    type Runtime = SeedbedRuntime;
    type Options = (SmolStr, Glue);

    async fn new((id, glue): (SmolStr, Glue)) -> Result<Self, WireError> {
        Ok(Self::plug_in(id, glue)?)
    }

    async fn resolve(&self, addr: &SocketAddr) -> Result<SocketAddr, WireError> {
        Ok(*addr)
    }

    fn local_id(&self) -> &SmolStr {
        &self.id
    }

    fn local_address(&self) -> &SocketAddr {
        &self.address
    }

    fn advertise_address(&self) -> &SocketAddr {
        &self.address
    }

    fn max_packet_size(&self) -> usize {
        1_400
    }

    fn header_overhead(&self) -> usize {
        0
    }

    fn blocked_address(&self, _: &SocketAddr) -> Result<(), WireError> {
        Ok(())
    }

    async fn send_to(&self, addr: &SocketAddr, packet: Payload) -> Result<(usize, SimInstant), WireError> {
        let sent = SeedbedRuntime::now();
        Ok((self.socket.try_send_to(packet.as_slice(), *addr)?, sent))
    }

    async fn open(&self, addr: &SocketAddr, deadline: SimInstant) -> Result<Wire, WireError> {
        let connect = SendWrapper::new(Stream::connect(*addr));
        match SeedbedRuntime::timeout_at(deadline, connect).await {
            Ok(stream) => Ok(Wire::of(stream?, self.glue)),
            Err(elapsed) => Err(io::Error::from(elapsed).into()),
        }
    }

    fn packet(&self) -> PacketSubscriber<SocketAddr, SimInstant> {
        self.packets.clone()
    }

    fn stream(&self) -> StreamSubscriber<SocketAddr, Wire> {
        self.streams.clone()
    }

    fn packet_reliable(&self) -> bool {
        false
    }

    fn packet_secure(&self) -> bool {
        false
    }

    fn stream_secure(&self) -> bool {
        false
    }

    async fn shutdown(&self) -> Result<(), WireError> {
        self.packets.close();
        self.streams.close();
        for pump in self.pumps.iter() {
            pump.cancel();
        }
        Ok(())
    }
}
