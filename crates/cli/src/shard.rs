//! Which part of a hunt this machine makes.
