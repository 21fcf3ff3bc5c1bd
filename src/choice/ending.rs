//! How a plan is followed, and what is known of a run's choices at its end.

use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};

use super::address::Address;
use super::departures::Departures;

/// How a plan is followed.
///
/// # Examples
///
/// ```
/// use seedbed::choice::{ChoiceSource, Departures, Kind, ReplayMode, SubjectKey};
///
/// let ask = |mode| {
///     let mut source = ChoiceSource::replay(&Departures::new(), mode).unwrap();
///     source.decide(SubjectKey::of_path("main"), Kind::Branch, 3, || 2)
/// };
/// assert_eq!(ask(ReplayMode::Strict), 0);
/// assert_eq!(ask(ReplayMode::Lenient), 0);
/// assert_eq!(ask(ReplayMode::Continue), 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayMode {
    /// What the plan does not answer is plain; where the plan does not fit the run is told at the end. For regressions.
    Strict,
    /// What the plan does not answer is plain; a plan that does not fit is followed as far as it goes. For shrinking.
    Lenient,
    /// What the plan does not answer is proposed, as without a plan. For explaining.
    Continue,
}

/// What is known at the end of a run's choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The departures of the run; empty where there was no recorder.
    pub departures: Departures,
    /// Where the plan did not fit the run, in the order in which it was noticed; empty except under [`ReplayMode::Strict`].
    pub mismatches: Vec<Mismatch>,
    /// How many questions were asked, every turn among them; 0 where nobody watched.
    pub questions: u64,
}

/// A departure that did not fit the run: the code has changed, or the plan was edited.
///
/// # Examples
///
/// ```
/// use seedbed::choice::{ChoiceSource, Departures, Kind, Mismatch, ReplayMode, SubjectKey};
/// use std::num::NonZeroU32;
///
/// let departures = Departures::from_iter([("main branch 0".parse().unwrap(), NonZeroU32::new(4).unwrap())]);
/// let mut source = ChoiceSource::replay(&departures, ReplayMode::Strict)?;
/// assert_eq!(source.decide(SubjectKey::of_path("main"), Kind::Branch, 2, || unreachable!()), 0);
/// let mismatches = source.finish()?.mismatches;
/// assert!(matches!(mismatches[0], Mismatch::OutOfBounds { bound: 2, .. }));
/// assert_eq!(mismatches[0].to_string(), "main branch 0 = 4: out of bounds, the largest possible answer was 1");
/// # Ok::<(), seedbed::choice::SubjectCollision>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
    /// The question was never asked.
    NeverAsked {
        /// The address of the question.
        address: Address,
        /// The answer that the plan has for it.
        answer: NonZeroU32,
        /// How many questions of that subject and kind were asked.
        asked: u32,
        /// The event after which the last of them was asked, counted from 1; `None` where nobody told, as of turns.
        event: Option<NonZeroU64>,
    },
    /// The answer was not possible, and the plain one was given; or, of `overtaken` and `clock`, as much as was possible.
    OutOfBounds {
        /// The address of the question.
        address: Address,
        /// The answer that the plan has for it.
        answer: NonZeroU32,
        /// Answers below this number were possible.
        bound: u32,
        /// The event after which it was asked, counted from 1; `None` where nobody told, as of turns.
        event: Option<NonZeroU64>,
    },
}

impl Mismatch {
    /// The event after which the question was asked, or the last one of its sort, if that was told.
    pub(crate) fn event(&self) -> Option<NonZeroU64> {
        match self {
            Mismatch::NeverAsked { event, .. } | Mismatch::OutOfBounds { event, .. } => *event,
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mismatch::NeverAsked { address, answer, asked: 0, .. } => {
                write!(f, "{address} = {answer}: never asked, because nothing of that subject and kind was asked")
            }
            Mismatch::NeverAsked { address, answer, asked, .. } => {
                let last = asked - 1;
                write!(
                    f,
                    "{address} = {answer}: never asked, the last question of that subject and kind was number {last}"
                )
            }
            Mismatch::OutOfBounds { address, answer, bound, .. } => {
                let largest = bound.saturating_sub(1);
                write!(f, "{address} = {answer}: out of bounds, the largest possible answer was {largest}")
            }
        }
    }
}
