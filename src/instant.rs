//! `Instant`: a moment on a run's virtual clock.

use std::fmt::{self, Write as _};
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::str::FromStr;
use std::time::Duration;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// A moment of a run: virtual nanoseconds since the run started.
///
/// Virtual time moves only when the run moves it, so an `Instant` is the same in every replay. 64 bits last for 584 years.
/// Written in seconds, with just the digits needed and at least three decimals.
///
/// # Examples
///
/// ```
/// use seedbed::Instant;
/// use std::time::Duration;
///
/// let later = Instant::START + Duration::from_millis(1_500);
/// assert_eq!(later.to_string(), "1.500");
/// assert_eq!(later - Instant::START, Duration::from_millis(1_500));
/// assert_eq!("1.5".parse(), Ok(later));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The start of the run.
    pub const START: Instant = Instant(0);

    /// Returns the instant that many nanoseconds after the start.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(seedbed::Instant::from_nanos(0), seedbed::Instant::START);
    /// ```
    pub const fn from_nanos(nanos: u64) -> Instant {
        Instant(nanos)
    }

    /// Returns the nanoseconds since the start.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(seedbed::Instant::from_nanos(7).as_nanos(), 7);
    /// ```
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Returns the instant `duration` later, or `None` past the end of virtual time.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::Instant;
    /// use std::time::Duration;
    ///
    /// assert_eq!(Instant::START.checked_add(Duration::from_nanos(7)), Some(Instant::from_nanos(7)));
    /// assert_eq!(Instant::START.checked_add(Duration::MAX), None);
    /// ```
    pub fn checked_add(self, duration: Duration) -> Option<Instant> {
        let nanos = u64::try_from(duration.as_nanos()).ok()?;
        self.0.checked_add(nanos).map(Instant)
    }

    /// Returns the instant `duration` earlier, or `None` before the start.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::Instant;
    /// use std::time::Duration;
    ///
    /// assert_eq!(Instant::from_nanos(7).checked_sub(Duration::from_nanos(7)), Some(Instant::START));
    /// assert_eq!(Instant::START.checked_sub(Duration::from_nanos(1)), None);
    /// ```
    pub fn checked_sub(self, duration: Duration) -> Option<Instant> {
        let nanos = u64::try_from(duration.as_nanos()).ok()?;
        self.0.checked_sub(nanos).map(Instant)
    }

    /// Returns the time from `earlier` to this instant, or zero where `earlier` is later.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::Instant;
    /// use std::time::Duration;
    ///
    /// let (early, late) = (Instant::from_nanos(2), Instant::from_nanos(9));
    /// assert_eq!(late.saturating_duration_since(early), Duration::from_nanos(7));
    /// assert_eq!(early.saturating_duration_since(late), Duration::ZERO);
    /// ```
    pub const fn saturating_duration_since(self, earlier: Instant) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    /// # Panics
    ///
    /// Past the end of virtual time; [`Instant::checked_add`] tells instead.
    #[track_caller]
    fn add(self, duration: Duration) -> Instant {
        match self.checked_add(duration) {
            Some(sum) => sum,
            None => panic!("the virtual clock overflows: {self} s + {duration:?} is past its last instant, {LAST} s"),
        }
    }
}

impl AddAssign<Duration> for Instant {
    #[track_caller]
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl Sub<Duration> for Instant {
    type Output = Instant;

    /// # Panics
    ///
    /// Before the start of the run; [`Instant::checked_sub`] tells instead.
    #[track_caller]
    fn sub(self, duration: Duration) -> Instant {
        match self.checked_sub(duration) {
            Some(difference) => difference,
            None => panic!("the virtual clock overflows: {self} s - {duration:?} is before the start of the run"),
        }
    }
}

impl SubAssign<Duration> for Instant {
    #[track_caller]
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

impl Sub<Instant> for Instant {
    type Output = Duration;

