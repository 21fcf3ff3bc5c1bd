//! `Signature`: when two failures are the same one.

use std::fmt;

use crate::sim::{Failure, FailureKind};

/// What two runs have in common that fail in the same way: the kind of the failure and its place, with the numbers in its words left
/// out, and how many there are in a row, because they change from one schedule to the next.
///
/// # Examples
///
/// ```
/// use seedbed::explore::Signature;
/// use seedbed::Sim;
///
/// let fail = |total: u32| {
///     let report = Sim::new(0).run(async move { assert_eq!(total, 100, "the total is {total}") });
///     Signature::of(&report.result.unwrap_err())
/// };
/// assert_eq!(fail(90), fail(95));
/// assert!(fail(90).to_string().contains("the total is #"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature {
    kind: &'static str,
    place: String,
    words: String,
}

impl Signature {
    /// The signature of a failure.
    #[must_use]
    pub fn of(failure: &Failure) -> Self {
        let (kind, place, words) = match &failure.kind {
            FailureKind::Panic(report) => {
                let place = report.location.as_ref().map(ToString::to_string);
                ("panic", place.unwrap_or_default(), report.message.clone())
            }
            FailureKind::Deadlock { blocked, .. } => {
                let mut waits: Vec<_> =
                    blocked.iter().map(|task| format!("{} for {}", task.spawned_at, task.waits_for)).collect();
                waits.sort_unstable();
                waits.dedup();
                ("deadlock", String::new(), waits.join(", "))
            }
            FailureKind::Limit { limit, .. } => ("limit", limit.name().to_owned(), String::new()),
            FailureKind::ForeignWake { .. } => ("foreign wake", String::new(), String::new()),
            FailureKind::MainCancelled { message } => ("cancelled", String::new(), message.clone().unwrap_or_default()),
            FailureKind::Returned { error } => ("returned error", String::new(), error.clone()),
        };
        Self { kind, place, words: without_numbers(&words) }
    }

    /// True if both are of the same kind and at the same place, whatever they say: with other inputs, a panic may have other words.
    #[must_use]
    pub fn is_at_same_place(&self, other: &Self) -> bool {
        (self.kind, &self.place) == (other.kind, &other.place)
    }

    /// The kind of the failure, in a word or two.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.kind, &self.place, &self.words];
        f.write_str(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": "))
    }
}

/// Each run of digits becomes one `#`, and a list of nothing else too: `[1, 20]` and `[300]` are both `[#]`.
fn without_numbers(text: &str) -> String {
    let mut short = String::with_capacity(text.len());
    for character in text.chars() {
        if !character.is_ascii_digit() {
            short.push(character);
        } else if short.ends_with("#, ") {
            short.truncate(short.len() - ", ".len());
        } else if !short.ends_with('#') {
            short.push('#');
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::without_numbers;

    #[test]
    fn neither_numbers_nor_how_many_they_are_tell_failures_apart() {
        let cases = [
            ("total 90 of 100", "total # of #"),
            ("[1, 1, 17]", "[#]"),
            ("[1]", "[#]"),
            ("[]", "[]"),
            ("(7, x, 8, 9)", "(#, x, #)"),
            ("after 3, task 4", "after #, task #"),
            ("0x5eed, 1, ", "#x#eed, #, "),
        ];
        for (text, expected) in cases {
            assert_eq!(without_numbers(text), expected);
        }
    }
}
