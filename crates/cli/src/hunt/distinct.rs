//! How many different fingerprints there were.

use std::collections::BTreeSet;

/// Counts different fingerprints, exactly: eight bytes and a little more for each.
#[derive(Clone, Debug, Default)]
pub(super) struct Distinct(BTreeSet<u64>);

impl Distinct {
    /// Takes note of `0x…`. What is no such number is not counted: a run that ended its process has no fingerprint.
    pub(super) fn note(&mut self, fingerprint: &str) {
        if let Some(number) = fingerprint.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok()) {
            self.0.insert(number);
        }
    }

    /// How many.
    pub(super) fn count(&self) -> u64 {
        self.0.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_counts_once() {
        let mut distinct = Distinct::default();
        for fingerprint in ["0x0", "0xffffffffffffffff", "0x0", "", "7", "0xg"] {
            distinct.note(fingerprint);
        }
        assert_eq!(distinct.count(), 2);
    }
}
