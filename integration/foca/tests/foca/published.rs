//! What foca 2.0.0 does and should not. Each test fails once that is mended: the page on what was found must say so then.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::time::Duration;

use foca::{
    AccumulatingRuntime, Codec, Config, Foca, Header, Identity, Member, Message, NoCustomBroadcast, OwnedNotification,
    PostcardCodec, State, Timer,
};
use seedbed::hunt::{Hunt, Verdict};
use seedbed::{Sim, net, sleep};
use seedbed_foca::{Builder, Event, Node};

use crate::cluster::lan;
use crate::peer::Peer;

const MINUTE: Duration = Duration::from_secs(60);

fn at(name: &str) -> SocketAddr {
    SocketAddr::new(net::host(name).ip(), 7946)
}

/// Starts a node on a host of that name.
async fn start<T>(name: &str, me: T, config: Config) -> Node<T, PostcardCodec>
where
    T: Identity<Addr = SocketAddr> + serde::Serialize + for<'de> serde::Deserialize<'de> + 'static,
{
    let starts = net::host(name).spawn(async move {
        let builder = Builder::new(me, config, PostcardCodec, NoCustomBroadcast);
        builder.observe(|node, event| seedbed::note!("{:?}: {event:?}", node.identity())).start()
    });
    starts.await.expect("nobody cancels it").expect("its port is free")
}

/// The smallest program: what one node sends after another has refuted its suspicion.
#[test]
fn a_member_that_has_refuted_a_suspicion_is_told_that_it_is_down() {
    let address = |number: u8| SocketAddr::from(([10, 0, 0, number], 7946));
    let mut runtime = AccumulatingRuntime::new();
    let mut foca = Foca::new(address(1), lan(2), seeded(), PostcardCodec);
    foca.apply_many([Member::alive(address(2))].into_iter(), true, &mut runtime).expect("it is news");
    // It is probed, does not answer, and is suspected with the next probe.
    let mut suspicion = None;
    while suspicion.is_none() {
        let (_, timer) = runtime.to_schedule().expect("it probes");
        match timer {
            Timer::ChangeSuspectToDown { .. } => suspicion = Some(timer),
            Timer::PeriodicGossip(_) | Timer::PeriodicAnnounce(_) | Timer::PeriodicAnnounceDown(_) => {}
            timer => foca.handle_timer(timer, &mut runtime).expect("it goes on"),
        }
    }
    assert!(foca.iter_members().all(|member| member.state() == State::Suspect));
    let refuted = Member::new(address(2), 1, State::Alive);
    foca.apply_many([refuted.clone()].into_iter(), true, &mut runtime).expect("it is news");
    while runtime.to_send().is_some() {}
    foca.handle_timer(suspicion.expect("it suspects"), &mut runtime).expect("it is due");
    assert!(foca.iter_members().eq([&refuted]), "it is not declared down");
    let sent = std::iter::from_fn(|| runtime.to_send()).map(|(to, _)| to).collect::<Vec<_>>();
    assert_eq!(sent, [address(2)], "foca does not tell it that it is down any more: say so where this was reported");
}

fn seeded() -> rand_chacha::ChaCha8Rng {
    rand_chacha::rand_core::SeedableRng::seed_from_u64(0)
}

/// Three nodes whose identities are not renewed, for half a minute. None may be told to be down whom nobody has declared down.
async fn three_for_a_while() {
    let names = ["a", "b", "c"];
    let declared: Rc<RefCell<Vec<SocketAddr>>> = Rc::default();
    for name in names {
        let declared = Rc::clone(&declared);
        net::host(name).run(move || {
            let declared = Rc::clone(&declared);
            async move {
                let me = at(name);
                let builder = Builder::new(me, lan(3), PostcardCodec, NoCustomBroadcast);
                let builder = builder.observe(move |_, event| match event {
                    Event::Notified(OwnedNotification::MemberDown(who)) => declared.borrow_mut().push(*who),
                    Event::Notified(OwnedNotification::Defunct) => {
                        assert!(declared.borrow().contains(&me), "{name} is defunct, and nobody has declared it down");
                    }
                    _ => {}
                });
                let node = builder.start().expect("its port is free");
                for other in names.iter().filter(|other| **other != name) {
                    node.announce(at(other)).expect("a message can be written");
                }
            }
        });
    }
    sleep(Duration::from_secs(30)).await;
}

#[test]
fn a_hunt_finds_nodes_that_are_defunct_though_nobody_has_declared_them_down() {
    let hunt = Hunt::new("refuted").regressions_off().prove(false).runs(200).faults("lost");
    let report = hunt.run(three_for_a_while);
    let Verdict::Failed(finding) = &report.verdict else { panic!("not found: {report}") };
    assert!(finding.failure.to_string().contains("nobody has declared it down"), "{report}");
}

