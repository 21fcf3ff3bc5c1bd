//! What quinn draws on: with generators of its own it is another run each time; with those of the adapter it is the same, byte for byte.

use std::io::{IoSliceMut, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use quinn::rustls::crypto::CryptoProvider;
use quinn::rustls::{self, RootCertStore, crypto, version};
use quinn::udp::{RecvMeta, Transmit};
use quinn::{AsyncUdpSocket, ClientConfig, Endpoint, EndpointConfig, ServerConfig, UdpPoller};
use seedbed::{net, sleep};
use seedbed_quinn::{SeedbedRuntime, SeededIds, UdpSocket, client_config, endpoint_config, provider, server_config};
use seedbed_trials::{Trial, trials_are_reproducible};

use crate::world::{Certificate, FAULTS, connect, key, there_and_back};

/// Whose random numbers a program uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Drawn {
    /// quinn's and rustls's own: the machine's.
    Published,
    /// The machine's, but for quinn's generator, which `EndpointConfig::rng_seed` starts.
    SeedOfQuinn,
    /// Those of the run, but for rustls's.
    AllButTls,
    /// Those of the run.
    All,
}

/// A socket that, where it is wished, has every byte in the trace that leaves it.
#[derive(Debug)]
struct Witness {
    inner: Arc<UdpSocket>,
    in_the_trace: bool,
}

impl AsyncUdpSocket for Witness {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Arc::clone(&self.inner).create_io_poller()
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> Result<()> {
        if self.in_the_trace {
            // FNV-1a.
            let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
            seedbed::note!("bytes {:016x}", transmit.contents.iter().fold(0xcbf2_9ce4_8422_2325, fold));
        }
        self.inner.try_send(transmit)
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        metas: &mut [RecvMeta],
    ) -> Poll<Result<usize>> {
        self.inner.poll_recv(cx, buffers, metas)
    }

    fn local_addr(&self) -> Result<SocketAddr> {
        self.inner.local_addr()
    }

    fn may_fragment(&self) -> bool {
        false
    }
}

impl Drawn {
    fn endpoint(self, port: u16, server: Option<ServerConfig>, bytes: bool) -> Endpoint {
        let mut config = match self {
            Self::Published | Self::SeedOfQuinn => EndpointConfig::default(),
            Self::AllButTls | Self::All => endpoint_config(),
        };
        if self == Self::SeedOfQuinn {
            config.rng_seed(Some([port.to_be_bytes()[0]; 32]));
        }
        let inner = Arc::new(UdpSocket::bind(port).expect("the port is free"));
        let socket = Arc::new(Witness { inner, in_the_trace: bytes });
        Endpoint::new_with_abstract_socket(config, server, socket, Arc::new(SeedbedRuntime)).expect("an endpoint")
    }

    fn provider(self) -> Arc<CryptoProvider> {
        Arc::new(if self == Self::All { provider() } else { crypto::ring::default_provider() })
    }

    fn server(self) -> ServerConfig {
        let chain = vec![Certificate::Long.der()];
        let builder = rustls::ServerConfig::builder_with_provider(self.provider());
        let builder = builder.with_protocol_versions(&[&version::TLS13]).expect("it has it").with_no_client_auth();
        let tls = builder.with_single_cert(chain.clone(), key()).expect("a good key");
        let tls = Arc::new(QuicServerConfig::try_from(tls).expect("it has the suite"));
        match self {
            Self::Published | Self::SeedOfQuinn => ServerConfig::with_crypto(tls),
            Self::AllButTls => {
                let mut config = server_config(chain, key()).expect("a good key");
                config.crypto = tls;
                config
            }
            Self::All => server_config(chain, key()).expect("a good key"),
        }
    }

    fn client(self) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(Certificate::Long.der()).expect("a certificate");
        if self == Self::All {
            return client_config(roots).expect("rustls takes it");
        }
        let builder = rustls::ClientConfig::builder_with_provider(self.provider());
        let builder = builder.with_protocol_versions(&[&version::TLS13]).expect("it has it");
        let tls = builder.with_root_certificates(roots).with_no_client_auth();
        let mut config = ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls).expect("it has the suite")));
        if self == Self::AllButTls {
            use quinn::ConnectionIdGenerator;
            config.initial_dst_cid_provider(Arc::new(|| SeededIds::default().generate_cid()));
        }
        config
    }
}

/// A connection with some streams, and a datagram.
async fn talk(drawn: Drawn, bytes: bool) {
    let host = net::host("server");
    let endpoint = host.spawn(async move { drawn.endpoint(443, Some(drawn.server()), bytes) }).await;
    let endpoint = endpoint.expect("the host is up");
    drop(host.spawn(async move {
        let Ok(connection) = endpoint.accept().await.expect("somebody connects").await else { return };
        while let Ok((mut send, mut receive)) = connection.accept_bi().await {
            let Ok(whole) = receive.read_to_end(1 << 16).await else { return };
            drop(send.write_all(&whole).await);
            drop(send.finish());
        }
    }));
    let mut endpoint = drawn.endpoint(0, None, bytes);
    endpoint.set_default_client_config(drawn.client());
    let Ok(connection) = connect(&endpoint).await else { return };
    for number in 0..5 {
        drop(there_and_back(connection.clone(), number, 8_000).await);
        drop(connection.send_datagram(vec![0; 100].into()));
        sleep(Duration::from_millis(10)).await;
    }
    connection.close(0_u32.into(), b"");
    endpoint.wait_idle().await;
}

fn trial(drawn: Drawn, bytes: bool) -> Trial {
    Trial::of(FAULTS, move || talk(drawn, bytes))
}

/// How many of the first hundred seeds give another run when it is made again.
fn divergences(drawn: Drawn, bytes: bool) -> u64 {
    let trial = trial(drawn, bytes);
    (0..100).filter(|seed| trial.digest(*seed) != trial.digest(*seed)).count() as u64
}

#[test]
fn every_byte_comes_from_the_seed() {
    trials_are_reproducible("leaks::every_byte_comes_from_the_seed", &[trial(Drawn::All, true)]);
}

#[test]
fn what_quinn_draws_from_the_machine_is_found_out() {
    let lengths =
        [Drawn::Published, Drawn::SeedOfQuinn, Drawn::AllButTls, Drawn::All].map(|drawn| divergences(drawn, false));
    let bytes = [Drawn::AllButTls, Drawn::All].map(|drawn| divergences(drawn, true));
    println!("of 100 seeds, lengths and times: {lengths:?}; bytes: {bytes:?}");
    assert!(lengths[0] > 0 && lengths[3] == 0, "{lengths:?}");
    assert!(bytes[0] > 0 && bytes[1] == 0, "{bytes:?}");
}
