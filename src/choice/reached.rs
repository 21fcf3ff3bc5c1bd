//! `Reached`: which questions a run asked, so that it is known which departures cannot have changed it.

use std::collections::BTreeMap;

use super::address::{Address, StreamKey};
use super::kind::Kind;

/// How many questions of each stream a recorded run asked; of other runs nothing is known, and it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reached {
    streams: BTreeMap<StreamKey, u32>,
    /// All questions, every turn among them.
    questions: u64,
}

impl Reached {
    pub(super) fn new(asked: impl Iterator<Item = (StreamKey, u32)>, questions: u64) -> Reached {
        Reached { streams: asked.filter(|(_, asked)| *asked > 0).collect(), questions }
    }

    /// How many questions the run asked, one after the other.
    pub(crate) fn questions(&self) -> u64 {
        self.questions
    }

    /// Tells whether the run asked this: an answer that stands there in a plan may have changed it, any other has not.
    pub(crate) fn contains(&self, address: &Address) -> bool {
        // The clock's questions are those of the activations, which are counted as turns; see `turns`.
        let kind = if address.kind() == Kind::Clock { Kind::Overtaken } else { address.kind() };
        let stream = StreamKey { kind, ..address.stream() };
        self.streams.get(&stream).is_some_and(|asked| address.n() < *asked)
    }
}
