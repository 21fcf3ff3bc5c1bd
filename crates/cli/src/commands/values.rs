//! Values of the command line: numbers, times, seeds.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use crate::status::Error;

/// A seed, decimal or `0x…`, in the form in which it is handed on.
pub(super) fn seed(text: &str) -> Result<String, Error> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    match number {
        Ok(number) => Ok(seed_text(number)),
        Err(_) => Err(Error::usage(format!("{text:?} is no seed")).cure("a seed is a number of 64 bits: 7, or 0x5eed")),
    }
}

/// A seed that nobody has chosen.
pub(super) fn fresh_seed() -> String {
    seed_text(RandomState::new().build_hasher().finish())
}

fn seed_text(number: u64) -> String {
    format!("{number:#018x}")
}

/// A whole number from 1, `_` allowed.
pub(super) fn number(text: &str) -> Result<u64, String> {
    match text.replace('_', "").parse() {
        Ok(0) => Err("at least 1".to_owned()),
        Ok(number) if number < 1 << 53 => Ok(number),
        _ => Err("a whole number, such as 1000 or 1_000".to_owned()),
    }
}

/// `90`, `90s`, `10m`, `1h30m`, `2d`.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    let wrong = || "a time is written 90s, 10m, 1h30m or 2d".to_owned();
    let (mut seconds, mut digits) = (0_u64, String::new());
    for letter in text.chars().chain(text.ends_with(|last: char| last.is_ascii_digit()).then_some('s')) {
        let unit = match letter {
            '0'..='9' => {
                digits.push(letter);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return Err(wrong()),
        };
        let count: u64 = digits.parse().map_err(|_| wrong())?;
        seconds = count.checked_mul(unit).and_then(|more| seconds.checked_add(more)).ok_or_else(wrong)?;
        digits.clear();
    }
    if seconds == 0 { Err(wrong()) } else { Ok(Duration::from_secs(seconds)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        let secs = |text| time(text).map(|time| time.as_secs());
        for (text, expected) in [("90", 90), ("90s", 90), ("10m", 600), ("1h30m", 5_400), ("2d", 172_800)] {
            assert_eq!(secs(text), Ok(expected));
        }
        for wrong in ["", "0", "m", "10x", "-1", "1.5h", "99999999999999999999s"] {
            assert!(secs(wrong).is_err(), "{wrong}");
        }
    }
}
