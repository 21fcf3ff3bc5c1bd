//! Stands for `captured` when the feature `tracing` is off: nothing is captured.

/// Nothing to undo.
pub(crate) struct Uncaptured;

pub(crate) fn capture() -> Uncaptured {
    Uncaptured
}
