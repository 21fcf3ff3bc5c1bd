//! A small generator, so that every peer draws the same numbers.

/// SplitMix64. Deterministic per seed; the same stream for every peer.
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Rng(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }
    #[inline]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    /// A whole number of milliseconds in `1..=max`.
    #[inline]
    pub fn ms(&mut self, max: u64) -> u64 {
        1 + (((self.next() >> 32) * max) >> 32)
    }
}
