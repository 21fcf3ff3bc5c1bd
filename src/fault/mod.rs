//! Points in the text of a program: places that runs must get to, or must not, and faults that a run may bring about there.
//!
//! A thousand runs that pass show nothing of code that none of them reached. [`sometimes!`](crate::sometimes),
//! [`reachable!`](crate::reachable) and [`never!`](crate::never) say, where it stands, what must happen in some run, or in none; a
//! [hunt](crate::hunt) counts them over all its runs, tells them in its summary, and fails where one of its test was not met.
//!
//! [`fault!`](crate::fault!) and [`buggify!`](crate::buggify) ask whether something should go wrong here. They answer yes in some runs of a
//! hunt, by a choice like any other: it is recorded, replayed, shrunk and explained.
//!
//! All points of a program stand in a catalogue that the linker makes, [`points`], so that those are known, too, that were never reached.
//! Outside a run a point costs a look at a thread-local, and its condition is not evaluated.

mod point;
mod catalogue;
mod marks;
mod strike;
mod macros;

pub use catalogue::{Registered, points};
pub use marks::{PointCount, is_simulated, mark, refuse};
pub use point::{Point, PointKind};
pub use strike::{UnknownFaultPoint, odds, strikes};

pub(crate) use marks::counts;
pub(crate) use strike::check_fault;
