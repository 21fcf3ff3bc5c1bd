//! How failures stand in records.

use crate::explore::Signature;
use crate::hunt::records::Line;
use crate::sim::{Failure, FailureKind};

/// The fields of a failure.
pub(super) fn with_failure(line: Line, failure: &Failure) -> Line {
    let signature = Signature::of(failure);
    let inputs = (!failure.inputs.is_empty()).then_some(&failure.inputs);
    line.with("kind", signature.kind())
        .with("place", &place_of(failure))
        .with("signature", &one_line(&signature.to_string()))
        .with("failure", &one_line(&failure.kind.to_string()))
        .with_some("inputs", inputs)
}

/// Where it panicked; nothing for other failures, which have no place in the code.
pub(super) fn place_of(failure: &Failure) -> String {
    match &failure.kind {
        FailureKind::Panic(report) => report.location.as_ref().map(ToString::to_string).unwrap_or_default(),
        _ => String::new(),
    }
}

/// The words of several lines in one.
pub(super) fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" | ")
}
