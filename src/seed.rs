//! `Seed`: the 64 bits a run starts from, their text form, and the stable hash that makes seeds from names.

use std::fmt;
use std::str::FromStr;

/// The number from which every proposal of a run derives.
///
/// A seed means something only together with a policy and a build: the same three give the same run, on any machine.
/// Its text form is `0x` and sixteen hexadecimal digits; it is read back from that, from fewer digits, or from decimal.
///
/// # Examples
///
/// ```
/// use seedbed::Seed;
///
/// let seed = Seed::new(0x5eed);
/// assert_eq!(seed.to_string(), "0x0000000000005eed");
/// assert_eq!("0x5eed".parse(), Ok(seed));
/// assert_eq!("24301".parse(), Ok(seed));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seed(u64);

impl Seed {
    /// Wraps a number.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(seedbed::Seed::new(7), seedbed::Seed::from(7));
    /// ```
    pub const fn new(bits: u64) -> Seed {
        Seed(bits)
    }

    /// Returns the number.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(seedbed::Seed::new(7).get(), 7);
    /// ```
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Returns the base seed that belongs to a path, such as a test's module path and name.
    ///
    /// The same path gives the same seed in every build, so a suite explores the same schedules each time it runs.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::Seed;
    ///
    /// assert_eq!(Seed::of_path("bank::transfers"), Seed::of_path("bank::transfers"));
    /// assert_ne!(Seed::of_path("bank::transfers"), Seed::of_path("bank::deposits"));
    /// ```
    pub const fn of_path(path: &str) -> Seed {
        Seed(mix(fnv1a(FNV_START, path.as_bytes())))
    }

    /// Returns the seed of an independent stream, named by a label.
    ///
    /// Two labels, or two seeds under one label, give unrelated streams, so what one stream draws never shifts another.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::Seed;
    ///
    /// let seed = Seed::new(42);
    /// assert_eq!(seed.derive("policy"), seed.derive("policy"));
    /// assert_ne!(seed.derive("policy"), seed.derive("faults"));
    /// assert_ne!(seed.derive("policy"), Seed::new(43).derive("policy"));
    /// ```
    pub const fn derive(self, label: &str) -> Seed {
        Seed(mix(fnv1a(FNV_START, label.as_bytes()) ^ mix(self.0)))
    }

    /// Returns the seed of the `index`-th run that starts from this one; different runs always get different seeds.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::Seed;
    ///
    /// let base = Seed::of_path("bank::transfers");
    /// assert_ne!(base.nth(0), base.nth(1));
    /// ```
    pub const fn nth(self, index: u64) -> Seed {
        // Both mixes are bijections, so distinct indices cannot meet. The inner one keeps the runs of seed 1 from being those of
        // seed 0 shifted by one place.
        Seed(mix(self.0 ^ mix(index)))
    }
}

impl From<u64> for Seed {
    fn from(bits: u64) -> Seed {
        Seed(bits)
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#018x}", self.0)
    }
}

impl FromStr for Seed {
    type Err = ParseSeedError;

    fn from_str(text: &str) -> Result<Seed, ParseSeedError> {
        let error = |fault| ParseSeedError { text: text.to_owned(), fault };
        let (digits, radix, skipped) = match text.strip_prefix("0x") {
            Some(hex) => (hex, 16, 2),
            None => (text, 10, 0),
        };
        if digits.is_empty() {
            return Err(error(Fault::NoDigits));
        }
        let mut bits = 0_u64;
        for (position, character) in digits.chars().enumerate() {
            let Some(digit) = character.to_digit(radix) else {
                return Err(error(Fault::Stray { character, position: skipped + position + 1 }));
            };
            let larger = bits.checked_mul(u64::from(radix)).and_then(|bits| bits.checked_add(u64::from(digit)));
            bits = larger.ok_or_else(|| error(Fault::TooLarge))?;
        }
        Ok(Seed(bits))
    }
}

/// The text is not a [`Seed`]; the message says what was read, where it went wrong, and what a seed looks like.
///
/// # Examples
///
/// ```
/// let error = "0x5eeds".parse::<seedbed::Seed>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "\"0x5eeds\" is not a seed: unexpected 's' at character 7; write decimal digits, or 0x and up to 16 hexadecimal digits",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseSeedError {
    text: String,
    fault: Fault,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    NoDigits,
    /// `position` counts characters of the whole text from 1.
    Stray {
        character: char,
        position: usize,
    },
    TooLarge,
}

impl fmt::Display for ParseSeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a seed: ", self.text)?;
        match self.fault {
            Fault::NoDigits => write!(f, "it has no digits")?,
            Fault::Stray { character, position } => write!(f, "unexpected {character:?} at character {position}")?,
            Fault::TooLarge => write!(f, "it does not fit in 64 bits")?,
        }
        write!(f, "; write decimal digits, or 0x and up to 16 hexadecimal digits")
    }
}

impl std::error::Error for ParseSeedError {}

/// Where a fresh FNV-1a hash starts.
pub(crate) const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// Carries a 64-bit FNV-1a hash (Fowler, Noll, Vo) over more bytes.
///
/// Each byte is a bijection of the state, so two states never meet over the same bytes. Replay lines depend on this function: it may
/// not change within a major version.
pub(crate) const fn fnv1a(state: u64, bytes: &[u8]) -> u64 {
    let mut state = state;
    let mut at = 0;
    while at < bytes.len() {
        state = (state ^ bytes[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    state
}

/// Spreads every bit of `bits` over all 64: one step of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), a bijection.
///
/// FNV-1a alone leaves short names close together, which is fine for a key and not for a seed.
pub(crate) const fn mix(bits: u64) -> u64 {
    let mut z = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::{FNV_START, Seed, fnv1a, mix};

    #[test]
    fn hashes_are_the_published_ones() {
        // Test vectors of the FNV authors, and the first outputs of SplitMix64 from state 0.
        assert_eq!(fnv1a(FNV_START, b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(FNV_START, b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(FNV_START, b"foobar"), 0x8594_4171_f739_67e8);
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(mix(0x9e37_79b9_7f4a_7c15), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn derived_seeds_never_change() {
        assert_eq!(Seed::of_path("bank::transfers").to_string(), "0x1e4d38313837284e");
        assert_eq!(Seed::new(42).derive("policy").to_string(), "0x74ae6449c005c607");
        assert_eq!(Seed::new(42).nth(0).to_string(), "0x4d9b3f1ec9cf6b1b");
        assert_eq!(Seed::new(42).nth(1).to_string(), "0x7eb3b394ac9efc29");
    }

    #[test]
    fn text_forms() {
        let check = |text: &str, expected: Result<u64, &str>| {
            let read = text.parse::<Seed>().map(Seed::get).map_err(|error| error.to_string());
            match expected {
                Ok(bits) => assert_eq!(read, Ok(bits), "{text:?}"),
                Err(part) => assert!(read.as_ref().is_err_and(|error| error.contains(part)), "{text:?}: {read:?}"),
            }
        };
        check("0", Ok(0));
        check("0xDEADbeef", Ok(0xdead_beef));
        check("18446744073709551615", Ok(u64::MAX));
        check("0xffffffffffffffff", Ok(u64::MAX));
        check("18446744073709551616", Err("does not fit in 64 bits"));
        check("0x10000000000000000", Err("does not fit in 64 bits"));
        check("", Err("no digits"));
        check("0x", Err("no digits"));
        check(" 1", Err("unexpected ' ' at character 1"));
        check("12é", Err("unexpected 'é' at character 3"));
        check("-1", Err("unexpected '-' at character 1"));
    }
}
