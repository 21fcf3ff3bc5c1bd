//! Virtual time in words: seconds, with three decimals or as many as it takes to be exact.

/// Nanoseconds as seconds, in the form that traces have everywhere.
///
/// ```
/// use cargo_seedbed::show::seconds;
/// assert_eq!(seconds(20_000_000), "0.020");
/// assert_eq!(seconds(1_500), "0.0000015");
/// assert_eq!(seconds(u64::MAX), "18446744073.709551615");
/// ```
pub fn seconds(nanos: u64) -> String {
    let fraction = format!("{:09}", nanos % 1_000_000_000);
    let digits = fraction.trim_end_matches('0').len().max(3);
    format!("{}.{}", nanos / 1_000_000_000, &fraction[..digits])
}
