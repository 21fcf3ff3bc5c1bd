//! The clock: virtual nanoseconds in the words of `std::time::Instant`, and back.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The instant of this process that stands for the beginning of every run.
///
/// It means nothing: instants differ by exactly what virtual time says, and quinn compares them with each other alone. It lies a day ahead of
/// the machine's clock because quinn looks back from the present, which must not reach beyond the machine's first instant.
fn origin() -> Instant {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    *ORIGIN.get_or_init(|| Instant::now() + Duration::from_secs(86_400))
}

/// Now, for quinn.
pub(crate) fn now() -> Instant {
    origin() + Duration::from_nanos(seedbed::now().as_nanos())
}

/// When an instant of quinn's comes, in virtual time.
pub(crate) fn virtual_of(at: Instant) -> seedbed::Instant {
    let nanos = at.saturating_duration_since(origin()).as_nanos();
    seedbed::Instant::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}
