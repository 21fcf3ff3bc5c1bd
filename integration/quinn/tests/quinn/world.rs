//! What the tests have in common: certificates, a server on a host of its own that sends back what it gets, and bytes that can be told apart.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use quinn::rustls::RootCertStore;
use quinn::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use quinn::{
    ClientConfig, Connection, ConnectionError, Endpoint, RecvStream, SendStream, ServerConfig, TransportConfig,
};
use seedbed::{Task, net, select, spawn};
use seedbed_quinn::{SeedbedRuntime, UdpSocket, client_config, endpoint_config, server_config};

/// Made by `certificates/make.sh`: for the name "server", valid until 2099.
const CERTIFICATE: &[u8] = include_bytes!("certificates/long.der");
/// The same name and key, valid until the end of 2000-01-01, the first day of a run.
const OF_A_DAY: &[u8] = include_bytes!("certificates/day.der");
const KEY: &[u8] = include_bytes!("certificates/key.der");

/// What quinn should stand.
pub(crate) const FAULTS: &str = "lost+latency+duplicated+reordered+point";

/// After so long without a word a connection is over.
pub(crate) const IDLE: Duration = Duration::from_secs(10);

/// By then every side knows that a connection is over: silence lasts three times the probe timeout where that is more than what was agreed, and the
/// probe timeout follows from the slowest round trips (RFC 9000, section 10.1).
pub(crate) const LONG_AFTER: Duration = Duration::from_secs(900);

/// Which of the two certificates a server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certificate {
    Long,
    OfADay,
}

impl Certificate {
    pub(crate) fn der(self) -> CertificateDer<'static> {
        CertificateDer::from(if self == Self::Long { CERTIFICATE } else { OF_A_DAY })
    }
}

/// The key of both.
pub(crate) fn key() -> PrivateKeyDer<'static> {
    PrivateKeyDer::Pkcs8(KEY.into())
}

/// quinn's own settings, with an end to silence that is sooner.
pub(crate) fn transport() -> TransportConfig {
    let mut transport = TransportConfig::default();
    transport.max_idle_timeout(Some(IDLE.try_into().expect("it is short")));
    transport
}

pub(crate) fn server_of(certificate: Certificate, transport: TransportConfig) -> ServerConfig {
    let mut config = server_config(vec![certificate.der()], key()).expect("a good key");
    config.transport_config(Arc::new(transport));
    config
}

pub(crate) fn client_of(trusted: Option<Certificate>, transport: TransportConfig) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    if let Some(certificate) = trusted {
        roots.add(certificate.der()).expect("a certificate");
    }
    let mut config = client_config(roots).expect("rustls takes it");
    config.transport_config(Arc::new(transport));
    config
}

/// An endpoint on the host of the caller, whose socket takes as many segments.
pub(crate) fn endpoint_of(port: u16, segments: usize, server: Option<ServerConfig>) -> Endpoint {
    let socket = UdpSocket::bind(port).expect("the port is free").segments(segments);
    let runtime = Arc::new(SeedbedRuntime);
    Endpoint::new_with_abstract_socket(endpoint_config(), server, Arc::new(socket), runtime).expect("an endpoint")
}

/// A client's endpoint, which knows what to connect with.
pub(crate) fn client(segments: usize, transport: TransportConfig) -> Endpoint {
    let mut endpoint = endpoint_of(0, segments, None);
    endpoint.set_default_client_config(client_of(Some(Certificate::Long), transport));
    endpoint
}

pub(crate) fn server_address() -> SocketAddr {
    (net::lookup("server").expect("there is a server"), 443).into()
}

/// Connects to the server.
pub(crate) async fn connect(endpoint: &Endpoint) -> Result<Connection, ConnectionError> {
    endpoint.connect(server_address(), "server").expect("a good address").await
}

/// Whether nothing more was heard of the other side; or that it knows nothing of the connection any more, because its last word was lost.
pub(crate) fn is_silence(end: &ConnectionError) -> bool {
    matches!(end, ConnectionError::TimedOut | ConnectionError::Reset)
}

/// What a server sees.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// How its connections ended.
    pub(crate) ends: RefCell<Vec<ConnectionError>>,
}

