//! Without the feature `tracing`, nothing is captured.

/// Nothing to undo.
pub(crate) struct Uncaptured;

pub(crate) fn capture() -> Uncaptured {
    Uncaptured
}
