//! TLS from the seed: random bytes, key exchange, and the time of day by which certificates are judged.

use std::time::Duration;

use quinn::rustls::crypto::{
    ActiveKeyExchange, CryptoProvider, GetRandomFailed, SecureRandom, SharedSecret, SupportedKxGroup, ring as published,
};
use quinn::rustls::pki_types::UnixTime;
use quinn::rustls::time_provider::TimeProvider;
use quinn::rustls::{Error, NamedGroup, PeerMisbehaved};
use rand_core::Rng;
use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};

/// rustls's provider over ring, with random bytes and the keys of key exchanges drawn from the seed of the run.
///
/// Ciphers, hashes and signatures are ring's. The one group is X25519 (RFC 7748), computed by x25519-dalek, because ring takes its ephemeral
/// keys from the machine alone. Sign with Ed25519: a signature is then decided by its key and what is signed (RFC 8032), where one of
/// ECDSA or RSA-PSS draws on the machine.
///
/// These keys are worth nothing outside of a simulation. Outside of a run every draw panics.
///
/// ```
/// use quinn::rustls::crypto::SupportedKxGroup;
/// use seedbed::Sim;
/// let key = |seed: u64| Sim::new(seed).run(async {
///     seedbed_quinn::provider().kx_groups[0].start().unwrap().pub_key().to_vec()
/// }).unwrap();
/// assert_eq!(key(1), key(1));
/// assert_ne!(key(1), key(2));
/// ```
#[must_use]
pub fn provider() -> CryptoProvider {
    CryptoProvider { kx_groups: vec![&Group], secure_random: &Seeded, ..published::default_provider() }
}

/// So many random bytes of the run.
pub(crate) fn draw<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    seedbed::rng().fill_bytes(&mut bytes);
    bytes
}

#[derive(Debug)]
struct Seeded;

impl SecureRandom for Seeded {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), GetRandomFailed> {
        seedbed::rng().fill_bytes(bytes);
        Ok(())
    }
}

/// X25519 with keys from the seed.
#[derive(Debug)]
struct Group;

impl SupportedKxGroup for Group {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let secret = draw();
        Ok(Box::new(Exchange { secret, public: x25519(secret, X25519_BASEPOINT_BYTES) }))
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::X25519
    }
}

struct Exchange {
    secret: [u8; 32],
    public: [u8; 32],
}

impl ActiveKeyExchange for Exchange {
    fn complete(self: Box<Self>, peer: &[u8]) -> Result<SharedSecret, Error> {
        let peer: [u8; 32] = peer.try_into().map_err(|_| PeerMisbehaved::InvalidKeyShare)?;
        let shared = x25519(self.secret, peer);
        // A peer that sends a point of low order would decide the secret alone (RFC 7748, section 6.1).
        if shared == [0; 32] {
            return Err(PeerMisbehaved::InvalidKeyShare.into());
        }
        Ok(SharedSecret::from(&shared[..]))
    }

    fn pub_key(&self) -> &[u8] {
        &self.public
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::X25519
    }
}

/// The time of day as the wall clock of the run shows it: for rustls, which judges certificates and tickets by it, and for quinn, which judges
/// tokens.
///
/// A run begins on 2000-01-01 and goes on with virtual time; faults of the kind `wall` make the clock jump and drift.
#[derive(Clone, Copy, Debug, Default)]
pub struct WallClock;

impl WallClock {
    fn since_epoch() -> Duration {
        seedbed::time::wall_now().since_epoch()
    }
}

impl TimeProvider for WallClock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Self::since_epoch()))
    }
}

#[allow(clippy::disallowed_types, reason = "quinn's word for a time of day")]
impl quinn::TimeSource for WallClock {
    fn now(&self) -> std::time::SystemTime {
        std::time::SystemTime::UNIX_EPOCH + Self::since_epoch()
    }
}