/// A server on a host of its own.
pub(crate) struct Server {
    pub(crate) endpoint: Endpoint,
    pub(crate) seen: Rc<Seen>,
    pub(crate) accepting: Task<()>,
}

impl Server {
    /// It is bound when this returns.
    pub(crate) async fn start(segments: usize, config: ServerConfig) -> Self {
        Self::start_with(move || endpoint_of(443, segments, Some(config))).await
    }

    /// The same with an endpoint that is made otherwise.
    pub(crate) async fn start_with(bind: impl FnOnce() -> Endpoint + 'static) -> Self {
        let host = net::host("server");
        let endpoint = host.spawn(async { bind() }).await.expect("the host is up");
        let seen = Rc::new(Seen::default());
        let accepting = host.spawn(accept(endpoint.clone(), Rc::clone(&seen)));
        Self { endpoint, seen, accepting }
    }

    /// Closes all connections, and waits until nothing of them is left.
    pub(crate) async fn close(self) {
        self.endpoint.close(0_u32.into(), b"closing time");
        self.accepting.await.expect("it accepts no more");
        self.endpoint.wait_idle().await;
    }
}

async fn accept(endpoint: Endpoint, seen: Rc<Seen>) {
    let mut connections = Vec::new();
    while let Some(incoming) = endpoint.accept().await {
        connections.push(spawn(serve(incoming, Rc::clone(&seen))));
    }
    for connection in connections {
        connection.await.expect("a connection ends");
    }
}

/// Sends back what comes, on streams of both kinds and in datagrams, until the connection ends.
async fn serve(incoming: quinn::Incoming, seen: Rc<Seen>) {
    let Ok(connection) = incoming.await else { return };
    let end = loop {
        select! {
            both = connection.accept_bi() => match both {
                Ok((send, receive)) => drop(spawn(echo(send, receive))),
                Err(end) => break end,
            },
            one = connection.accept_uni() => match one {
                Ok(receive) => drop(spawn(echo_one_way(connection.clone(), receive))),
                Err(end) => break end,
            },
            datagram = connection.read_datagram() => match datagram {
                Ok(datagram) => drop(connection.send_datagram(datagram)),
                Err(end) => break end,
            },
        }
    };
    seen.ends.borrow_mut().push(end);
}

/// Copies as it comes. Whatever breaks on one side breaks the other with the same number.
async fn echo(mut send: SendStream, mut receive: RecvStream) {
    loop {
        match receive.read_chunk(1_500, true).await {
            Ok(Some(chunk)) => {
                if let Err(quinn::WriteError::Stopped(code)) = send.write_chunk(chunk.bytes).await {
                    drop(receive.stop(code));
                    return;
                }
            }
            Ok(None) => break drop(send.finish()),
            Err(quinn::ReadError::Reset(code)) => break drop(send.reset(code)),
            Err(_) => return,
        }
    }
}

async fn echo_one_way(connection: Connection, mut receive: RecvStream) {
    let Ok(whole) = receive.read_to_end(1 << 20).await else { return };
    let Ok(mut send) = connection.open_uni().await else { return };
    if send.write_all(&whole).await.is_ok() {
        drop(send.finish());
    }
}

/// Sends so many bytes on a stream of both directions, and reads them again.
pub(crate) async fn there_and_back(connection: Connection, number: u32, length: usize) -> Result<(), ConnectionError> {
    let (mut send, mut receive) = connection.open_bi().await?;
    let sent = bytes(number, length);
    let expected = sent.clone();
    let writing = spawn(async move {
        for part in sent.chunks(3_333) {
            if send.write_all(part).await.is_err() {
                return;
            }
        }
        drop(send.finish());
    });
    let back = receive.read_to_end(length + 1).await;
    writing.await.expect("the writer ends");
    match back {
        Ok(back) => assert!(back == expected, "stream {number} came back changed: {} bytes", back.len()),
        Err(_) => return Err(connection.close_reason().expect("a stream breaks with its connection alone")),
    }
    Ok(())
}

/// So many bytes; those of another number are others.
pub(crate) fn bytes(number: u32, length: usize) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9e37_79b9) | 1;
    let mut next = || {
        // Xorshift (Marsaglia, 2003).
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}
