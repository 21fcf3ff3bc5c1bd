//! `ExplainLimits`: how much work an explanation may be, and what its samples are drawn from.

use crate::seed::Seed;

/// How much work an explanation may be.
///
/// # Examples
///
/// ```
/// use seedbed::explore::ExplainLimits;
///
/// let thorough = ExplainLimits::default().runs(20_000).samples(1_000).seed(42);
/// assert_ne!(thorough, ExplainLimits::default());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainLimits {
    pub(super) runs: u64,
    pub(super) samples: u32,
    pub(super) seed: Option<Seed>,
}

impl Default for ExplainLimits {
    /// 2,000 runs, 100 for each sample, drawn from the seed of the explained run.
    fn default() -> Self {
        Self { runs: 2_000, samples: 100, seed: None }
    }
}

impl ExplainLimits {
    /// Limits how often the program is run; 2,000 times by default. What could not be answered within them is left out.
    ///
    /// # Examples
    ///
    /// ```
    /// let limits = seedbed::explore::ExplainLimits::default().runs(500);
    /// ```
    #[must_use]
    pub fn runs(mut self, runs: u64) -> Self {
        self.runs = runs;
        self
    }

    /// Sets how many runs tell whether the departures are enough; 100 by default, and as many for the base rate.
    ///
    /// # Examples
    ///
    /// ```
    /// let limits = seedbed::explore::ExplainLimits::default().samples(30);
    /// ```
    #[must_use]
    pub fn samples(mut self, samples: u32) -> Self {
        self.samples = samples;
        self
    }

    /// Sets what the samples are drawn from; the seed of the explained run by default.
    ///
    /// # Examples
    ///
    /// ```
    /// let limits = seedbed::explore::ExplainLimits::default().seed(7);
    /// ```
    #[must_use]
    pub fn seed(mut self, seed: impl Into<Seed>) -> Self {
        self.seed = Some(seed.into());
        self
    }
}
