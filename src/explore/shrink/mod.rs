//! Shrinking: from the departures of a failing run to the few that it takes to fail in the same way.
//!
//! [`shrink`](fn@shrink) replays the run twice to be sure of it, then tries smaller and smaller sets of departures, and keeps each that
//! fails with the same [`Signature`](crate::explore::Signature). What it keeps is never the set it asked for but the set that the run
//! *realised*: departures that were not met, or not as large as planned, vanish by themselves. So each set is in normal form, and replays strictly.
//!
//! # Order and passes
//!
//! Simpler is: fewer departures, then earlier ones, then smaller values ([`Departures::simplicity_cmp`]). Only strictly simpler sets are
//! kept, so shrinking ends. The passes, in turn until a whole round changes nothing: none at all; whole kinds; where many remain,
//! only the beginning of the run, and other runs that depart rarely; whole subjects, then halves and ever smaller parts; smaller values; earlier
//! numbers; two merged into one; part of them drawn afresh; and where the clock took part, one move of it, or one late timer, in the place of others.
//!
//! # What the result promises
//!
//! Where shrinking came to its own end, the result is 1-minimal ([`Shrunk::is_minimal`]): without any one of the departures, or with
//! a value lowered, the program no longer fails in this way. It need not be the smallest set of all.
//!
//! Prior work: delta debugging (Zeller and Hildebrandt 2002), internal shrinking with a normal form (`Hypothesis`), schedules as sparse lists of
//! changes to a default one (`io-sim`'s `IOSimPOR`).
//!
//! [`Departures::simplicity_cmp`]: crate::choice::Departures::simplicity_cmp

mod limits;
mod shrunk;
mod certain;
mod known;
mod search;
mod many;
mod fewer;
mod smaller;
mod elsewhere;
mod instead;
mod run;
#[cfg(feature = "proptest")]
mod stepwise;

pub use certain::Nondeterminism;
pub use limits::ShrinkLimits;
pub(crate) use run::check_minimal;
pub use run::shrink;
pub use shrunk::{OtherFailure, ShrinkProgress, ShrinkStop, Shrunk};
#[cfg(feature = "proptest")]
pub(crate) use stepwise::Stepwise;
