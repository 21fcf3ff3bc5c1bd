//! quinn as it is published, on seedbed: its promises whatever strikes, the same run from the same seed, and planted bugs that must be found.

mod bugs;
mod closing;
mod datagrams;
mod handshake;
mod idle;
mod migration;
mod restart;
mod seeds;
mod streams;
mod world;
