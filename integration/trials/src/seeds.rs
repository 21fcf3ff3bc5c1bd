//! How many seeds are tried, and how many runs are made.

/// So many seeds are tried, 1,000 or what `INTEGRATION_SEEDS` says.
///
/// # Panics
///
/// Where `INTEGRATION_SEEDS` is not a number above 0.
#[must_use]
pub fn seeds() -> u64 {
    let Ok(text) = std::env::var("INTEGRATION_SEEDS") else { return 1_000 };
    match text.parse() {
        Ok(number) if number > 0 => number,
        _ => panic!("INTEGRATION_SEEDS is {text:?}: it says how many seeds are tried, 1000 for instance"),
    }
}

/// So many runs of a hunt, fewer where fewer seeds are tried: `number` for 1,000 seeds.
///
/// # Panics
///
/// As [`seeds`] does.
#[must_use]
pub fn runs(number: u64) -> u64 {
    number.saturating_mul(seeds()).div_ceil(1_000)
}
