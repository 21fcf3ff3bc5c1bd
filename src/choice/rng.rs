//! The one generator: ChaCha8 with unbiased integers, for proposals and for the randomness of user code.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::address::StreamKey;
use crate::seed::{Seed, mix};

/// A stream of pseudo-random numbers that is the same on every machine and in every version.
///
/// The algorithm is ChaCha8 (Bernstein, *ChaCha, a variant of Salsa20*, 2008), with a 256-bit key spread from 64 bits of seed by
/// SplitMix64. Golden values in the tests hold it still: seeds that were written down must keep their meaning. Words come from a block
/// of 64; the block is filled at the first draw, so a generator that is never asked costs next to nothing.
///
/// # Examples
///
/// ```
/// use seedbed::{Seed, choice::Prng};
///
/// let mut dice = Prng::new(Seed::new(42), "dice");
/// let throws: Vec<u32> = (0..5).map(|_| 1 + dice.below(6)).collect();
///
/// let mut again = Prng::new(Seed::new(42), "dice");
/// assert!(throws.iter().all(|throw| *throw == 1 + again.below(6)));
/// ```
#[derive(Clone, Debug)]
pub struct Prng(ChaCha8Rng);

impl Prng {
    /// Starts the stream of that label; the streams of one seed are independent of each other.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::{Seed, choice::Prng};
    ///
    /// let [mut order, mut faults] = ["order", "faults"].map(|label| Prng::new(Seed::new(42), label));
    /// assert_ne!(order.next_u64(), faults.next_u64());
    /// ```
    pub fn new(seed: Seed, label: &str) -> Prng {
        Prng(seeded_rng(seed.derive(label)))
    }

    /// Draws 32 bits.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::{Seed, choice::Prng};
    ///
    /// assert_eq!(Prng::new(Seed::new(1), "a").next_u32(), Prng::new(Seed::new(1), "a").next_u32());
    /// ```
    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Draws 64 bits.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::{Seed, choice::Prng};
    ///
    /// assert_eq!(Prng::new(Seed::new(1), "a").next_u64(), Prng::new(Seed::new(1), "a").next_u64());
    /// ```
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Draws a number from `0..bound`, each equally often.
    ///
    /// One multiplication, and a division only where the first draw falls on the uneven rest (Lemire, *Fast Random Integer Generation
    /// in an Interval*, 2019).
    ///
    /// # Panics
    ///
    /// If `bound` is 0: there is no number to draw.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::{Seed, choice::Prng};
    ///
    /// let mut prng = Prng::new(Seed::new(42), "doc");
    /// assert!((0..100).all(|_| prng.below(3) < 3));
    /// assert_eq!(prng.below(1), 0);
    /// ```
    #[inline]
    pub fn below(&mut self, bound: u32) -> u32 {
        assert!(bound > 0, "Prng::below(0): there is no number below 0; ask with a bound of at least 1");
        let mut product = u64::from(self.next_u32()) * u64::from(bound);
        if low_half(product) < bound {
            // The numbers below `rest` are the part of 2³² that `bound` does not divide: draws there would favour some answers.
            let rest = bound.wrapping_neg() % bound;
            while low_half(product) < rest {
                product = u64::from(self.next_u32()) * u64::from(bound);
            }
        }
        (product >> 32) as u32
    }

    /// Draws `true` with a probability of exactly `part` in `whole`.
    ///
    /// # Panics
    ///
    /// If `whole` is 0, or `part` is more than `whole`: that is no probability.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::{Seed, choice::Prng};
    ///
    /// let mut prng = Prng::new(Seed::new(42), "doc");
    /// assert!((0..100).all(|_| prng.chance(4, 4) && !prng.chance(0, 4)));
    /// ```
    #[inline]
    pub fn chance(&mut self, part: u32, whole: u32) -> bool {
        assert!(
            part <= whole,
            "Prng::chance({part}, {whole}) is more than certain: the first number may not be larger"
        );
        self.below(whole) < part
    }
}

#[inline]
fn low_half(product: u64) -> u32 {
    (product & 0xffff_ffff) as u32
}

