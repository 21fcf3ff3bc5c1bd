//! `Distinct`: how many different digests there were among many, in memory that does not grow with them.

use std::collections::BTreeSet;

use crate::trace::Digest;

/// The different digests of many runs, counted.
///
/// Up to 65,536 are counted exactly. Of more the lowest are kept, and from how close these are the number of all is estimated, to
/// within one per cent, mostly (Bar-Yossef et al., *Counting Distinct Elements in a Data Stream*, RANDOM 2002): a million runs take no
/// more memory than the first 65,536. The count does not depend on the order of the digests.
///
/// # Examples
///
/// ```
/// use seedbed::explore::Distinct;
/// use seedbed::{Sim, yield_now};
///
/// let mut distinct = Distinct::new();
/// for seed in 0..10 {
///     distinct.insert(Sim::new(seed).run(async { yield_now().await }).digest);
/// }
/// assert_eq!(distinct.count(), 1);
/// assert!(distinct.is_exact());
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Distinct {
    /// Invariant: at most `KEPT`; the lowest of all.
    lowest: BTreeSet<u64>,
    /// Some did not fit.
    overflowed: bool,
}

const KEPT: usize = 1 << 16;

impl Distinct {
    /// Up to so many are counted exactly; an estimate is always above that.
    pub const EXACT_MAX: u64 = KEPT as u64;

    /// None so far.
    ///
    /// ```
    /// assert_eq!(seedbed::explore::Distinct::new().count(), 0);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a digest, unless it was counted before.
    ///
    /// ```
    /// use seedbed::explore::Distinct;
    /// use seedbed::trace::Digester;
    /// let mut distinct = Distinct::new();
    /// distinct.insert(Digester::new().digest());
    /// distinct.insert(Digester::new().digest());
    /// assert_eq!(distinct.count(), 1);
    /// ```
    pub fn insert(&mut self, digest: Digest) {
        let digest = digest.get();
        let beyond = self.lowest.len() == KEPT && self.lowest.last().is_some_and(|highest| *highest < digest);
        if beyond {
            self.overflowed = true;
            return;
        }
        self.lowest.insert(digest);
        if self.lowest.len() > KEPT {
            self.lowest.pop_last();
            self.overflowed = true;
        }
    }

    /// How many different ones there were; an estimate where [`is_exact`](Self::is_exact) says no.
    ///
    /// ```
    /// assert_eq!(seedbed::explore::Distinct::new().count(), 0);
    /// ```
    #[must_use]
    pub fn count(&self) -> u64 {
        let kept = self.lowest.len() as u64;
        match self.lowest.last() {
            // As many in all as would lie as close as these, from 0 to the highest digest that there can be.
            Some(&highest) if self.overflowed => {
                let all = (u128::from(kept - 1) << 64) / u128::from(highest.max(1));
                u64::try_from(all).unwrap_or(u64::MAX).max(Self::EXACT_MAX + 1)
            }
            _ => kept,
        }
    }

    /// Whether each of them was counted.
    ///
    /// ```
    /// assert!(seedbed::explore::Distinct::new().is_exact());
    /// ```
    #[must_use]
    pub fn is_exact(&self) -> bool {
        !self.overflowed
    }
}

#[cfg(test)]
mod tests {
    use super::{Distinct, KEPT};
    use crate::trace::{Digest, Digester};

    fn digest(number: u64) -> Digest {
        let mut digester = Digester::new();
        digester.feed(number, 0);
        digester.digest()
    }

    fn counted(numbers: impl IntoIterator<Item = u64>) -> Distinct {
        let mut distinct = Distinct::new();
        numbers.into_iter().for_each(|number| distinct.insert(digest(number)));
        distinct
    }

    #[test]
    fn few_are_counted_exactly() {
        let some = counted((0..1_000).chain(500..1_500));
        assert_eq!((some.count(), some.is_exact()), (1_500, true));
        let all = counted(0..KEPT as u64);
        assert_eq!((all.count(), all.is_exact()), (KEPT as u64, true));
    }

    #[test]
    fn many_are_estimated_to_within_one_per_cent() {
        let number = 400_000;
        let many = counted((0..number).chain(0..number));
        assert!(!many.is_exact());
        assert!(many.count().abs_diff(number) < number / 100, "{} of {number}", many.count());
        assert_eq!(many.lowest.len(), KEPT);
    }

    #[test]
    fn the_order_does_not_matter() {
        assert_eq!(counted(0..100_000), counted((0..100_000).rev()));
    }
}
