//! Answers from bytes, for fuzzers.

use super::propose::{Policy, Ready};
use crate::choice::{FaultSet, Kind, Turn};

/// From this byte on, a fault strikes: one byte in eight, so that a program of which random bytes are asked gets somewhere.
const STRIKES: u8 = 0xe0;

/// What is left of such a byte, to say how hard.
const HOW_HARD: u8 = 0x1f;

/// Answers that are read from bytes, in the order in which questions are asked: what a fuzzer changes in its input changes the run.
///
/// Each question takes one byte, or four where there are more than 256 answers that are alike; a question with one answer takes none. Who
/// runs next is the byte modulo how many may; the clock, where it may move, is the last of them. A fault strikes from `0xe0` on; the other
/// bits say how long it lasts, as a power of two, or which of its sorts it is. The byte 0 is the plain answer, and so is what is answered
/// when there are no bytes left: no bytes at all are the plain run.
///
/// ```
/// use seedbed::choice::FaultSet;
/// use seedbed::policy::Bytes;
/// use seedbed::{Sim, spawn};
///
/// let order = |bytes: &[u8]| {
///     let report = Sim::new(0).policy(Bytes::new(bytes, FaultSet::NONE)).run(async {
///         let tasks = ["a", "b", "c"].map(|name| spawn(async move { seedbed::note!("{name}") }));
///         for task in tasks {
///             task.await.unwrap();
///         }
///     });
///     let notes = report.trace.summary();
///     notes.lines().filter_map(|line| line.split_once("note")).map(|(_, note)| note.trim()).collect::<String>()
/// };
/// assert_eq!([order(&[]), order(&[0, 0]), order(&[2, 1])], ["abc", "abc", "cba"]);
/// ```
#[derive(Clone, Debug)]
pub struct Bytes {
    bytes: Vec<u8>,
    /// How many of them were taken.
    at: usize,
    faults: FaultSet,
}

impl Bytes {
    /// Answers from these bytes; faults of these kinds may strike.
    #[must_use]
    pub fn new(bytes: &[u8], faults: FaultSet) -> Self {
        Self { bytes: bytes.to_vec(), at: 0, faults }
    }

    fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.at).copied().unwrap_or_default();
        self.at = (self.at + 1).min(self.bytes.len());
        byte
    }

    /// One of so many answers that are alike.
    fn below(&mut self, bound: u32) -> u32 {
        match bound {
            0 | 1 => 0,
            2..=256 => u32::from(self.byte()) % bound,
            _ => u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()]) % bound,
        }
    }

    /// Whether a fault strikes, and how hard.
    fn strike(&mut self, kind: Kind, bound: u32) -> u32 {
        if bound < 2 {
            return 0;
        }
        let byte = self.byte();
        let hard = u32::from(byte & HOW_HARD);
        match kind {
            _ if byte < STRIKES => 0,
            // The point itself says how often it strikes: at the first answers.
            Kind::Point => 1,
            // A few sorts, or so much of something: spans of time, bytes.
            _ if bound - 1 <= u32::from(HOW_HARD) => 1 + hard % (bound - 1),
            _ => (1 << hard).min(bound - 1),
        }
    }
}

impl Policy for Bytes {
    fn name(&self) -> String {
        if self.faults.is_empty() { "bytes".to_owned() } else { format!("bytes+{}", self.faults) }
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        match self.below(ready.len() + u32::from(ready.may_expire())) {
            place if place < ready.len() => Turn::Task(place),
            _ => Turn::Clock,
        }
    }

    fn faults(&self) -> FaultSet {
        self.faults
    }

    fn answer(&mut self, kind: Kind, bound: u32) -> u32 {
        if self.faults.contains(kind) {
            self.strike(kind, bound)
        } else if kind == Kind::Branch {
            self.below(bound)
        } else {
            0
        }
    }

    fn is_plain(&self) -> bool {
        // It has no more to say, and never will.
        self.bytes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Bytes, FaultSet, Kind, Policy};

    proptest! {
        #[test]
        fn answers_are_within_bounds_and_the_same_again(bytes: Vec<u8>, bounds in prop::collection::vec(1..=u32::MAX, 0..40)) {
            let (mut one, mut again) = (Bytes::new(&bytes, FaultSet::ALL), Bytes::new(&bytes, FaultSet::ALL));
            for (bound, kind) in bounds.into_iter().zip(Kind::ALL.into_iter().cycle()) {
                let answer = one.answer(kind, bound);
                prop_assert!(answer < bound, "{kind}: {answer} of {bound}");
                prop_assert_eq!(answer, again.answer(kind, bound));
            }
        }

        #[test]
        fn zeros_and_nothing_are_plain(zeros in 0..20_usize, bound in 1..=u32::MAX) {
            let mut plain = Bytes::new(&vec![0; zeros], FaultSet::ALL);
            for kind in Kind::ALL.into_iter().cycle().take(40) {
                prop_assert_eq!(plain.answer(kind, bound), 0, "{}", kind);
            }
        }
    }
}
