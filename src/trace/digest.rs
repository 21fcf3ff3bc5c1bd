//! A 64-bit fingerprint of a run, so that two runs compare without their events being kept.
//!
//! # Quality
//!
//! One step is a folded multiplication, as in wyhash: the 128-bit product of two words, its halves combined. Each bit of
//! either word reaches every bit of the result, so a step sends two different inputs to the same state with a chance of
//! about 2⁻⁶⁴, and runs that have come apart meet again with that chance at each later event: under 2⁻⁴⁰ in a run of ten
//! million. That is enough, because nobody *chooses* events in order to hide a difference from themselves. It is no
//! protection against somebody who does.
//!
//! Everything is folded as `u64`s, texts as little-endian bytes with their length: a digest depends neither on the
//! machine's byte order nor on the size of its pointers.

use std::fmt;
use std::str::FromStr;

// Digits of π: arbitrary, and visibly not chosen for an effect.
const START: u64 = 0x243f_6a88_85a3_08d3;
const OPERAND: u64 = 0x1319_8a2e_0370_7344;
const TEXT: u64 = 0xa409_3822_299f_31d0;
const END: u64 = 0x082e_fa98_ec4e_6c89;
/// The golden ratio in 64 bits, odd: it spreads near instants far apart, so that an instant and an operand that are added
/// never stand for another such pair with operands of any natural size.
const INSTANT: u64 = 0x9e37_79b9_7f4a_7c15;

/// A fingerprint of a run: equal for equal runs, in any process and on any machine.
///
/// ```
/// use seedbed::trace::Digest;
/// let digest: Digest = "00c0ffee00c0ffee".parse()?;
/// assert_eq!(digest.to_string(), "00c0ffee00c0ffee");
/// # Ok::<(), seedbed::trace::ParseDigestError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Digest(u64);

impl Digest {
    /// The fingerprint as a number.
    ///
    /// ```
    /// use seedbed::trace::Digest;
    /// assert_eq!("00000000000000ff".parse::<Digest>().map(Digest::get), Ok(255));
    /// ```
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Digest {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |fault| ParseDigestError { text: text.to_owned(), fault };
        if let Some((at, char)) = text.chars().enumerate().find(|(_, char)| !char.is_ascii_hexdigit()) {
            return Err(error(Fault::Stray { at: at + 1, char }));
        }
        if text.len() != 16 {
            return Err(error(Fault::Length(text.len())));
        }
        u64::from_str_radix(text, 16).map(Self).map_err(|_| error(Fault::Length(text.len())))
    }
}

/// Why a text is no [`Digest`].
///
/// ```
/// use seedbed::trace::Digest;
/// let error = "12x4".parse::<Digest>().unwrap_err();
/// assert_eq!(error.to_string(), "`12x4` is no digest: character 3 is 'x'; write 16 hexadecimal digits");
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseDigestError {
    text: String,
    fault: Fault,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Fault {
    /// Position counted from 1.
    Stray {
        at: usize,
        char: char,
    },
    Length(usize),
}

impl fmt::Display for ParseDigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no digest: ", self.text.escape_debug())?;
        match self.fault {
            Fault::Stray { at, char } => write!(f, "character {at} is {char:?}")?,
            Fault::Length(length) => write!(f, "it has {length} digits")?,
        }
        f.write_str("; write 16 hexadecimal digits")
    }
}

impl std::error::Error for ParseDigestError {}

/// Folds a run into its [`Digest`], event by event.
///
/// ```
/// use seedbed::trace::Digester;
/// let (mut one, mut other) = (Digester::new(), Digester::new());
/// one.feed(1, 2);
/// other.feed(2, 1);
/// assert_ne!(one.digest(), other.digest());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Digester {
    state: u64,
}

impl Default for Digester {
    fn default() -> Self {
        Self::new()
    }
}

