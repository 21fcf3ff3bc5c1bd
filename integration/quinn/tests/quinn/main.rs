//! quinn as it is published, on seedbed: its promises whatever strikes, the same run from the same seed, and planted bugs that must be found.

mod seeds;
mod streams;
mod world;
