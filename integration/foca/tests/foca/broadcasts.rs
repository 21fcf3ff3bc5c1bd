//! Broadcasts of the program's own reach everybody, and the newest takes the place of older ones.

use std::cell::RefCell;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::rc::Rc;

use foca::{BroadcastHandler, Config, Invalidates, PostcardCodec};
use seedbed::hunt::Hunt;
use seedbed::{Sim, net, sleep};
use seedbed_foca::Builder;
use seedbed_trials::runs;

use crate::cluster::lan;
use crate::peer::Peer;
use crate::programs::{DAY, LATE, SECOND};

/// The versions of one value that a node has heard of, in the order in which it did.
#[derive(Clone, Default)]
struct Heard(Rc<RefCell<Vec<u8>>>);

struct Version(u8);

impl Invalidates for Version {
    fn invalidates(&self, other: &Self) -> bool {
        self.0 > other.0
    }
}

impl BroadcastHandler<Peer> for Heard {
    type Key = Version;
    type Error = Infallible;

    fn receive_item(&mut self, data: &[u8], _: Option<&Peer>) -> Result<Option<Version>, Infallible> {
        let (mut heard, version) = (self.0.borrow_mut(), data[0]);
        if heard.last().is_some_and(|last| *last >= version) {
            return Ok(None);
        }
        heard.push(version);
        Ok(Some(Version(version)))
    }
}

/// Five nodes; one of them tells of four versions, the last of them when nothing strikes any more.
async fn tell() -> Vec<Vec<u8>> {
    let at = |number: u32| SocketAddr::new(net::host(&format!("n{number}")).ip(), 7946);
    let (mut nodes, heard) = (Vec::new(), [(); 5].map(|()| Heard::default()));
    for (number, heard) in (0..).zip(&heard) {
        let config = Config { max_transmissions: 10.try_into().expect("not 0"), ..lan(5) };
        let builder = Builder::new(Peer::new(at(number), 1), config, PostcardCodec, heard.clone());
        let starts = net::host(&format!("n{number}")).spawn(async move { builder.start().expect("its port is free") });
        nodes.push(starts.await.expect("nobody cancels it"));
    }
    for version in 1..=4 {
        if version == 4 {
            net::calm();
        }
        for other in 1..5 {
            nodes[0].announce(Peer::new(at(other), 0)).expect("a message can be written");
        }
        sleep(SECOND * 15).await;
        nodes[0].add_broadcast(&[version]).expect("it fits");
        sleep(SECOND * 15).await;
    }
    heard.map(|heard| heard.0.take()).to_vec()
}

#[test]
fn broadcasts_reach_everybody() {
    let report = Sim::new(0).run(tell());
    assert_eq!(report.unwrap(), vec![vec![1, 2, 3, 4]; 5]);
    let hunt = Hunt::new("broadcasts").regressions_off().runs(runs(500)).faults("lost+latency+duplicated+reordered");
    let report = hunt.sim(|sim| sim.virtual_time(DAY).stall(LATE)).run(|| async {
        let heard = tell().await;
        seedbed::sometimes!(heard.iter().any(|versions| versions.len() < 4), "a version passed somebody by");
        assert!(
            heard.iter().all(|versions| versions.last() == Some(&4)),
            "the last one is not known to all: {heard:?}"
        );
    });
    assert!(report.is_ok(), "{report}");
}
