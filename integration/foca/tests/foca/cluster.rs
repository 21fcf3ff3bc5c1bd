//! A cluster: hosts with a node each, which come and go, and what each knows of the others.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::Duration;

use foca::{Config, NoCustomBroadcast, OwnedNotification, PostcardCodec, State};
use seedbed::net::{self, Host};
use seedbed::{now, sleep};
use seedbed_foca::{Builder, Event, Node};

use crate::glue::{self, Glue};
use crate::peer::Peer;

/// So long is waited before somebody who is alone asks again.
const AGAIN: Duration = Duration::from_secs(5);

pub(crate) type PeerNode = Node<Peer, PostcardCodec>;

/// What is counted over all nodes.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Tally {
    pub(crate) downs: u32,
    pub(crate) rejoins: u32,
    pub(crate) idles: u32,
}

/// A host, and the node of its present life.
struct Place {
    host: Host,
    at: SocketAddr,
    /// On its disk, so to speak: it outlives what runs there.
    lives: Cell<u32>,
    /// Whether it should be up.
    wanted: Cell<bool>,
    /// Whether foca has said that its node is active, and nothing since that takes it back.
    active: Cell<bool>,
    /// Whether foca has said that its node knows nobody who is up.
    was_alone: Cell<bool>,
    node: RefCell<Option<PeerNode>>,
    /// Whom the notifications of this life say to be up.
    told: RefCell<BTreeMap<SocketAddr, Peer>>,
}

/// Hosts, of which some are up.
pub(crate) struct Cluster {
    config: Config,
    glue: Glue,
    places: Vec<Place>,
    pub(crate) tally: Cell<Tally>,
}

/// The settings that foca has for a local network of so many.
pub(crate) fn lan(size: usize) -> Config {
    let size = u32::try_from(size).ok().and_then(NonZeroU32::new).expect("a cluster has a node");
    Config::new_lan(size)
}

impl Cluster {
    /// So many hosts, of which none is up yet.
    pub(crate) fn new(size: usize, config: Config, glue: Glue) -> Rc<Self> {
        let place = |number| {
            let host = net::host(&format!("n{number}"));
            let at = SocketAddr::new(host.ip(), 7946);
            let (lives, [wanted, active, was_alone]) = (Cell::new(0), [(); 3].map(|()| Cell::new(false)));
            Place { host, at, lives, wanted, active, was_alone, node: RefCell::default(), told: RefCell::default() }
        };
        Rc::new(Self { config, glue, places: (0..size).map(place).collect(), tally: Cell::default() })
    }

    /// So many hosts, all of which were started, and know each other.
    pub(crate) async fn of(size: usize, config: Config, limit: Duration) -> Rc<Self> {
        let cluster = Self::new(size, config, Glue::Renews);
        (0..size).for_each(|number| cluster.start(number));
        cluster.agrees_within(limit).await;
        cluster
    }

    /// Starts a host, for the first time or again.
    pub(crate) fn start(self: &Rc<Self>, number: usize) {
        let place = &self.places[number];
        place.wanted.set(true);
        place.node.take();
        if place.lives.get() > 0 {
            place.host.restart();
            return;
        }
        let cluster = Rc::clone(self);
        place.host.run(move || Rc::clone(&cluster).program(number));
    }

    /// What a host does: it is a member, and asks the others to let it in while it knows nobody, which foca does not
    /// do by itself (see `published.rs`).
    async fn program(self: Rc<Self>, number: usize) {
        let mut node = self.begin(number);
        let place = &self.places[number];
        loop {
            if place.was_alone.take() {
                match self.glue {
                    Glue::BeginsAnew => {
                        node.stop();
                        node = self.begin(number);
                    }
                    Glue::KeepsTimers => {
                        place.told.take();
                        glue::replace(&node, self.next_life(number), self.config.clone());
                    }
                    _ => {}
                }
            }
            if !place.active.get() {
                for other in self.places.iter().filter(|other| other.at != place.at) {
                    node.announce(Peer::new(other.at, 0)).expect("a message can be written");
                }
            }
            sleep(AGAIN).await;
        }
    }

    /// The identity for another life of a host, noted on its disk.
    fn next_life(&self, number: usize) -> Peer {
        let place = &self.places[number];
        place.lives.set(place.lives.get() + 1);
        self.glue.identity(Peer::new(place.at, place.lives.get()))
    }

    /// Starts a node on the host of that number, on which this runs.
    fn begin(self: &Rc<Self>, number: usize) -> PeerNode {
        let place = &self.places[number];
        place.told.take();
        place.active.set(false);
        place.was_alone.set(false);
        let cluster = Rc::clone(self);
        let (me, config) = (self.next_life(number), self.config.clone());
        let builder = Builder::new(me, config, PostcardCodec, NoCustomBroadcast);
        let node = builder.observe(move |node, event| cluster.hear(number, node, event)).start();
        let node = node.expect("its port is free");
        place.node.replace(Some(node.clone()));
        node
    }

