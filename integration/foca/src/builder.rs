//! How a node is made: what is not plain about it, said before it starts.

use std::fmt;
use std::io::Result;
use std::net::SocketAddr;

use foca::{BroadcastHandler, Codec, Config, Foca, Identity, Member, NoCustomBroadcast};
use seedbed::net::Socket;

use crate::event::Event;
use crate::node::{Node, Observer};
use crate::outside::{Outside, Route};

/// A node that is not yet started.
pub struct Builder<T: Identity, C, B: BroadcastHandler<T> = NoCustomBroadcast> {
    identity: T,
    config: Config,
    codec: C,
    handler: B,
    route: Route<T>,
    observer: Option<Observer<T, C, B>>,
    members: Vec<Member<T>>,
}

impl<T: Identity, C, B: BroadcastHandler<T>> fmt::Debug for Builder<T, C, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("identity", &self.identity).finish_non_exhaustive()
    }
}

impl<T, C, B> Builder<T, C, B>
where
    T: Identity + 'static,
    C: Codec<T, Error: std::error::Error> + 'static,
    B: BroadcastHandler<T> + 'static,
{
    /// A node with this identity, which listens where its address says, and takes custom broadcasts with this handler.
    pub fn new(identity: T, config: Config, codec: C, handler: B) -> Self
    where
        T::Addr: Into<SocketAddr>,
    {
        Self::with_route(identity, config, codec, handler, |identity| identity.addr().into())
    }

    /// As [`new`](Self::new), for identities whose addresses are none of a network: a closure says where the node of an identity listens.
    ///
    /// ```
    /// use foca::{Config, Identity, NoCustomBroadcast, PostcardCodec};
    /// use seedbed::{Sim, net, sleep};
    /// use seedbed_foca::Builder;
    /// use serde::{Deserialize, Serialize};
    /// use std::net::SocketAddr;
    /// use std::time::Duration;
    ///
    /// #[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
    /// struct Number(u8);
    ///
    /// impl Identity for Number {
    ///     type Addr = u8;
    ///     fn renew(&self) -> Option<Self> { None }
    ///     fn addr(&self) -> u8 { self.0 }
    ///     fn win_addr_conflict(&self, _: &Self) -> bool { true }
    /// }
    ///
    /// async fn start(number: u8) -> usize {
    ///     let route = |Number(number): &Number| SocketAddr::new(net::host(&format!("n{number}")).ip(), 7946);
    ///     let (config, codec) = (Config::simple(), PostcardCodec);
    ///     let node = Builder::with_route(Number(number), config, codec, NoCustomBroadcast, route).start().unwrap();
    ///     node.announce(Number(1 - number)).unwrap();
    ///     sleep(Duration::from_secs(1)).await;
    ///     node.num_members()
    /// }
    ///
    /// let report = Sim::new(0).run(async {
    ///     let nodes = [0, 1].map(|number| net::host(&format!("n{number}")).spawn(start(number)));
    ///     for node in nodes {
    ///         assert_eq!(node.await.unwrap(), 1);
    ///     }
    /// });
    /// report.unwrap();
    /// ```
    pub fn with_route(
        identity: T,
        config: Config,
        codec: C,
        handler: B,
        route: impl Fn(&T) -> SocketAddr + 'static,
    ) -> Self {
        let (route, members): (Route<T>, _) = (Box::new(route), Vec::new());
        Self { identity, config, codec, handler, route, observer: None, members }
    }

    /// Tells this closure of everything that happens at the node, as soon as foca has come back: it may call the node.
    ///
    /// ```
    /// use foca::{Config, NoCustomBroadcast, OwnedNotification, PostcardCodec};
    /// use seedbed::{Sim, net, sleep};
    /// use seedbed_foca::{Builder, Event};
    /// use std::net::SocketAddr;
    /// use std::time::Duration;
    ///
    /// let report = Sim::new(0).run(async {
    ///     let at = SocketAddr::new(net::host("main").ip(), 7946);
    ///     let builder = Builder::new(at, Config::simple(), PostcardCodec, NoCustomBroadcast);
    ///     let node = builder.observe(|node, event| {
    ///         if let Event::Notified(OwnedNotification::Defunct) = event {
    ///             node.reuse_down_identity().unwrap();
    ///             seedbed::note!("it comes back");
    ///         }
    ///     });
    ///     node.start().unwrap().leave().unwrap();
    /// });
    /// assert!(report.trace.summary().contains("it comes back"));
    /// ```
    #[must_use]
    pub fn observe(mut self, observer: impl FnMut(&Node<T, C, B>, &Event<T>) + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Lets it know of members from the beginning, as [`Foca::apply_many`] does: what it knew before a restart, or of whom a list says that
    /// they might be up. The others are not told.
    #[must_use]
    pub fn remember(mut self, members: impl IntoIterator<Item = Member<T>>) -> Self {
        self.members.extend(members);
        self
    }

    /// Starts it on the host on which this runs, as a child of the task that runs. It goes on until [`Node::stop`], or until the life of the
    /// host ends; dropping its handles does not end it.
    ///
    /// # Errors
    ///
    /// Where its address cannot be bound: it is not that of the host, or is taken.
    ///
    /// # Panics
    ///
    /// Outside a run.
    ///
    /// ```
    /// use foca::{Config, NoCustomBroadcast, PostcardCodec};
    /// use seedbed::Sim;
    /// use seedbed_foca::Builder;
    /// use std::net::SocketAddr;
    ///
    /// let report = Sim::new(0).run(async {
    ///     let elsewhere = SocketAddr::from(([10, 9, 9, 9], 7946));
    ///     Builder::new(elsewhere, Config::simple(), PostcardCodec, NoCustomBroadcast).start().unwrap_err().to_string()
    /// });
    /// assert_eq!(report.unwrap(), "10.9.9.9 is no address of host main");
    /// ```
    #[track_caller]
    pub fn start(self) -> Result<Node<T, C, B>> {
        let Self { identity, config, codec, handler, route, observer, members } = self;
        let socket = Socket::bind(route(&identity))?;
        // One more byte than is allowed, so that foca sees what is too long.
        let longest = config.max_packet_size.get().saturating_add(1);
        let foca = Foca::with_custom_broadcast(identity, config, seedbed::rng(), codec, handler);
        let node = Node::new(foca, Outside::new(socket, route), observer);
        if !members.is_empty() {
            node.interact(|foca, outside| foca.apply_many(members.into_iter(), false, outside))
                .unwrap_or_else(|error| node.tell_error(error));
        }
        node.go(longest);
        Ok(node)
    }
}
