//! Packets that were damaged on their way: foca may refuse them, and must not panic ("No runtime crashes", its front page says).

use std::collections::VecDeque;
use std::net::SocketAddr;

use foca::{AccumulatingRuntime, Foca, NoCustomBroadcast, PostcardCodec, Timer};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use seedbed_trials::seeds;

use crate::cluster::lan;
use crate::peer::Peer;

/// Four nodes in one loop, without a network: packets arrive in the order in which they were sent, some of them damaged.
struct Ring {
    nodes: Vec<Foca<Peer, PostcardCodec, ChaCha8Rng, NoCustomBroadcast>>,
    packets: VecDeque<(Peer, Vec<u8>)>,
    timers: VecDeque<(usize, Timer<Peer>)>,
    chance: ChaCha8Rng,
    refused: u64,
}

impl Ring {
    fn of(seed: u64) -> Self {
        let identity = |number: u8| Peer::new(SocketAddr::from(([10, 0, 0, number], 7946)), 1);
        let node = |number| {
            Foca::new(identity(number), lan(4), ChaCha8Rng::seed_from_u64(seed + u64::from(number)), PostcardCodec)
        };
        let (packets, timers, chance) = (VecDeque::new(), VecDeque::new(), ChaCha8Rng::seed_from_u64(seed));
        let mut ring = Self { nodes: (0..4).map(node).collect(), packets, timers, chance, refused: 0 };
        for number in 1..4 {
            ring.call(number, |foca, runtime| foca.announce(identity(0), runtime));
        }
        ring
    }

    fn call(
        &mut self,
        number: usize,
        work: impl FnOnce(
            &mut Foca<Peer, PostcardCodec, ChaCha8Rng, NoCustomBroadcast>,
            &mut AccumulatingRuntime<Peer>,
        ) -> Result<(), foca::Error>,
    ) {
        let mut runtime = AccumulatingRuntime::new();
        self.refused += u64::from(work(&mut self.nodes[number], &mut runtime).is_err());
        while let Some((to, data)) = runtime.to_send() {
            self.packets.push_back((to, data.to_vec()));
        }
        while let Some((_, timer)) = runtime.to_schedule() {
            self.timers.push_back((number, timer));
        }
    }

    fn damaged(&mut self, mut data: Vec<u8>) -> Vec<u8> {
        match self.chance.random_range(0..8_u32) {
            0 => data.truncate(self.chance.random_range(0..=data.len() as u64) as usize),
            1 => data.extend((0..self.chance.random_range(1..8_u32)).map(|_| self.chance.random::<u8>())),
            2 | 3 if !data.is_empty() => {
                let place = self.chance.random_range(0..data.len() as u64) as usize;
                data[place] = self.chance.random();
            }
            _ => {}
        }
        data
    }

    fn step(&mut self) {
        if let Some((to, data)) = self.packets.pop_front() {
            let data = self.damaged(data);
            if let Some(number) = self.nodes.iter().position(|node| node.identity().at == to.at) {
                self.call(number, |foca, runtime| foca.handle_data(&data, runtime));
            }
        } else if let Some((number, timer)) = self.timers.pop_front() {
            self.call(number, |foca, runtime| foca.handle_timer(timer, runtime));
        }
    }
}

#[test]
fn damaged_packets_are_refused() {
    let mut refused = 0;
    for seed in 0..seeds() {
        let mut ring = Ring::of(seed);
        (0..500).for_each(|_| ring.step());
        refused += ring.refused;
    }
    assert!(refused > 10 * seeds(), "hardly any damage was noticed: {refused}");
}
