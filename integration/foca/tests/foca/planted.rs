//! Bugs in the glue, as they are made: the default portfolio must find each, and the sound twin must pass.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use foca::{AccumulatingRuntime, Config, Error, Foca, PostcardCodec, Timer};
use rand_chacha::ChaCha8Rng;
use seedbed::hunt::{Hunt, HuntReport, Verdict};
use seedbed::net::{self, Socket};
use seedbed::{rng, sleep, spawn};
use seedbed_foca::{Builder, Event};
use seedbed_trials::runs;

use crate::cluster::{Cluster, lan};
use crate::glue::Glue;
use crate::programs::{DAY, PATIENCE, SECOND};

/// A planted bug: its name, the programs with it and without, and what a failure says.
pub(crate) struct Planted {
    pub(crate) name: &'static str,
    pub(crate) says: &'static str,
    hunt: fn(Hunt, bool) -> HuntReport,
}

pub(crate) const PLANTED: [Planted; 3] = [
    Planted {
        name: "an identity that was declared down is used again",
        says: "lacks",
        hunt: |hunt, planted| hunt.run(move || agree(3, if planted { Glue::KeepsLife } else { Glue::TakesNextLife })),
    },
    Planted {
        name: "timers outlive a restart",
        says: "Refused(",
        hunt: |hunt, planted| hunt.run(move || agree(2, if planted { Glue::KeepsTimers } else { Glue::BeginsAnew })),
    },
    Planted {
        name: "each timer has a task of its own",
        says: "without running its full course",
        hunt: |hunt, planted| hunt.run(move || probe(planted)),
    },
];

impl Planted {
    pub(crate) fn hunt(&self, seed: u64, number: u64, planted: bool) -> HuntReport {
        let hunt = Hunt::new(self.name)
            .seed(seed)
            .runs(number)
            .regressions_off()
            .prove(false)
            .faults("lost+latency+duplicated+reordered");
        (self.hunt)(hunt.sim(|sim| sim.virtual_time(DAY).steps(10_000_000)), planted)
    }
}

/// So many nodes, for a minute; then nothing strikes any more, and they must agree.
async fn agree(size: usize, glue: Glue) {
    let cluster = Cluster::new(size, lan(size), glue);
    (0..size).for_each(|number| cluster.start(number));
    sleep(SECOND * 60).await;
    net::calm();
    cluster.agrees_within(PATIENCE).await;
}

/// Two nodes that probe each other for a while, with timers as foca wants them, or with a task for each.
async fn probe(sloppy: bool) {
    let at = |name: &str| SocketAddr::new(net::host(name).ip(), 7946);
    for (name, other) in [("a", "b"), ("b", "a")] {
        net::host(name).run(move || async move {
            if sloppy {
                Sloppy::start(at(name), lan(2), at(other)).await;
                return;
            }
            let builder = Builder::new(at(name), lan(2), PostcardCodec, foca::NoCustomBroadcast);
            let builder = builder.observe(|_, event| {
                if let Event::Refused(error) = event {
                    panic!("{error}");
                }
            });
            builder.start().expect("its port is free").announce(at(other)).expect("a message can be written");
        });
    }
    sleep(SECOND * 30).await;
}

/// Glue of another making: a task sleeps for each timer, and hands it over when it comes to run.
struct Sloppy {
    foca: RefCell<Foca<SocketAddr, PostcardCodec, ChaCha8Rng, foca::NoCustomBroadcast>>,
    socket: Socket,
}

impl Sloppy {
    async fn start(at: SocketAddr, config: Config, other: SocketAddr) {
        let foca = RefCell::new(Foca::new(at, config, rng(), PostcardCodec));
        let node = Rc::new(Self { foca, socket: Socket::bind(at).expect("its port is free") });
        node.call(|foca, runtime| foca.announce(other, runtime));
        let mut buffer = [0; 1_400];
        while let Ok((length, _)) = node.socket.recv_from(&mut buffer).await {
            node.call(|foca, runtime| foca.handle_data(&buffer[..length], runtime));
        }
    }

    fn call(
        self: &Rc<Self>,
        work: impl FnOnce(
            &mut Foca<SocketAddr, PostcardCodec, ChaCha8Rng, foca::NoCustomBroadcast>,
            &mut AccumulatingRuntime<SocketAddr>,
        ) -> Result<(), Error>,
    ) {
        let mut runtime = AccumulatingRuntime::new();
        let result = work(&mut self.foca.borrow_mut(), &mut runtime);
        result.unwrap_or_else(|error| panic!("{error}"));
        while let Some((to, data)) = runtime.to_send() {
            self.socket.try_send_to(&data, to).expect("it is up");
        }
        while let Some((after, timer)) = runtime.to_schedule() {
            drop(spawn(Rc::clone(self).wait_for(after, timer)));
        }
    }

    async fn wait_for(self: Rc<Self>, after: Duration, timer: Timer<SocketAddr>) {
        sleep(after).await;
        self.call(|foca, runtime| foca.handle_timer(timer, runtime));
    }
}

#[test]
fn planted_bugs_are_found() {
    for planted in &PLANTED {
        let report = planted.hunt(0, 2_000, true);
        let Verdict::Failed(finding) = &report.verdict else { panic!("{}: not found\n{report}", planted.name) };
        assert!(finding.failure.to_string().contains(planted.says), "{report}");
    }
}

#[test]
fn their_sound_twins_pass() {
    for planted in &PLANTED {
        let report = planted.hunt(0, runs(1_000), false);
        assert!(report.is_ok(), "{report}");
    }
}