impl Digester {
    /// A digester that was fed nothing.
    ///
    /// ```
    /// use seedbed::trace::Digester;
    /// assert_eq!(Digester::new().digest().to_string(), "4f11e317105c570d");
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { state: START }
    }

    /// Folds in two words; their order matters, and the order of the calls.
    ///
    /// ```
    /// use seedbed::trace::Digester;
    /// let mut digester = Digester::new();
    /// digester.feed(1, 2);
    /// assert_eq!(digester.digest().to_string(), "3759dcee30d5cc62");
    /// ```
    #[inline]
    pub const fn feed(&mut self, a: u64, b: u64) {
        // `as` and not `from`: the latter is not yet callable in a const fn. Both factors are widened.
        let product = (self.state ^ a) as u128 * (b ^ OPERAND) as u128;
        self.state = low_half(product) ^ low_half(product >> 64);
    }

    /// Folds in two words and the virtual nanoseconds at which they became true.
    ///
    /// ```
    /// use seedbed::trace::Digester;
    /// let (mut early, mut late) = (Digester::new(), Digester::new());
    /// early.feed_at(1_000, 7, 0);
    /// late.feed_at(1_001, 7, 0);
    /// assert_ne!(early.digest(), late.digest());
    /// ```
    #[inline]
    pub const fn feed_at(&mut self, nanos: u64, a: u64, b: u64) {
        self.feed(a, b.wrapping_add(nanos.wrapping_mul(INSTANT)));
    }

    /// Folds in a text by its content.
    ///
    /// ```
    /// use seedbed::trace::Digester;
    /// let (mut one, mut two) = (Digester::new(), Digester::new());
    /// one.feed_text("ticks");
    /// two.feed_text("tick");
    /// two.feed_text("s");
    /// assert_ne!(one.digest(), two.digest());
    /// ```
    pub fn feed_text(&mut self, text: &str) {
        self.feed(text.len() as u64, TEXT);
        for pair in text.as_bytes().chunks(16) {
            let mut bytes = [0; 16];
            bytes[..pair.len()].copy_from_slice(pair);
            let words = u128::from_le_bytes(bytes);
            self.feed(low_half(words), low_half(words >> 64));
        }
    }

    /// The fingerprint of everything fed so far; feeding may go on.
    ///
    /// ```
    /// use seedbed::trace::Digester;
    /// let mut digester = Digester::new();
    /// let before = digester.digest();
    /// digester.feed(0, 0);
    /// assert_ne!(digester.digest(), before);
    /// ```
    #[must_use]
    pub const fn digest(&self) -> Digest {
        let mut end = *self;
        end.feed(END, 0);
        Digest(end.state)
    }
}

/// The low 64 bits.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "cutting is what it is for")]
pub(super) const fn low_half(bits: u128) -> u64 {
    bits as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Digest, Digester};

    /// Committed values, computed by another program: a change here changes the digest of every run.
    #[test]
    fn golden_vectors() {
        let check = |feed: fn(&mut Digester), expected: &str| {
            let mut digester = Digester::new();
            feed(&mut digester);
            assert_eq!(digester.digest().to_string(), expected);
        };
        check(|_| (), "4f11e317105c570d");
        check(|d| d.feed(0, 0), "1ea1fa4d0ce5b6e3");
        check(|d| d.feed(1, 2), "3759dcee30d5cc62");
        check(|d| d.feed(u64::MAX, u64::MAX), "d1f72cbd6e764ab9");
        check(|d| d.feed_at(1_500_000_000, 0x7_0000_0011, 0), "08091da32bedb926");
        check(|d| d.feed_text(""), "1740b8e33ad1131e");
        check(|d| d.feed_text("tick 1"), "4685b7a2b45fa3f2");
        check(|d| d.feed_text("a text of more than sixteen bytes, with ünïcode"), "94ab9136a598df36");
    }

    /// A change of one input bit turns each bit of the digest about half of the time.
    #[test]
    fn one_bit_changes_half_of_the_digest() {
        let mut turned = 0;
        for bit in 0..128 {
            let (mut plain, mut changed) = (Digester::new(), Digester::new());
            plain.feed(0x11, 0);
            let word: u128 = 0x11 ^ (1 << bit);
            changed.feed(super::low_half(word), super::low_half(word >> 64));
            let difference = (plain.digest().get() ^ changed.digest().get()).count_ones();
            assert!(difference >= 12, "bit {bit} turns only {difference} bits");
            turned += difference;
        }
        assert!((30 * 128..34 * 128).contains(&turned), "{turned} of {}", 64 * 128);
    }

    proptest! {
        #[test]
        fn text_form_round_trips(number: u64) {
            let digest = Digest(number);
            prop_assert_eq!(digest.to_string().parse(), Ok(digest));
        }

        #[test]
        fn any_text_parses_or_explains(text in ".{0,20}") {
            if let Err(error) = text.parse::<Digest>() {
                prop_assert!(error.to_string().contains("16 hexadecimal digits"));
            }
        }

        #[test]
        fn texts_are_told_apart(one in ".{0,40}", two in ".{0,40}") {
            let digest = |text: &str| {
                let mut digester = Digester::new();
                digester.feed_text(text);
                digester.digest()
            };
            prop_assert_eq!(digest(&one) == digest(&two), one == two);
        }
    }
}
