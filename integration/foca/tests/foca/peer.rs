//! Who a node is: a host in one of its lives.

use std::fmt;
use std::net::SocketAddr;

use foca::Identity;
use serde::{Deserialize, Serialize};

/// An address, how often its host was started, and how often foca has renewed the identity since.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Peer {
    pub(crate) at: SocketAddr,
    pub(crate) boot: u32,
    pub(crate) renewed: u32,
    /// Whether foca may renew it.
    pub(crate) renews: bool,
}

impl Peer {
    pub(crate) fn new(at: SocketAddr, boot: u32) -> Self {
        Self { at, boot, renewed: 0, renews: true }
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in life {}.{}", self.at, self.boot, self.renewed)
    }
}

impl Identity for Peer {
    type Addr = SocketAddr;

    fn renew(&self) -> Option<Self> {
        self.renews.then(|| Self { renewed: self.renewed + 1, ..*self })
    }

    fn addr(&self) -> SocketAddr {
        self.at
    }

    fn win_addr_conflict(&self, adversary: &Self) -> bool {
        (self.boot, self.renewed) > (adversary.boot, adversary.renewed)
    }
}
