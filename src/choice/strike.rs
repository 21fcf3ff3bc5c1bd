//! `Strike`: the ways in which a future is struck at one of its await points.

use std::fmt;

use super::kind::Kind;

/// A way in which a future, or a task, is struck at one of its await points: where it returned `Pending`.
///
/// Each is an answer to a question of the kinds [`Cancel`](Kind::Cancel) and [`Panic`](Kind::Panic). A future is dropped by a `select!` whose
/// other branch is first, by tokio's `abort` and by `timeout`s of other libraries: at once, while it waits, or after what it waited for has
/// come and woken it, and before it could take note of that. The second is where values get lost. asyncio's `cancel()` meets a future at the
/// same two times, and lets the code around the await clean up.
///
/// # Examples
///
/// ```
/// use seedbed::choice::{Kind, Strike};
/// assert_eq!(Strike::of(Kind::Cancel, 2), Some(Strike::Dropped));
/// assert_eq!(Strike::Dropped.to_string(), "dropped while it waited");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Strike {
    /// asyncio's `cancel()`, while it waits.
    Cancelled,
    /// Dropped while it waits.
    Dropped,
    /// asyncio's `cancel()`, when it has been woken and is about to go on.
    CancelledWoken,
    /// Dropped when it has been woken and is about to go on.
    DroppedWoken,
    /// It panics in the place of going on.
    Panicked,
}

impl Strike {
    /// Every way to cancel, in the order of the answers.
    pub const CANCELLING: [Strike; 4] =
        [Strike::Cancelled, Strike::Dropped, Strike::CancelledWoken, Strike::DroppedWoken];

    /// How many answers a question of a kind has, the plain one included; 0 for kinds that strike nobody.
    pub(crate) const fn answers(kind: Kind) -> u32 {
        match kind {
            Kind::Cancel => 5,
            Kind::Panic => 2,
            _ => 0,
        }
    }

    /// The strike that an answer stands for.
    ///
    /// ```
    /// use seedbed::choice::{Kind, Strike};
    /// assert_eq!(Strike::of(Kind::Panic, 1), Some(Strike::Panicked));
    /// assert_eq!(Strike::of(Kind::Panic, 0), None);
    /// ```
    #[must_use]
    pub const fn of(kind: Kind, answer: u32) -> Option<Strike> {
        match (kind, answer) {
            (Kind::Cancel, 1) => Some(Strike::Cancelled),
            (Kind::Cancel, 2) => Some(Strike::Dropped),
            (Kind::Cancel, 3) => Some(Strike::CancelledWoken),
            (Kind::Cancel, 4) => Some(Strike::DroppedWoken),
            (Kind::Panic, 1) => Some(Strike::Panicked),
            _ => None,
        }
    }

    /// The kind of the question to which this is an answer.
    ///
    /// ```
    /// use seedbed::choice::{Kind, Strike};
    /// assert_eq!(Strike::Panicked.kind(), Kind::Panic);
    /// ```
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Strike::Panicked => Kind::Panic,
            _ => Kind::Cancel,
        }
    }

    /// The answer that it is; never 0.
    ///
    /// ```
    /// assert_eq!(seedbed::choice::Strike::Cancelled.answer().get(), 1);
    /// ```
    #[must_use]
    pub const fn answer(self) -> std::num::NonZeroU32 {
        let answer = match self {
            Strike::Cancelled | Strike::Panicked => 1,
            Strike::Dropped => 2,
            Strike::CancelledWoken => 3,
            Strike::DroppedWoken => 4,
        };
        match std::num::NonZeroU32::new(answer) {
            Some(answer) => answer,
            None => std::num::NonZeroU32::MIN,
        }
    }

    /// What is done to it, without when: `cancelled while it waited` leaves off where words for the await go on.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Strike::Cancelled => "cancelled while it waited",
            Strike::Dropped => "dropped while it waited",
            Strike::CancelledWoken => "cancelled when it was woken",
            Strike::DroppedWoken => "dropped when it was woken",
            Strike::Panicked => "made to panic when it was woken",
        }
    }

    /// The same, about an await: `dropped while it waited for lock x`.
    pub(crate) fn at(self, waited_for: &str) -> String {
        let before = match self {
            Strike::Cancelled | Strike::Dropped => "for",
            Strike::CancelledWoken | Strike::DroppedWoken | Strike::Panicked => "from its wait for",
        };
        format!("{} {before} {waited_for}", self.words())
    }
}

impl fmt::Display for Strike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words())
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Strike};

    #[test]
    fn strikes_and_answers_belong_together() {
        for kind in [Kind::Cancel, Kind::Panic] {
            assert_eq!(Strike::of(kind, 0), None);
            assert_eq!(Strike::of(kind, Strike::answers(kind)), None);
            for answer in 1..Strike::answers(kind) {
                let strike = Strike::of(kind, answer).unwrap();
                assert_eq!((strike.kind(), strike.answer().get()), (kind, answer));
            }
        }
    }

    #[test]
    fn words_name_the_await() {
        let words = [Strike::Cancelled, Strike::DroppedWoken, Strike::Panicked].map(|strike| strike.at("lock x"));
        let expected = [
            "cancelled while it waited for lock x",
            "dropped when it was woken from its wait for lock x",
            "made to panic when it was woken from its wait for lock x",
        ];
        assert_eq!(words, expected);
    }
}
