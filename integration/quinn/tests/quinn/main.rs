//! quinn as it is published, on seedbed: its promises whatever strikes, the same run from the same seed, and planted bugs that must be found.

mod bugs;
mod cancel;
mod closing;
mod datagrams;
mod handshake;
mod idle;
mod leaks;
mod long;
mod migration;
mod path;
mod planted;
mod restart;
mod seeds;
mod streams;
mod windows;
mod world;
mod zero_rtt;
