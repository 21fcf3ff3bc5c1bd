//! How a command ends: exit statuses, and errors that say what to do.

use std::fmt;
use std::process::ExitCode;

/// The exit statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Nothing was found.
    Clean,
    /// The command, its configuration or the build is wrong.
    Usage,
    /// Ended early, and nothing was found until then: try again.
    Ended,
    /// A failure was found.
    Failed,
    /// A run differed from itself.
    NotDeterministic,
    /// The machinery is broken: what it says about the tests is worth nothing.
    Broken,
}

impl Status {
    /// The status that a number means; an unknown one is that of broken machinery.
    pub fn from_code(code: u8) -> Self {
        let all = [Self::Clean, Self::Usage, Self::Ended, Self::Failed, Self::NotDeterministic];
        all.into_iter().find(|status| status.code() == code).unwrap_or(Self::Broken)
    }

    /// The number that the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Usage => 1,
            Self::Ended => 75,
            Self::Failed => 100,
            Self::NotDeterministic => 101,
            Self::Broken => 102,
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status.code())
    }
}

/// Why a command could not be done, and what to do about it.
#[derive(Debug)]
pub struct Error {
    /// How the process ends.
    pub status: Status,
    words: String,
    cure: Option<String>,
}

impl Error {
    /// The user's side: what was asked, configured or built.
    pub fn usage(words: impl Into<String>) -> Self {
        Self { status: Status::Usage, words: words.into(), cure: None }
    }

    /// The machinery: a worker, a file, a shard.
    pub fn broken(words: impl Into<String>) -> Self {
        Self { status: Status::Broken, words: words.into(), cure: None }
    }

    /// What to do about it.
    #[must_use]
    pub fn cure(mut self, cure: impl Into<String>) -> Self {
        self.cure = Some(cure.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.words)?;
        match &self.cure {
            Some(cure) => write!(out, "\n  {}", cure.replace('\n', "\n  ")),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// What a command comes to.
pub type Outcome = Result<Status, Error>;
