//! The network: named hosts, byte streams and datagrams between them, and all that goes wrong on the way.
//!
//! A [`Host`] has a name, an address and tasks of its own; it can be killed, lose its power, and be started anew. [`Listener`] and
//! [`Stream`] carry bytes in order, [`Socket`] carries datagrams. Between each two hosts there is a [`Link`] each way, with a latency. Code
//! that runs on no host runs on one that is called `main`.
//!
//! ```
//! use futures::{AsyncReadExt, AsyncWriteExt};
//! use seedbed::Sim;
//! use seedbed::net::{self, Listener, Stream};
//!
//! let report = Sim::new(0).run(async {
//!     net::host("server").run(|| async {
//!         let listener = Listener::bind(80).unwrap();
//!         let (mut stream, _) = listener.accept().await.unwrap();
//!         let mut name = String::new();
//!         stream.read_to_string(&mut name).await.unwrap();
//!         stream.write_all(format!("hello {name}").as_bytes()).await.unwrap();
//!     });
//!     let client = net::host("client").spawn(async {
//!         let mut stream = Stream::connect("server:80").await.unwrap();
//!         stream.write_all(b"world").await.unwrap();
//!         stream.close().await.unwrap();
//!         let mut answer = String::new();
//!         stream.read_to_string(&mut answer).await.unwrap();
//!         answer
//!     });
//!     client.await.unwrap()
//! });
//! assert_eq!(report.end.to_string(), "0.004"); // there and back, twice
//! assert_eq!(report.unwrap(), "hello world");
//! ```
//!
//! # What may go wrong
//!
//! The program says what its machines do: [`Host::kill`], [`Host::crash`], [`Host::restart`], [`partition`], [`heal`]. The seed says what
//! the network does, where a policy or a plan has faults of that kind ([`FaultSet::NETWORK`](crate::choice::FaultSet::NETWORK)): each message
//! may be lost, and so on. A question has the way of the message for its subject: `a→b lost 3` is about the fourth datagram that host `a`
//! sent to host `b`, and `a:49152→b:80 lost 3` about the fourth segment of that stream. In plain FIFO order nothing is lost, and every message takes the least latency of its link.
//!
//! `docs/net.md` in the repository has the table of all this, and of what is not simulated.
//!
//! The files, each importing only those above it:
//!
//! - `address`: where something is sent, as users write it
//! - `state`: hosts, links, connections and queues, as data
//! - `reach`: the network of the current run, and timers
//! - `fate`: what the seed does to a message
//! - `carry`: how segments of streams travel
//! - `handshake`: how connections are made
//! - `datagrams`: how datagrams travel
//! - `machines`: what happens to a host as a whole
//! - `waiting`: one place for each thing that a handle may wait for
//! - `host`, `link`, `stream`, `stream_tokio`, `listener`, `socket`: what users call

mod address;
mod state;
mod reach;
mod fate;
mod carry;
mod handshake;
mod datagrams;
mod machines;
mod waiting;
mod host;
mod link;
mod stream;
#[cfg(feature = "tokio")]
mod stream_tokio;
mod listener;
mod socket;

pub use address::ToAddress;
pub use host::{Host, host, lookup};
pub use link::{Link, calm, heal, heal_all, link, partition, partition_one_way, set_latency, set_window};
pub use listener::{Incoming, Listener};
pub use socket::Socket;
pub use stream::Stream;

pub(crate) use fate::{duplicate_delay, partition_span};
