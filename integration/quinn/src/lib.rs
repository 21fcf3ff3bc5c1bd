//! quinn on seedbed: endpoints run as they are published, on the virtual clock and the simulated network, with handshakes whose every byte comes
//! from the seed.
//!
//! ```
//! use quinn::rustls::RootCertStore;
//! use quinn::rustls::pki_types::{CertificateDer, PrivateKeyDer};
//! use seedbed::{Sim, net};
//! use seedbed_quinn::{client_config, endpoint, server_config};
//!
//! // Ed25519, for the name "server", valid from 1999 to 2099: a run begins in the year 2000.
//! const CERTIFICATE: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/quinn/certificates/long.der"));
//! const KEY: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/quinn/certificates/key.der"));
//!
//! let report = Sim::new(0).run(async {
//!     net::host("server").run(|| async {
//!         let key = PrivateKeyDer::Pkcs8(KEY.into());
//!         let config = server_config(vec![CertificateDer::from(CERTIFICATE)], key).unwrap();
//!         let server = endpoint(443, Some(config)).unwrap();
//!         let connection = server.accept().await.unwrap().await.unwrap();
//!         let mut stream = connection.open_uni().await.unwrap();
//!         stream.write_all(b"hello").await.unwrap();
//!         stream.finish().unwrap();
//!         connection.closed().await;
//!     });
//!     seedbed::yield_now().await;
//!
//!     let mut roots = RootCertStore::empty();
//!     roots.add(CertificateDer::from(CERTIFICATE)).unwrap();
//!     let client = endpoint(0, None).unwrap();
//!     let address = (net::lookup("server").unwrap(), 443).into();
//!     let connecting = client.connect_with(client_config(roots).unwrap(), address, "server");
//!     let connection = connecting.unwrap().await.unwrap();
//!     let said = connection.accept_uni().await.unwrap().read_to_end(64).await.unwrap();
//!     connection.close(0_u32.into(), b"thanks");
//!     client.wait_idle().await;
//!     said
//! });
//! assert_eq!(report.unwrap(), b"hello");
//! ```
//!
//! What stands where:
//!
//! - [`SeedbedRuntime`] is quinn's `Runtime`: tasks, timers and the clock, in the words of `std::time::Instant`.
//! - [`UdpSocket`] is quinn's `AsyncUdpSocket` over [`seedbed::net::Socket`], with segments in both directions, a limit of the path, and a
//!   buffer that may be full.
//! - [`endpoint_config`], [`server_config`] and [`client_config`] give quinn its randomness from the seed: connection ids, reset keys, token keys,
//!   packet numbers; [`provider`] does so for the TLS handshake, and [`WallClock`] judges certificates by the wall clock of the run.
//!
//! What the network of seedbed does not carry, quinn goes without: marks of congestion (ECN) are not delivered, as on a path that clears them.

#[allow(clippy::disallowed_types, reason = "quinn's word for an instant; virtual time says how far two are apart")]
mod clock;
mod config;
mod runtime;
mod socket;
mod tls;

pub use config::{SeededIds, client_config, endpoint, endpoint_config, server_config};
pub use runtime::{SeedbedRuntime, Timer};
pub use socket::{SEGMENTS_MAX, UdpSocket};
pub use tls::{WallClock, provider};
