//! `ShrinkLimits`: how much work shrinking may be.

use std::time::Duration;

/// How much work shrinking may be; what it has when a limit is reached is its result.
///
/// # Examples
///
/// ```
/// use seedbed::explore::ShrinkLimits;
///
/// let quick = ShrinkLimits::default().runs(200).stalled(50);
/// assert_ne!(quick, ShrinkLimits::default());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShrinkLimits {
    pub(super) runs: u64,
    pub(super) accepted: u64,
    pub(super) stalled: u64,
    pub(super) wall: Option<Duration>,
}

impl Default for ShrinkLimits {
    /// 10,000 runs, 500 of them simpler than the one before, 200 in a row that are not, five minutes.
    fn default() -> Self {
        Self { runs: 10_000, accepted: 500, stalled: 200, wall: Some(Duration::from_secs(300)) }
    }
}

impl ShrinkLimits {
    /// Limits how often the program is run; 10,000 times by default. The runs before and after shrinking, which make sure of the
    /// failure, are not counted.
    ///
    /// # Examples
    ///
    /// ```
    /// let limits = seedbed::explore::ShrinkLimits::default().runs(100);
    /// ```
    #[must_use]
    pub fn runs(mut self, runs: u64) -> Self {
        self.runs = runs;
        self
    }

    /// Limits how often a simpler failing run is taken; 500 times by default.
    ///
    /// # Examples
    ///
    /// ```
    /// let limits = seedbed::explore::ShrinkLimits::default().accepted(20);
    /// ```
    #[must_use]
    pub fn accepted(mut self, accepted: u64) -> Self {
        self.accepted = accepted;
        self
    }

    /// Limits how many runs in a row may bring nothing; 200 by default. Where a success took long the next one may take twice as
    /// long, so the limit grows to twice the longest wait that was worth it.
    ///
    /// # Examples
    ///
    /// ```
    /// let limits = seedbed::explore::ShrinkLimits::default().stalled(1_000);
    /// ```
    #[must_use]
    pub fn stalled(mut self, stalled: u64) -> Self {
        self.stalled = stalled;
        self
    }

    /// Limits the time it takes, as the clock of the machine counts it; five minutes by default, `None` for no limit.
    ///
    /// It is the only limit that depends on the machine: where it ends the search, another machine may get further.
    ///
    /// # Examples
    ///
    /// ```
    /// let limits = seedbed::explore::ShrinkLimits::default().wall(None);
    /// ```
    #[must_use]
    pub fn wall(mut self, wall: impl Into<Option<Duration>>) -> Self {
        self.wall = wall.into();
        self
    }
}
