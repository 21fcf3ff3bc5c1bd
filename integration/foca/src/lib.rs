//! foca on seedbed: cluster membership by SWIM, unmodified, on the hosts of a simulated network.
//!
//! foca does no input and output of its own: whoever uses it carries its datagrams and its timers. A [`Node`] does that on a host of
//! [`seedbed::net`], with a socket, virtual time and random numbers from the seed of the run.
//!
//! ```
//! use foca::{Config, PostcardCodec};
//! use seedbed::{Sim, net, sleep};
//! use seedbed_foca::Node;
//! use std::net::SocketAddr;
//! use std::num::NonZeroU32;
//! use std::time::Duration;
//!
//! let report = Sim::new(0).run(async {
//!     let config = || Config::new_lan(NonZeroU32::new(3).unwrap());
//!     let at = |host: &str| SocketAddr::new(net::host(host).ip(), 7946);
//!     for name in ["a", "b"] {
//!         net::host(name).run(move || async move {
//!             let node = Node::start(at(name), config(), PostcardCodec).unwrap();
//!             node.announce(at("c")).unwrap();
//!         });
//!     }
//!     let c = net::host("c").spawn(async move { Node::start(at("c"), config(), PostcardCodec) }).await.unwrap().unwrap();
//!     sleep(Duration::from_secs(5)).await;
//!     net::host("a").crash();
//!     let before = c.num_members();
//!     sleep(Duration::from_secs(60)).await;
//!     (before, c.num_members(), c.members()[0].id().ip())
//! });
//! assert_eq!(report.unwrap(), (2, 1, [10, 0, 0, 3].into()));
//! ```
//!
//! What a node does in its tasks, and when, the policy of the run decides: a timer may be handled before a datagram that has already
//! arrived, and both late. Two timers of one node are handled in the order of their deadlines, those of one instant in the order that
//! foca gives its timers.

mod builder;
mod event;
mod node;
mod outside;

pub use builder::Builder;
pub use event::Event;
pub use node::Node;
pub use outside::Outside;
