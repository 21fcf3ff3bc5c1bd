//! `JoinError`: why a task or a job has no output.

use std::fmt;
use std::io;

use seedbed::TaskError;

/// Why a task or a job has no output: it was aborted, or it panicked.
///
/// ```
/// use agnostic_lite::RuntimeLite;
/// use seedbed::Sim;
/// use seedbed_agnostic::SeedbedRuntime as Rt;
///
/// let report = Sim::new(0).run(async { Rt::spawn(async { panic!("out of disk") }).await });
/// let error = report.unwrap().unwrap_err();
/// assert!(error.task_error().is_panic());
/// assert_eq!(std::io::Error::from(error).kind(), std::io::ErrorKind::Other);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinError(pub(crate) TaskError);

impl JoinError {
    /// What seedbed says of it.
    #[must_use]
    pub fn task_error(&self) -> &TaskError {
        &self.0
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for JoinError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl From<JoinError> for io::Error {
    fn from(error: JoinError) -> Self {
        Self::other(error)
    }
}
