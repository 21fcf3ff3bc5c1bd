//! What a program does around foca: soundly, or with a bug that is planted.

use foca::{Foca, PostcardCodec};
use seedbed::rng;

use crate::cluster::PeerNode;
use crate::peer::Peer;

/// How a program treats its node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Glue {
    /// foca renews the identity of whoever is taken for down.
    Renews,
    /// The program does: it takes the next life that is free.
    TakesNextLife,
    /// Planted: it goes on under the identity that the others take for down.
    KeepsLife,
    /// Whoever is alone begins anew, with another node.
    BeginsAnew,
    /// Planted: with another foca, which is handed the timers of the one before.
    KeepsTimers,
}

impl Glue {
    pub(crate) fn identity(self, mut peer: Peer) -> Peer {
        peer.renews = !matches!(self, Self::TakesNextLife | Self::KeepsLife);
        peer
    }

    /// The node has learnt that it is down, and is to be taken back.
    pub(crate) fn come_back(self, node: &PeerNode, next: Peer) {
        if self == Self::TakesNextLife {
            node.change_identity(next).expect("a message can be written");
        } else {
            node.reuse_down_identity().expect("it is down");
        }
    }
}

/// Puts another foca into the place of the one before.
pub(crate) fn replace(node: &PeerNode, next: Peer, config: foca::Config) {
    let another = Foca::new(next, config, rng(), PostcardCodec);
    node.with(|foca, _| *foca = another);
}
