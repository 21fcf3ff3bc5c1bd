//! `Outcome`: what a test function may return, and when that is a failure.

use std::fmt::Debug;

use super::failure::{Failure, FailureKind};
use super::report::Report;

/// What the main task of a test may return: `()`, or a `Result` whose error is a failure, as for the standard `#[test]`; or `!`, where it
/// never returns.
///
/// ```
/// use seedbed::sim::Outcome;
/// assert_eq!(().into_verdict(), Ok(()));
/// assert_eq!("12".parse::<u32>().map(drop).into_verdict(), Ok(()));
/// assert_eq!(Err::<(), _>("too late").into_verdict(), Err("\"too late\"".to_owned()));
/// ```
#[diagnostic::on_unimplemented(
    message = "a test cannot return `{Self}`",
    label = "return `()` or a `Result<(), E>` whose error is `Debug`"
)]
pub trait Outcome {
    /// The error as text, if it is one.
    ///
    /// # Errors
    ///
    /// The `Debug` form of the error that was returned.
    fn into_verdict(self) -> Result<(), String>;
}

impl Outcome for () {
    fn into_verdict(self) -> Result<(), String> {
        Ok(())
    }
}

/// What a function pointer returns: the only way to write the type `!` for now.
trait Returns {
    type Value;
}

impl<T> Returns for fn() -> T {
    type Value = T;
}

/// Of a program that never comes to its end: `async { panic!() }`.
#[expect(private_interfaces, reason = "the trait only helps to write `!`, which is public")]
impl Outcome for <fn() -> ! as Returns>::Value {
    fn into_verdict(self) -> Result<(), String> {
        self
    }
}

impl<T: Outcome, E: Debug> Outcome for Result<T, E> {
    fn into_verdict(self) -> Result<(), String> {
        self.map_err(|error| format!("{error:?}"))?.into_verdict()
    }
}

impl<T: Outcome> Report<T> {
    /// The report of a test: an error that its main task returned is a failure of the run.
    ///
    /// ```
    /// use seedbed::{FailureKind, Sim};
    /// let report = Sim::new(0).run(async { Err::<(), _>("no answer") }).settle();
    /// let failure = report.result.unwrap_err();
    /// assert_eq!(failure.kind, FailureKind::Returned { error: "\"no answer\"".to_owned() });
    /// ```
    pub fn settle(self) -> Report<()> {
        self.and_then(|value, end, trace| {
            value.into_verdict().map_err(|error| Failure::new(FailureKind::Returned { error }, end, trace))
        })
    }
}
