//! Exhaustive search: every schedule of a small program, those with the fewest departures first.
//!
//! A schedule is the list of its answers; after the last one that is not plain, all are plain, so the list is cut off there. To run it
//! is to answer from the list and then plainly, and to write down what else could have been answered from the end of the list on: each
//! of these is one more list, and every list is met exactly once, from the one list that is its beginning. Nothing is kept of a run but
//! these. (TigerBeetle's *Exhaustigen* enumerates so, by its last answer; here the lists wait in a queue for each number of departures,
//! which is the bound of Emmi, Qadeer, Rakamarić, *Delay-Bounded Scheduling*, POPL 2011, counted in departures.)
//!
//! # What is left out, and why that is sound
//!
//! Without being told more, nothing: what a step of user code reads and writes cannot be seen from outside, so no two steps of different
//! tasks are known to commute, and a search that left an order out could leave the failing one out. Places at which there is only one
//! answer are no branches and cost nothing.
//!
//! [`Exhaustive::interchangeable`] tells more: that some tasks could change names. `course` says what is left out then, and why every
//! failure is still found.
//!
//! The files, each importing only those above it:
//!
//! - `links`: schedules as chains, twelve bytes each
//! - `frontier`: schedules that wait to be run, by departures
//! - `course`: the policy that follows one schedule and notes where others part from it
//! - `exhausted`: what a search came to
//! - `search`: the search

mod links;
mod frontier;
mod course;
mod exhausted;
mod search;

pub use exhausted::{Exhausted, FoundFailure, SearchEnd};
pub use search::{Exhaustive, exhaust};
