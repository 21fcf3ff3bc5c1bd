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
        .with("signature", &short(&one_line(&signature.to_string())))
        .with("failure", &short(&one_line(&failure.kind.to_string())))
        .with_some("inputs", inputs)
}

/// Where it panicked; nothing for other failures, which have no place in the code.
pub(super) fn place_of(failure: &Failure) -> String {
    match &failure.kind {
        FailureKind::Panic(report) => report.location.as_ref().map(ToString::to_string).unwrap_or_default(),
        _ => String::new(),
    }
}

/// So many characters of a failure stand in a record: a panic may print the whole state of a program, in each of a million runs.
const LONG: usize = 2_000;

/// The beginning of a text that is too long.
fn short(text: &str) -> String {
    match text.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The words of several lines in one.
pub(super) fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" | ")
}

#[cfg(test)]
mod tests {
    use super::{LONG, one_line, short};

    #[test]
    fn words_fit_into_a_record() {
        assert_eq!(one_line("deadlock:\n    main waits\n\n"), "deadlock: | main waits");
        assert_eq!(short("a few words"), "a few words");
        let long = short(&"ü".repeat(LONG + 1));
        assert_eq!((long.chars().count(), long.ends_with("ü…")), (LONG + 1, true));
    }
}
