//! Configurations whose secrets are drawn from the seed of the run, and endpoints made of them.

use std::io::Result;
use std::sync::Arc;
use std::time::Duration;

use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use quinn::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use quinn::rustls::{self, RootCertStore, version};
use quinn::{ClientConfig, ConnectionId, ConnectionIdGenerator, Endpoint, EndpointConfig, ServerConfig};
use ring::{hkdf, hmac};
use seedbed::net::ToAddress;

use crate::runtime::SeedbedRuntime;
use crate::socket::UdpSocket;
use crate::tls::{WallClock, draw, provider};

/// The length that quinn's own generators of connection ids have.
const ID_LENGTH: usize = 8;

/// Connection ids from the seed of the run.
#[derive(Clone, Copy, Debug, Default)]
pub struct SeededIds {
    lifetime: Option<Duration>,
}

impl SeededIds {
    /// Ids that quinn replaces after so long.
    #[must_use]
    pub const fn living_for(lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime) }
    }
}

impl ConnectionIdGenerator for SeededIds {
    fn generate_cid(&mut self) -> ConnectionId {
        ConnectionId::new(&draw::<ID_LENGTH>())
    }

    fn cid_len(&self) -> usize {
        ID_LENGTH
    }

    fn cid_lifetime(&self) -> Option<Duration> {
        self.lifetime
    }
}

/// quinn's configuration of an endpoint, with generators that the seed of the run starts.
///
/// The key of stateless resets is drawn, too. An endpoint that is to be recognised after a restart of its host wants one that is kept:
/// `endpoint_config().reset_key(Arc::new(hmac::Key::new(…)))`.
///
/// # Panics
///
/// Outside a run.
///
/// ```
/// use seedbed::Sim;
/// let report = Sim::new(0).run(async { format!("{:?}", seedbed_quinn::endpoint_config()).contains("rng_seed: Some") });
/// assert!(report.unwrap());
/// ```
#[must_use]
#[track_caller]
pub fn endpoint_config() -> EndpointConfig {
    let mut config = EndpointConfig::new(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, &draw::<64>())));
    config.rng_seed(Some(draw())).cid_generator(|| Box::new(SeededIds::default()));
    config
}

/// quinn's configuration of a server: TLS by [`provider`], the key of its tokens from the seed, times from [`WallClock`].
///
/// 0-RTT is accepted, as quinn's own default has it.
///
/// # Errors
///
/// What rustls says of the certificates or the key.
///
/// # Panics
///
/// Outside a run.
pub fn server_config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> std::result::Result<ServerConfig, rustls::Error> {
    let builder = rustls::ServerConfig::builder_with_details(Arc::new(provider()), Arc::new(WallClock));
    let builder = builder.with_protocol_versions(&[&version::TLS13])?.with_no_client_auth();
    let mut tls = builder.with_single_cert(chain, key)?;
    tls.max_early_data_size = u32::MAX;
    let tls = QuicServerConfig::try_from(tls).unwrap_or_else(|_| no_suite());
    let tokens = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(&draw::<64>());
    let mut config = ServerConfig::new(Arc::new(tls), Arc::new(tokens));
    config.time_source(Arc::new(WallClock));
    Ok(config)
}

/// quinn's configuration of a client that trusts these roots: TLS by [`provider`], the first connection id from the seed, times from [`WallClock`].
///
/// 0-RTT is offered where a ticket allows it, as quinn's own default has it.
///
/// # Errors
///
/// None with the provider as it is; rustls's builder may return some.
///
/// ```
/// use quinn::rustls::RootCertStore;
/// assert!(seedbed_quinn::client_config(RootCertStore::empty()).is_ok());
/// ```
pub fn client_config(roots: RootCertStore) -> std::result::Result<ClientConfig, rustls::Error> {
    let builder = rustls::ClientConfig::builder_with_details(Arc::new(provider()), Arc::new(WallClock));
    let builder = builder.with_protocol_versions(&[&version::TLS13])?.with_root_certificates(roots);
    let mut tls = builder.with_no_client_auth();
    tls.enable_early_data = true;
    let tls = QuicClientConfig::try_from(tls).unwrap_or_else(|_| no_suite());
    let mut config = ClientConfig::new(Arc::new(tls));
    // As long as the one that quinn draws by itself: the longest that there may be (RFC 9000, section 17.2).
    config.initial_dst_cid_provider(Arc::new(|| ConnectionId::new(&draw::<20>())));
    Ok(config)
}

fn no_suite() -> ! {
    unreachable!("seedbed-quinn bug: the provider over ring lacks TLS13_AES_128_GCM_SHA256, please report")
}

/// An endpoint on the host on which the code runs, bound to an address as [`seedbed::net::Socket::bind`] takes it; with [`endpoint_config`]
/// and a plain [`UdpSocket`].
///
/// # Errors
///
/// As [`seedbed::net::Socket::bind`].
///
/// # Panics
///
/// Outside a run.
#[track_caller]
pub fn endpoint(address: impl ToAddress, server: Option<ServerConfig>) -> Result<Endpoint> {
    let socket = Arc::new(UdpSocket::bind(address)?);
    Endpoint::new_with_abstract_socket(endpoint_config(), server, socket, Arc::new(SeedbedRuntime))
}
