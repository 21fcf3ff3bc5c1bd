//! How much of a trace is shown.

/// How much of a trace is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Detail {
    None,
    Summary,
    Full,
}

impl Detail {
    pub(super) const WANTED: &str = "`summary`, `full` or `none`";

    /// What the word asks for, if it is one of them.
    pub(super) fn of(word: &str) -> Option<Self> {
        match word {
            "none" => Some(Self::None),
            "summary" => Some(Self::Summary),
            "full" => Some(Self::Full),
            _ => None,
        }
    }
}