    /// # Panics
    ///
    /// Where `earlier` is later; [`Instant::saturating_duration_since`] gives zero instead.
    #[track_caller]
    fn sub(self, earlier: Instant) -> Duration {
        assert!(earlier <= self, "a duration cannot be negative: {self} s - {earlier} s");
        self.saturating_duration_since(earlier)
    }
}

/// The last instant; its name keeps the overflow message readable.
const LAST: Instant = Instant(u64::MAX);

impl fmt::Display for Instant {
    /// Honours width and alignment, so that instants stand in columns.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanos) = (self.0 / NANOS_PER_SECOND, self.0 % NANOS_PER_SECOND);
        let mut text = Digits { bytes: [0; 32], len: 0 };
        write!(text, "{seconds}.{nanos:09}")?;
        let least = text.len - 6;
        while text.len > least && text.bytes[text.len - 1] == b'0' {
            text.len -= 1;
        }
        f.pad(std::str::from_utf8(&text.bytes[..text.len]).map_err(|_| fmt::Error)?)
    }
}

/// Room for the longest instant (20 digits and a point), so that a trace line costs no allocation here.
struct Digits {
    bytes: [u8; 32],
    len: usize,
}

impl fmt::Write for Digits {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

impl FromStr for Instant {
    type Err = ParseInstantError;

    fn from_str(text: &str) -> Result<Instant, ParseInstantError> {
        let (seconds, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let nanos = (digits(seconds) && digits(decimals) && decimals.len() <= 9)
            .then(|| {
                let whole = seconds.parse::<u64>().ok()?.checked_mul(NANOS_PER_SECOND)?;
                whole.checked_add(format!("{decimals:0<9}").parse().ok()?)
            })
            .flatten();
        nanos.map(Instant).ok_or_else(|| ParseInstantError { text: text.to_owned() })
    }
}

/// The text is not an [`Instant`].
///
/// # Examples
///
/// ```
/// let error = "1.5s".parse::<seedbed::Instant>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "\"1.5s\" is not an instant: write seconds with up to 9 decimals, such as 1.500, at most 18446744073.709551615",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseInstantError {
    text: String,
}

impl fmt::Display for ParseInstantError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        write!(f, "{text:?} is not an instant: write seconds with up to 9 decimals, such as 1.500, at most {LAST}")
    }
}

impl std::error::Error for ParseInstantError {}

#[cfg(test)]
mod tests {
    use super::Instant;
    use std::time::Duration;

    #[test]
    fn written_with_just_the_digits_needed() {
        let check = |nanos: u64, text: &str| {
            assert_eq!(Instant::from_nanos(nanos).to_string(), text);
            assert_eq!(text.parse(), Ok(Instant::from_nanos(nanos)), "{text}");
        };
        check(0, "0.000");
        check(1, "0.000000001");
        check(1_000, "0.000001");
        check(1_000_000, "0.001");
        check(1_500_000_000, "1.500");
        check(10_000_000_000, "10.000");
        check(1_234_567_890, "1.23456789");
        check(u64::MAX, "18446744073.709551615");
        assert_eq!(format!("[{:>8}]", Instant::from_nanos(1_500_000_000)), "[   1.500]");
    }

    #[test]
    fn other_texts_are_refused() {
        assert_eq!("12".parse(), Ok(Instant::from_nanos(12_000_000_000)));
        for text in ["", ".", "1.", ".5", "-1", "+1.0", "1.0000000001", "18446744073.709551616", "1,5", "1.5.0", "1 "] {
            assert!(text.parse::<Instant>().is_err(), "{text:?}");
        }
    }

    #[test]
    #[should_panic(expected = "the virtual clock overflows: 18446744073.709551615 s + 1ns is past its last instant")]
    fn addition_names_the_overflow() {
        let _ = Instant::from_nanos(u64::MAX) + Duration::from_nanos(1);
    }

    #[test]
    #[should_panic(expected = "the virtual clock overflows: 0.001 s - 2ms is before the start of the run")]
    fn subtraction_names_the_overflow() {
        let _ = Instant::from_nanos(1_000_000) - Duration::from_millis(2);
    }

    #[test]
    #[should_panic(expected = "a duration cannot be negative: 0.001 s - 0.002 s")]
    fn negative_durations_are_named() {
        let _ = Instant::from_nanos(1_000_000) - Instant::from_nanos(2_000_000);
    }
}