    /// Notifications must tell all that there is to know: who is told of a change must have been told of what was before.
    fn hear(&self, number: usize, node: &PeerNode, event: &Event<Peer>) {
        let Place { active, was_alone, told, .. } = &self.places[number];
        let mut told = told.borrow_mut();
        let (mut tally, mut renewed) = (self.tally.get(), false);
        match event {
            Event::Notified(OwnedNotification::MemberUp(peer)) => {
                let before = told.insert(peer.at, *peer);
                assert!(before.is_none(), "n{number}: {peer:?} is up, but so was {before:?}");
            }
            Event::Notified(OwnedNotification::MemberDown(peer)) => {
                tally.downs += 1;
                assert_eq!(told.remove(&peer.at), Some(*peer), "n{number}: somebody is down who was not up");
            }
            Event::Notified(OwnedNotification::Rename(former, peer)) => {
                if let Some(known) = told.get_mut(&former.at) {
                    assert_eq!(known, former, "n{number}: another one was renamed");
                    *known = *peer;
                }
            }
            Event::Notified(OwnedNotification::Rejoin(_)) => {
                tally.rejoins += 1;
                renewed = true;
            }
            Event::Notified(OwnedNotification::Idle) => {
                tally.idles += 1;
                active.set(false);
                was_alone.set(true);
            }
            Event::Notified(OwnedNotification::Defunct) => {
                active.set(false);
                if self.places[number].wanted.get() && !node.identity().renews {
                    self.glue.come_back(node, self.next_life(number));
                }
            }
            Event::Notified(OwnedNotification::Active) => active.set(true),
            Event::Refused(_) | Event::Unsent { .. } => panic!("n{number}: {event:?}"),
        }
        self.tally.set(tally);
        drop(told);
        if renewed {
            // foca may have stopped to probe (see `published.rs`); to be given news, if only none, sets it going again.
            let going = node.with(|foca, outside| foca.apply_many(std::iter::empty(), false, outside));
            going.expect("there is nothing to be refused");
        }
    }

    fn gone(&self, number: usize) -> &Place {
        let place = &self.places[number];
        place.wanted.set(false);
        place.node.take();
        place
    }

    /// Ends the life of a host without a word.
    pub(crate) fn crash(&self, number: usize) {
        self.gone(number).host.crash();
    }

    /// A node leaves the cluster, and its process ends.
    pub(crate) fn leave(&self, number: usize) {
        self.places[number].wanted.set(false);
        if let Some(node) = self.node(number) {
            node.leave().expect("a message can be written");
        }
        self.gone(number).host.kill();
    }

    /// The node of a host that is up.
    pub(crate) fn node(&self, number: usize) -> Option<PeerNode> {
        self.places[number].node.borrow().clone()
    }

    pub(crate) fn size(&self) -> usize {
        self.places.len()
    }

    /// Cuts these hosts off from all others.
    pub(crate) fn cut(&self, apart: &BTreeSet<usize>) {
        let named = |(number, place): (usize, &Place)| (apart.contains(&number), place.host.name());
        let (these, those): (Vec<_>, Vec<_>) = self.places.iter().enumerate().map(named).partition(|(apart, _)| *apart);
        net::partition(these.iter().map(|(_, name)| name.as_str()), those.iter().map(|(_, name)| name.as_str()));
    }

    pub(crate) fn up(&self) -> impl Iterator<Item = (usize, PeerNode)> {
        (0..self.size()).filter_map(|number| Some((number, self.node(number)?)))
    }

    /// Whether somebody who is up suspects anybody.
    pub(crate) fn is_somebody_suspected(&self) -> bool {
        let suspects = |node: &PeerNode| node.members().iter().any(|member| member.state() == State::Suspect);
        self.up().any(|(_, node)| suspects(&node))
    }

    /// What is not as it should be: who does not know whom, and who takes whom for up that is not.
    pub(crate) fn misjudged(&self) -> Vec<String> {
        let identities: BTreeSet<Peer> = self.up().map(|(_, node)| node.identity()).collect();
        let is_missing = |place: &Place| place.wanted.get() && place.node.borrow().is_none();
        let missing = self.places.iter().filter(|place| is_missing(place));
        let mut wrong: Vec<String> = missing.map(|place| format!("{} has not begun", place.host)).collect();
        for (number, node) in self.up() {
            let me = node.identity();
            let known: BTreeSet<Peer> = node.members().iter().map(|member| *member.id()).collect();
            let told: BTreeSet<Peer> = self.places[number].told.borrow().values().copied().collect();
            assert_eq!(known, told, "n{number} has other members than it has told of");
            let others = identities.iter().filter(|other| **other != me);
            wrong.extend(
                others.filter(|other| !known.contains(other)).map(|other| format!("n{number} lacks {other:?}")),
            );
            let extra = known.difference(&identities);
            wrong.extend(extra.map(|other| format!("n{number} still has {other:?}")));
        }
        wrong
    }

    /// Waits for a moment in which every node that is up knows the others, and nobody else.
    pub(crate) async fn agrees_within(&self, limit: Duration) {
        let until = now() + limit;
        loop {
            let wrong = self.misjudged();
            if wrong.is_empty() {
                return;
            }
            assert!(now() < until, "after {limit:?} more: {}", wrong.join("; "));
            sleep(Duration::from_millis(500)).await;
        }
    }
}
