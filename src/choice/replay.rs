//! `Replay`: what brings a run back, and `ReplayError`: what can be wrong with a line that should hold one.

use std::fmt;

use super::address::Address;
use super::departures::Departures;
use super::subject::PathError;
use crate::seed::Seed;

/// What brings a run back: a replay line as a value.
///
/// Its text is one word of `A-Z a-z 0-9 : _ -`, which no shell changes. Old lines are read within a major version. A line that was cut
/// or changed by a character is an error, never another run.
///
/// # Examples
///
/// ```
/// use seedbed::{Seed, choice::Replay};
///
/// let replay = Replay::Seeded { seed: Seed::new(0x5eed), policy: "pct:3".to_owned() };
/// assert_eq!(replay.to_string(), "sb1:AO1eAAAAAAAAcGN0OjMjqIT0");
/// assert_eq!("sb1:AO1eAAAAAAAAcGN0OjMjqIT0".parse(), Ok(replay));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replay {
    /// The policy proposes from the seed, as in the run that was found.
    Seeded {
        /// The seed of that run.
        seed: Seed,
        /// The policy's name with its parameters, such as `pct:3`.
        policy: String,
    },
    /// The departures alone, as after shrinking; no policy is asked.
    Departures(Departures),
}

/// The text is not a replay line; the message says what was read, where, and what to do.
///
/// # Examples
///
/// ```
/// let error = "sb1:AO1e AAA".parse::<seedbed::choice::Replay>().unwrap_err();
/// assert_eq!(error.position(), 9);
/// assert_eq!(
///     error.to_string(),
///     "not a replay line: unexpected ' ' at character 9; copy the line again, as one word",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayError {
    fault: ReplayFault,
    position: usize,
}

impl ReplayError {
    pub(super) fn new(fault: ReplayFault, position: usize) -> ReplayError {
        ReplayError { fault, position }
    }

    /// Returns what is wrong.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{Replay, ReplayFault};
    ///
    /// assert_eq!("".parse::<Replay>().unwrap_err().fault(), &ReplayFault::Empty);
    /// ```
    pub fn fault(&self) -> &ReplayFault {
        &self.fault
    }

    /// Returns where: the character, counted from 1, at which the fault begins; one past the last where something is missing.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!("sb1:A".parse::<seedbed::choice::Replay>().unwrap_err().position(), 6);
    /// ```
    pub fn position(&self) -> usize {
        self.position
    }
}

/// What is wrong with a replay line; [`ReplayError`] adds where.
///
/// # Examples
///
/// ```
/// use seedbed::choice::{Replay, ReplayFault};
///
/// let error = "sb2:AAAA".parse::<Replay>().unwrap_err();
/// assert_eq!(error.fault(), &ReplayFault::NewerVersion { version: "2".to_owned() });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplayFault {
    /// There is no text.
    Empty,
    /// The text does not begin with `sb`, a number and a colon.
    NoVersionMark,
    /// The line was written by a newer version.
    NewerVersion {
        /// The number in the version mark.
        version: String,
    },
    /// A character that no line holds.
    StrayCharacter {
        /// The character.
        character: char,
    },
    /// The line ends too early, or in a character that cannot be the last.
    Truncated,
    /// The content is not what was written.
    BadChecksum {
        /// The checksum in the line.
        written: u32,
        /// The checksum of the content.
        computed: u32,
    },
    /// The content is neither a seed nor departures.
    UnknownForm {
        /// The byte that says which form follows.
        form: u8,
    },
    /// A number that does not fit, or not in its shortest form.
    BadNumber,
    /// A text that is not UTF-8.
    NotUtf8,
    /// A subject that is not a path.
    BadPath {
        /// What is wrong with it.
        error: PathError,
    },
    /// A kind of choice that this version does not know.
    UnknownKind {
        /// The code of the kind.
        code: u8,
    },
    /// A departure with the plain answer.
    ZeroAnswer {
        /// Its address.
        address: Address,
    },
    /// An address that stood in the line before.
    DuplicateAddress {
        /// The address.
        address: Address,
    },
    /// Something follows the content.
    TrailingBytes {
        /// How many bytes.
        count: usize,
    },
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const COPY: &str = "copy the line again, as one word";
        const WRITE: &str = "no version of seedbed writes this: use a line that a report printed";
        let at = self.position;
        write!(f, "not a replay line: ")?;
        match &self.fault {
            ReplayFault::Empty => write!(f, "it is empty; {COPY}, from sb1: on"),
            ReplayFault::NoVersionMark => {
                write!(f, "it does not begin with a version mark such as sb1: ; {COPY}, from sb1: on")
            }
            ReplayFault::NewerVersion { version } => {
                write!(f, "version mark sb{version} at character {at}, where this seedbed reads sb1; update seedbed")
            }
            ReplayFault::StrayCharacter { character } => {
                write!(f, "unexpected {character:?} at character {at}; {COPY}")
            }
            ReplayFault::Truncated => write!(f, "it ends too early, at character {at}; {COPY}, to its end"),
            ReplayFault::BadChecksum { written, computed } => write!(
                f,
                "the checksum from character {at} on is {written:08x}, that of the content is {computed:08x}: \
                 some character was changed, lost or added; {COPY}"
            ),
            ReplayFault::UnknownForm { form } => write!(f, "unknown form {form} at character {at}; {NEWER}"),
            ReplayFault::BadNumber => write!(f, "a number out of range or form at character {at}; {WRITE}"),
            ReplayFault::NotUtf8 => write!(f, "a text that is not UTF-8 at character {at}; {WRITE}"),
            ReplayFault::BadPath { error } => write!(f, "at character {at}, {error}; {WRITE}"),
            ReplayFault::UnknownKind { code } => write!(f, "unknown kind of choice {code} at character {at}; {NEWER}"),
            ReplayFault::ZeroAnswer { address } => {
                write!(f, "the answer to {address} at character {at} is 0, which is no departure; {WRITE}")
            }
            ReplayFault::DuplicateAddress { address } => {
                write!(f, "{address} stands there twice, again at character {at}; {WRITE}")
            }
            ReplayFault::TrailingBytes { count } => write!(f, "{count} bytes too many from character {at} on; {WRITE}"),
        }
    }
}

/// What to do where only a newer version could have written it.
const NEWER: &str = "it is of a newer seedbed: update seedbed";

impl std::error::Error for ReplayError {}