#[test]
fn two_nodes_that_were_apart_never_speak_again() {
    let report = Sim::new(0).virtual_time(Duration::from_secs(7_200)).run(async {
        let [a, b] = [start("a", Peer::new(at("a"), 1), lan(2)).await, start("b", Peer::new(at("b"), 1), lan(2)).await];
        a.announce(b.identity()).expect("a message can be written");
        sleep(MINUTE).await;
        assert_eq!([a.num_members(), b.num_members()], [1, 1]);
        net::partition(["a"], ["b"]);
        sleep(MINUTE).await;
        net::heal_all();
        sleep(60 * MINUTE).await;
        [a.num_members(), b.num_members()]
    });
    assert_eq!(report.unwrap(), [0, 0], "nodes that are alone announce themselves now: say so where this was reported");
}

/// Two halves of two are apart for two minutes, with the settings that foca recommends and identities that are renewed. Returns whom each
/// knows an hour later.
async fn halves(together: bool) -> Vec<(Peer, Vec<Peer>)> {
    let names = ["a", "b", "c", "d"];
    let mut nodes = Vec::new();
    for name in names {
        if !together {
            sleep(Duration::from_millis(rand::RngExt::random_range(&mut seedbed::rng(), 0..20_000))).await;
        }
        nodes.push(start(name, Peer::new(at(name), 1), lan(4)).await);
        let others = || names.map(at).into_iter();
        for node in nodes.iter().filter(|_| !together || nodes.len() == 4) {
            for other in others().filter(|other| *other != node.identity().at) {
                node.announce(Peer::new(other, 0)).expect("a message can be written");
            }
        }
    }
    sleep(MINUTE).await;
    net::partition(["a", "b"], ["c", "d"]);
    sleep(2 * MINUTE).await;
    net::heal_all();
    sleep(60 * MINUTE).await;
    seedbed::note!("an hour later");
    sleep(10 * MINUTE).await;
    let members = |node: &Node<Peer, PostcardCodec>| node.members().iter().map(|member| *member.id()).collect();
    nodes.iter().map(|node| (node.identity(), members(node))).collect()
}

/// Plain order, and no faults but the partition: all four renew their identities at once, and nobody is told of it.
#[test]
fn nodes_that_are_renewed_at_one_time_fall_silent_for_ever() {
    let report = Sim::new(0).virtual_time(Duration::from_secs(7_200)).run(halves(true));
    let text = report.trace.summary();
    let after = text.split_once("an hour later").map(|(_, after)| after.contains("send"));
    let known = report.unwrap();
    for (place, (me, others)) in known.iter().enumerate() {
        let other = known[place ^ 1].0;
        assert_eq!(
            (me.renewed, &others[..]),
            (1, &[Peer { renewed: 0, ..other }][..]),
            "say so where this was reported"
        );
    }
    assert_eq!(after, Some(false), "say so where this was reported");
}

#[test]
fn a_hunt_finds_nodes_that_stay_apart() {
    let hunt = Hunt::new("apart").regressions_off().prove(false).runs(200).faults("lost+latency");
    let report =
        hunt.sim(|sim| sim.virtual_time(Duration::from_secs(7_200)).stall(Duration::from_millis(50))).run(|| async {
            let known = halves(false).await;
            assert!(
                known.iter().all(|(_, others)| others.len() == 3),
                "an hour after the network has healed: {known:?}"
            );
        });
    let Verdict::Failed(finding) = &report.verdict else { panic!("not found: {report}") };
    assert!(finding.failure.to_string().contains("an hour after the network has healed"), "{report}");
}

/// As in foca's example `bootstrap_with_wellknown`.
#[test]
fn nodes_that_are_taught_whom_to_find_do_not_look_for_them() {
    let report = Sim::new(0).virtual_time(Duration::from_secs(7_200)).run(async {
        let [a, b] = [start("a", Peer::new(at("a"), 1), lan(2)).await, start("b", Peer::new(at("b"), 1), lan(2)).await];
        for (node, other) in [(&a, "b"), (&b, "a")] {
            let known = [Member::down(Peer::new(at(other), 0))].into_iter();
            node.with(|foca, outside| foca.apply_many(known, false, outside)).expect("it is news");
        }
        sleep(60 * MINUTE).await;
        [a.num_members(), b.num_members()]
    });
    let sent = report.trace.summary().contains("send");
    assert_eq!((report.unwrap(), sent), ([0, 0], false), "say so where this was reported");
}

