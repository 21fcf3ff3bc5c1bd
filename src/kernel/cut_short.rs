//! How code may end before its time: by a cancellation, or by a panic that the run caught.

use std::sync::Arc;

/// Why an await ended early: the cancellation that was delivered, with its message if it had one.
///
/// It is what asyncio's `CancelledError` is: [`catch_cancel`](crate::catch_cancel) hands it out, and
/// [`Cancelled::resume`] lets it go on unwinding.
///
/// ```
/// use seedbed::task::Cancelled;
/// assert_eq!(Cancelled::new(Some("too slow")).message(), Some("too slow"));
/// assert_eq!(Cancelled::new(None).to_string(), "cancelled");
/// ```
#[doc(alias = "asyncio.CancelledError")]
#[doc(alias = "CancelledError")]
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cancelled {
    message: Option<Arc<str>>,
}

impl Cancelled {
    /// A cancellation with this message, or none.
    #[must_use]
    pub fn new(message: Option<&str>) -> Self {
        Self { message: message.map(Arc::from) }
    }

    pub(crate) fn with(message: Option<Arc<str>>) -> Self {
        Self { message }
    }

    /// The message given to `cancel_with`, if there was one.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }
}

impl std::fmt::Display for Cancelled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.message {
            Some(message) => write!(f, "cancelled: {message}"),
            None => f.write_str("cancelled"),
        }
    }
}

impl std::error::Error for Cancelled {}

/// A panic that a run caught: what was said, and where.
///
/// ```
/// let report = seedbed::Sim::new(0).run(async {
///     let failed = seedbed::spawn(async { panic!("no such account") }).await;
///     let Err(seedbed::TaskError::Panicked(panic)) = failed else { unreachable!("it panics") };
///     panic.message.clone()
/// });
/// assert_eq!(report.unwrap(), "no such account");
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct PanicReport {
    /// What the panic said, or a note that its payload was no text.
    pub message: String,
    /// `file:line:column` of the panic, where the panic hook saw it.
    pub location: Option<String>,
    /// Path of the task that panicked, or what else was running.
    pub task: String,
}

impl std::fmt::Display for PanicReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} panicked", self.task)?;
        if let Some(location) = &self.location {
            write!(f, " at {location}")?;
        }
        write!(f, ": {}", self.message)
    }
}
