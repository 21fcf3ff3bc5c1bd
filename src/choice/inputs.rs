//! `InputPath`: the inputs of a run, as the seed they were drawn from and the steps by which they were shrunk.

use std::fmt;

use crate::seed::Seed;

/// The inputs of a run: drawn from a seed by the strategies of its test, and then moved by so many steps of shrinking. Together with the test,
/// that is the inputs themselves, without their text.
///
/// # Examples
///
/// ```
/// use seedbed::{Seed, choice::InputPath};
///
/// let drawn = InputPath::drawn(Seed::new(7));
/// assert_eq!((drawn.seed(), drawn.moves()), (Seed::new(7), &[][..]));
/// let shrunk = InputPath::moved(Seed::new(7), vec![true, true, false]);
/// assert_eq!(shrunk.to_string(), "drawn from 0x0000000000000007, after 3 steps");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InputPath {
    seed: Seed,
    moves: Vec<bool>,
}

impl InputPath {
    /// Inputs as they were drawn from this seed.
    #[must_use]
    pub const fn drawn(seed: Seed) -> InputPath {
        InputPath { seed, moves: Vec::new() }
    }

    /// Inputs that were drawn from this seed and then made simpler (true) or less simple again (false), step by step.
    #[must_use]
    pub const fn moved(seed: Seed, moves: Vec<bool>) -> InputPath {
        InputPath { seed, moves }
    }

    /// The seed.
    #[must_use]
    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// The steps, true for simpler.
    #[must_use]
    pub fn moves(&self) -> &[bool] {
        &self.moves
    }
}

impl fmt::Display for InputPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "drawn from {}", self.seed)?;
        match self.moves.len() {
            0 => Ok(()),
            1 => f.write_str(", after 1 step"),
            steps => write!(f, ", after {steps} steps"),
        }
    }
}
