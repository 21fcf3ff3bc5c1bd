//! Policies: rules that propose which ready task runs next.
//!
//! A [`Policy`] is asked for every turn ([`Policy::next`]) and told what happens ([`Policy::observe`]). [`by_name`] makes those that are
//! here; [`portfolio`](fn@portfolio) mixes them over the runs of a test.
//!
//! The files, each importing only those above it:
//!
//! - `lineup`: who is ready, in wake order
//! - `propose`: what a policy is
//! - `profile`: what the plain run taught
//! - `ranking`, `weights`, `walk`: the ready tasks by priority, by weight, by the steps that they have left
//! - one file for each policy
//! - `portfolio`, `names`: which of them

mod lineup;
mod propose;
mod profile;
mod ranking;
mod weights;
mod walk;
mod fifo;
mod random;
mod pct;
mod pos;
mod urw;
mod speeds;
mod sticky;
mod delay;
mod bytes;
mod late;
mod faulty;
mod fair;
mod portfolio;
mod names;

pub use bytes::Bytes;
pub use delay::Delay;
pub use fair::Fair;
pub use faulty::Faulty;
pub(crate) use faulty::{swarm, with_faults};
pub use fifo::Fifo;
pub use late::Late;
pub(crate) use lineup::Lineup;
pub(crate) use names::by_name_and;
pub use names::{UnknownPolicy, by_name};
pub use pct::Pct;
pub use portfolio::portfolio;
pub use pos::Pos;
pub use profile::Profile;
pub(crate) use profile::Profiler;
pub use propose::{Observation, Policy, Ready};
pub use random::Random;
pub use speeds::Speeds;
pub use sticky::Sticky;
pub use urw::Urw;
