//! Choices: every nondeterministic answer of a run passes through here, is keyed by who asks, and can be planned and recorded.
//!
//! A question has an [`Address`] (subject, [`Kind`], number) and a bound; its answer is a `u32` below the bound, and 0 is always the
//! plain thing. A policy proposes an answer, a plan overrides it, the recorder remembers those that are not 0: the [`Departures`],
//! which are all that there is to know of a run. [`Replay`] is their text form. [`ChoiceSource`] is where the kernel asks.
//!
//! The files, each importing only those above it:
//!
//! - `kind`: what a question is about
//! - `faults`: which kinds of faults there may be
//! - `strike`: how a future is struck at an await point, as an answer
//! - `subject`: who asks, as a path and as a key
//! - `address`: both and a number
//! - `rng`: the one generator, for proposals and for user code
//! - `inputs`: the inputs of a run, by their seed
//! - `departures`: the sparse map of answers that were not plain, and its order of simplicity
//! - `replay`, `codec`: the replay line, as a value and as text
//! - `names`: the paths behind keys
//! - `ending`: how a plan is followed, and where it did not fit
//! - `plan`: departures looked up while questions are counted
//! - `waiting`: a line from whose middle is taken
//! - `turns`: the order of ready tasks as an inversion table
//! - `record`: what a run answered
//! - `source`: one run's answers: proposed, planned, recorded

mod kind;
mod faults;
mod strike;
mod subject;
mod address;
mod rng;
mod inputs;
mod departures;
mod replay;
mod codec;
mod names;
mod ending;
mod plan;
mod waiting;
mod turns;
mod record;
mod source;

pub use address::{Address, ParseAddressError, StreamKey};
pub use departures::{Departures, Iter};
pub use ending::{Ending, Mismatch, ReplayMode};
pub use faults::{FaultSet, UnknownFault};
pub use inputs::InputPath;
pub use kind::{Kind, UnknownKind};
pub use names::SubjectCollision;
pub use replay::{Replay, ReplayError, ReplayFault};
pub use rng::{Prng, seeded_rng, sub_seed};
pub use source::ChoiceSource;
pub use strike::Strike;
pub use subject::{PathError, SubjectKey, path_label};
pub use turns::Turn;
