//! `WallTime`: a date and time of day, as the wall clock of a run shows it.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::Duration;

const SECOND: u64 = 1_000_000_000;
const DAY: u64 = 86_400;

/// A date and time of day in UTC: what [`wall_now`](super::wall_now) reads, the counterpart of the standard `SystemTime`.
///
/// Later readings may be earlier, as those of any wall clock; the monotonic clock is [`now`](super::now). It counts nanoseconds since the
/// Unix epoch, as POSIX does: without leap seconds. Arithmetic stops at the epoch and in the year 2554.
///
/// Written as in RFC 3339, in UTC, and read back from that.
///
/// ```
/// use seedbed::time::WallTime;
/// use std::time::Duration;
/// let time: WallTime = "2024-02-29T23:59:59.5Z".parse()?;
/// assert_eq!((time + Duration::from_millis(500)).to_string(), "2024-03-01T00:00:00Z");
/// # Ok::<(), seedbed::time::ParseWallTimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallTime {
    /// Since the Unix epoch.
    nanos: u64,
}

impl WallTime {
    /// The Unix epoch: 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self { nanos: 0 };

    /// What the wall clock shows at the beginning of a run where nothing else is said: 2000-01-01T00:00:00Z.
    pub const START: Self = Self { nanos: 946_684_800 * SECOND };

    /// So long after the Unix epoch.
    ///
    /// ```
    /// use seedbed::time::WallTime;
    /// use std::time::Duration;
    /// assert_eq!(WallTime::from_unix(Duration::from_secs(1_000_000_000)).to_string(), "2001-09-09T01:46:40Z");
    /// ```
    #[must_use]
    pub fn from_unix(since_epoch: Duration) -> Self {
        Self { nanos: u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX) }
    }

    /// How long after the Unix epoch it is.
    ///
    /// ```
    /// use seedbed::time::WallTime;
    /// assert_eq!(WallTime::START.since_epoch().as_secs(), 946_684_800);
    /// ```
    #[must_use]
    pub const fn since_epoch(self) -> Duration {
        Duration::from_nanos(self.nanos)
    }

    /// How much later it is than another reading.
    ///
    /// # Errors
    ///
    /// [`WentBack`] if it is earlier: the clock was set back between the two.
    ///
    /// ```
    /// use seedbed::time::WallTime;
    /// use std::time::Duration;
    /// let (early, late) = (WallTime::START, WallTime::START + Duration::from_secs(3));
    /// assert_eq!(late.duration_since(early), Ok(Duration::from_secs(3)));
    /// assert_eq!(early.duration_since(late).unwrap_err().duration(), Duration::from_secs(3));
    /// ```
    #[doc(alias = "SystemTime::duration_since")]
    pub fn duration_since(self, earlier: Self) -> Result<Duration, WentBack> {
        match self.nanos.checked_sub(earlier.nanos) {
            Some(nanos) => Ok(Duration::from_nanos(nanos)),
            None => Err(WentBack { by: Duration::from_nanos(earlier.nanos - self.nanos) }),
        }
    }
}

impl Add<Duration> for WallTime {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self::from_unix(self.since_epoch().saturating_add(span))
    }
}

impl Sub<Duration> for WallTime {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        Self::from_unix(self.since_epoch().saturating_sub(span))
    }
}

/// For libraries that want the standard type. Nothing is read from the machine's clock.
#[expect(clippy::disallowed_types, reason = "a value of the type, not a reading of the clock")]
impl From<WallTime> for std::time::SystemTime {
    fn from(time: WallTime) -> Self {
        Self::UNIX_EPOCH + time.since_epoch()
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (secs, fraction) = (self.nanos / SECOND, self.nanos % SECOND);
        let (year, month, day) = date_of(secs / DAY);
        let (hour, minute, second) = (secs % DAY / 3_600, secs % 3_600 / 60, secs % 60);
        write!(f, "{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if fraction > 0 {
            let digits = format!("{fraction:09}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

impl fmt::Debug for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for WallTime {
    type Err = ParseWallTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).ok_or_else(|| ParseWallTimeError { text: text.to_owned() })
    }
}

/// Reads `2000-01-01T00:00:00.5Z`; the fraction may be missing.
fn read(text: &str) -> Option<WallTime> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, fraction) = time.split_once('.').map_or((time, None), |(time, fraction)| (time, Some(fraction)));
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2; 3])?;
    let nanos = match fraction {
        None => 0,
        Some(digits) if (1..=9).contains(&digits.len()) => number(&format!("{digits:0<9}"))?,
        Some(_) => return None,
    };
    let days = days_until(year, month, day)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let secs = days.checked_mul(DAY)? + hour * 3_600 + minute * 60 + second;
    Some(WallTime { nanos: secs.checked_mul(SECOND)?.checked_add(nanos)? })
}

fn numbers(text: &str, between: char, widths: [usize; 3]) -> Option<[u64; 3]> {
    let mut parts = text.split(between);
    let read = widths.map(|width| parts.next().filter(|part| part.len() == width).and_then(number));
    parts.next().is_none().then_some(())?;
    let [one, two, three] = read;
    Some([one?, two?, three?])
}

fn number(digits: &str) -> Option<u64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of all years before this one, from 1970 on.
fn days_before(year: u64) -> u64 {
    // Leap years up to and with `year`, in the Gregorian calendar without a beginning.
    let leaps = |year: u64| year / 4 - year / 100 + year / 400;
    (year - 1970) * 365 + leaps(year - 1) - leaps(1969)
}

/// Days from the epoch to a date, if there is such a date.
fn days_until(year: u64, month: u64, day: u64) -> Option<u64> {
    let is_date = year >= 1970 && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    is_date.then(|| days_before(year) + (1..month).map(|month| days_in(year, month)).sum::<u64>() + day - 1)
}

/// The date so many days after the epoch.
fn date_of(days: u64) -> (u64, u64, u64) {
    // Never too high: no year is shorter.
    let mut year = 1970 + days / 366;
    while days_before(year + 1) <= days {
        year += 1;
    }
    let (mut month, mut left) = (1, days - days_before(year));
    while left >= days_in(year, month) {
        left -= days_in(year, month);
        month += 1;
    }
    (year, month, left + 1)
}

/// A reading of the wall clock was earlier than one before it.
///
/// ```
/// use seedbed::time::WallTime;
/// let error = WallTime::UNIX_EPOCH.duration_since(WallTime::START).unwrap_err();
/// assert_eq!(error.to_string(), "the wall clock went back by 946684800s");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WentBack {
    by: Duration,
}

impl WentBack {
    /// By how much.
    #[must_use]
    pub const fn duration(self) -> Duration {
        self.by
    }
}

impl fmt::Display for WentBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the wall clock went back by {:?}", self.by)
    }
}

impl std::error::Error for WentBack {}

/// The text is no [`WallTime`].
///
/// ```
/// let error = "2023-02-29T00:00:00Z".parse::<seedbed::time::WallTime>().unwrap_err();
/// let expected = "\"2023-02-29T00:00:00Z\" is no time of a wall clock: write a date and a time from 1970 to 2554 in UTC, such as \
///                 2000-01-31T23:59:59.5Z";
/// assert_eq!(error.to_string(), expected);
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseWallTimeError {
    text: String,
}

impl fmt::Display for ParseWallTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text } = self;
        write!(
            f,
            "{text:?} is no time of a wall clock: write a date and a time from 1970 to 2554 in UTC, such as 2000-01-31T23:59:59.5Z"
        )
    }
}

impl std::error::Error for ParseWallTimeError {}