/// Makes the generator of a 64-bit seed, for code that wants one of the `rand` crates.
///
/// The key is the first four outputs of SplitMix64 from the seed: written out here, because the expansion that `rand_core` provides may
/// change with its version.
///
/// # Examples
///
/// ```
/// use rand::RngExt as _;
/// use seedbed::{Seed, choice::seeded_rng};
///
/// let mut rng = seeded_rng(Seed::new(42));
/// assert_eq!(rng.random_range(0..1_000), seeded_rng(Seed::new(42)).random_range(0..1_000));
/// ```
pub fn seeded_rng(seed: Seed) -> ChaCha8Rng {
    let mut key = [0; 32];
    let mut state = seed.get();
    for word in key.chunks_exact_mut(8) {
        word.copy_from_slice(&mix(state).to_le_bytes());
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    }
    ChaCha8Rng::from_seed(key)
}

/// Returns the seed of a generator of user code: the `n`-th of that stream ([`Kind::Rng`](crate::choice::Kind::Rng)), with the answer
/// that its one question got.
///
/// The subject and `n` are part of it, so two tasks draw different numbers even where all answers are the plain 0, as in a run that is
/// replayed from its departures. An answer of 32 bits is a choice like any other: it is recorded, replayed and shrunk as one number.
///
/// # Examples
///
/// ```
/// use seedbed::choice::{Kind, StreamKey, SubjectKey, sub_seed};
///
/// let [a, b] = ["main/a", "main/b"].map(|path| StreamKey { subject: SubjectKey::of_path(path), kind: Kind::Rng });
/// assert_ne!(sub_seed(a, 0, 0), sub_seed(b, 0, 0));
/// assert_ne!(sub_seed(a, 0, 0), sub_seed(a, 1, 0));
/// assert_ne!(sub_seed(a, 0, 0), sub_seed(a, 0, 1));
/// ```
pub fn sub_seed(stream: StreamKey, n: u32, answer: u32) -> Seed {
    let place = mix(mix(stream.subject.get()) ^ u64::from(stream.kind.code()));
    Seed::new(mix(place ^ (u64::from(n) << 32 | u64::from(answer))))
}

#[cfg(test)]
mod tests {
    use super::{Prng, Seed, seeded_rng, sub_seed};
    use crate::choice::{Kind, StreamKey, SubjectKey};
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

    #[test]
    fn the_algorithm_is_chacha8() {
        // Key and nonce zero: the first key stream bytes published with the cipher's test vectors.
        let mut bytes = [0; 16];
        ChaCha8Rng::from_seed([0; 32]).fill_bytes(&mut bytes);
        assert_eq!(u128::from_be_bytes(bytes), 0x3e00_ef2f_895f_40d6_7f5b_b8e8_1f09_a5a1);
    }

    #[test]
    fn draws_never_change() {
        let mut prng = Prng::new(Seed::new(42), "golden");
        assert_eq!([(); 4].map(|()| prng.next_u32()), [0x239e_a31b, 0xa2c9_e7c0, 0x1136_7201, 0x8083_c634]);
        assert_eq!(prng.next_u64(), 0x1b82_62fd_2415_ad22);
        assert_eq!(
            [2, 3, 6, 1_000, 1 << 31, u32::MAX].map(|bound| prng.below(bound)),
            [1, 0, 0, 433, 829_307_309, 851_938_995]
        );
        assert_eq!(seeded_rng(Seed::new(0)).next_u64(), 0xbf94_d133_2d8e_e5e8);
        let stream = StreamKey { subject: SubjectKey::of_path("main"), kind: Kind::Rng };
        assert_eq!(sub_seed(stream, 1, 2), Seed::new(0xa4dc_10f8_1d75_1f94));
        // The end of a block, and the next one.
        assert_eq!(
            (0..200).fold(0, |sum: u64, _| sum.wrapping_mul(31) ^ u64::from(prng.next_u32())),
            0xe8d4_ec84_6f0b_81c6
        );
    }

    #[test]
    fn every_answer_is_drawn_equally_often() {
        // With a bound of 3 · 2³⁰, a plain multiplication would favour every third answer by a half: the rejection must show.
        let bound = 3 << 30;
        let mut prng = Prng::new(Seed::new(42), "bias");
        let mut counts = [0_u32; 3];
        for _ in 0..30_000 {
            counts[(prng.below(bound) % 3) as usize] += 1;
        }
        assert!(counts.iter().all(|count| (9_700..10_300).contains(count)), "{counts:?}");
    }

    #[test]
    #[should_panic(expected = "there is no number below 0")]
    fn a_bound_of_zero_is_refused() {
        Prng::new(Seed::new(42), "none").below(0);
    }
}