/// The smallest program: what another one relays to a node that has left brings it back.
#[test]
fn a_node_that_has_left_is_brought_back_by_a_probe() {
    let [a, c, x] = [1, 2, 3].map(|number| Peer::new(SocketAddr::from(([10, 0, 0, number], 7946)), 1));
    let mut runtime = AccumulatingRuntime::new();
    let [mut at_a, mut at_x] = [(a, x), (x, a)].map(|(me, other)| {
        let mut foca = Foca::new(me, lan(3), seeded(), PostcardCodec);
        let others = [Member::alive(other), Member::alive(c)];
        foca.apply_many(others.into_iter(), true, &mut runtime).expect("it is news");
        foca
    });
    let carry = |from: &mut AccumulatingRuntime<Peer>, to: Peer| loop {
        let (receiver, data) = from.to_send().expect("there is a packet for it");
        if receiver == to {
            return data;
        }
    };
    let mut said = AccumulatingRuntime::new();
    at_x.leave_cluster(&mut said).expect("it leaves");
    at_a.handle_data(&carry(&mut said, a), &mut runtime).expect("it is a packet of foca's");
    assert!(at_a.iter_members().all(|member| *member.id() != x), "its farewell was heard");
    // The farewell has not reached the third one, which probes: Message documents the way by which it asks others for help.
    let message = Message::PingReq { target: x, probe_number: 1 };
    let (mut asks, header) = (Vec::new(), Header { src: c, src_incarnation: 0, dst: a, message });
    PostcardCodec.encode_header(&header, &mut asks).expect("there is room");
    let mut relayed = AccumulatingRuntime::new();
    at_a.handle_data(&asks, &mut relayed).expect("it is a packet of foca's");
    at_x.handle_data(&carry(&mut relayed, x), &mut runtime).expect("it is a packet of foca's");
    assert_eq!(*at_x.identity(), Peer { renewed: 1, ..x }, "it stays away now: say so where this was reported");
}

/// Four nodes, of which one leaves, and goes on listening so that all may hear of it. It must not come back.
async fn one_leaves() {
    let mut nodes = Vec::new();
    for name in ["a", "b", "c", "x"] {
        let node = start(name, Peer::new(at(name), 1), lan(4)).await;
        for other in ["a", "b", "c", "x"].iter().filter(|other| **other != name) {
            node.announce(Peer::new(at(other), 0)).expect("a message can be written");
        }
        nodes.push(node);
    }
    sleep(Duration::from_secs(10)).await;
    let x = nodes.pop().expect("there are four");
    let me = x.identity();
    x.leave().expect("a message can be written");
    sleep(5 * MINUTE).await;
    assert_eq!(x.identity(), me, "it has left, and come back by itself");
}

#[test]
fn a_node_that_has_left_comes_back_by_itself() {
    let hunt = Hunt::new("left").regressions_off().prove(false).runs(200).faults("lost");
    let report = hunt.run(one_leaves);
    let Verdict::Failed(finding) = &report.verdict else { panic!("not found: {report}") };
    assert!(finding.failure.to_string().contains("come back by itself"), "{report}");
}

#[test]
fn another_size_of_packets_is_a_panic() {
    let report = Sim::new(0).run(async {
        let node = start("a", Peer::new(at("a"), 1), lan(2)).await;
        let smaller = Config { max_packet_size: NonZeroUsize::new(1_000).expect("not 0"), ..lan(2) };
        node.with(|foca, _| foca.set_config(smaller)).expect("foca says that this may be changed");
        node.announce(Peer::new(at("b"), 0)).expect("a message can be written");
    });
    let failure = report.result.expect_err("say so where this was reported").to_string();
    assert!(failure.contains("send_buf lost capacity"), "{failure}");
}

/// Takes every broadcast for news once.
#[derive(Default)]
struct Once(Vec<Vec<u8>>);

struct Key(Vec<u8>);

impl foca::Invalidates for Key {
    fn invalidates(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl foca::BroadcastHandler<SocketAddr> for Once {
    type Key = Key;
    type Error = std::convert::Infallible;

    fn receive_item(&mut self, data: &[u8], _: Option<&SocketAddr>) -> Result<Option<Key>, Self::Error> {
        if self.0.iter().any(|known| known == data) {
            return Ok(None);
        }
        self.0.push(data.to_vec());
        Ok(Some(Key(data.to_vec())))
    }
}

#[test]
fn a_broadcast_that_fits_into_no_packet_is_accepted_and_waits_for_ever() {
    let report = Sim::new(0).virtual_time(Duration::from_secs(7_200)).run(async {
        let mut nodes = Vec::new();
        for name in ["a", "b"] {
            let starts = net::host(name).spawn(async move {
                Builder::new(at(name), lan(2), PostcardCodec, Once::default()).start().expect("its port is free")
            });
            nodes.push(starts.await.expect("nobody cancels it"));
        }
        nodes[0].announce(at("b")).expect("a message can be written");
        sleep(MINUTE).await;
        let longest = lan(2).max_packet_size.get() - 10;
        assert!(nodes[0].add_broadcast(&vec![7; longest]).expect("foca accepts it"), "it is new");
        sleep(60 * MINUTE).await;
        nodes.iter().map(|node| node.with(|foca, _| foca.custom_broadcast_backlog())).collect::<Vec<_>>()
    });
    assert_eq!(report.unwrap(), [1, 0], "say so where this was reported");
}
