//! What happened in a run: a closed vocabulary of events, kept as a trace, fingerprinted as a digest.
//!
//! The kernel gives names to a [`Names`] and events to a [`Recorder`]; at the end of the run they become a [`Trace`], which
//! renders itself, is narrowed down by a [`View`] and compared by [`first_difference`]. Only `render.rs` makes text of
//! events. A new event is a row of the table in `event.rs` and its words in `render.rs`.

mod digest;
mod text;
mod actor;
mod paths;
mod names;
mod operand;
mod vocabulary;
mod event;
mod doer;
mod entries;
mod recorder;
mod render;
mod filter;
mod diff;
#[cfg(test)]
mod strategies;

pub use actor::{Actor, Label};
pub use diff::{Difference, first_difference};
pub use digest::{Digest, Digester, ParseDigestError};
pub(crate) use doer::Doer;
pub use entries::{Entry, Trace};
pub use event::{Event, EventKind, Level};
pub use filter::View;
pub use names::Names;
pub use recorder::Recorder;
pub use text::TextId;
