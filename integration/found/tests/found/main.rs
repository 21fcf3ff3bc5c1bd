//! Bugs of published crates, each shown in the version that has it, as `docs/found.md` tells it. One file a crate.
//!
//! A test here that fails because its bug is gone is good news: see `page::Bug::shows`.

mod async_broadcast;
mod async_lock;
mod deadpool;
mod embassy_sync;
mod eyeball;
mod flume;
mod futures_concurrency;
mod held;
mod kanal;
mod local_channel;
mod lockable;
mod page;
mod thingbuf;
mod waitmap;
mod xtra;

/// What the page tells of.
const BUGS: [&page::Bug; 16] = [
    &async_broadcast::NEW_RECEIVER,
    &async_broadcast::CAPACITY,
    &async_lock::BUG,
    &deadpool::BUG,
    &embassy_sync::WAKE,
    &embassy_sync::FULL,
    &eyeball::BUG,
    &flume::TERMINATED,
    &flume::WAKE,
    &futures_concurrency::BUG,
    &kanal::BUG,
    &local_channel::BUG,
    &lockable::BUG,
    &thingbuf::BUG,
    &waitmap::BUG,
    &xtra::BUG,
];
