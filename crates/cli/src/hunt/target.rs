//! What is hunted: the hunts of the tests that a filter means.

use serde::{Deserialize, Serialize};

use crate::project::{Test, test_words};
use crate::record::{HuntRecord, Record, Task};
use crate::status::Error;
use crate::worker;

/// Which executable a record comes from: part of what makes a run the same run in another shard.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// The package.
    pub package: String,
    /// The executable, `kind:name`, such as `test:bank`.
    pub binary: String,
    /// The test, as the test harness knows it.
    pub test: String,
    /// The hunt.
    pub hunt: String,
}

impl Origin {
    /// Package, executable and test, for a person.
    pub fn words(&self) -> String {
        let (_, target) = self.binary.split_once(':').unwrap_or(("", &self.binary));
        let name = test_words(&self.package, target, &self.test);
        // Most tests hold one hunt, of their own name.
        if self.hunt == self.test || self.hunt.ends_with(&format!("::{}", self.test)) {
            name
        } else {
            format!("{name} [{}]", self.hunt)
        }
    }
}

/// A hunt that is to be made.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its test.
    pub test: Test,
    /// What it says of itself.
    pub about: HuntRecord,
    /// Whether its test holds others: then it must be picked by name.
    pub beside_others: bool,
}

impl Target {
    /// The variables of a hunt, and the one that picks this among others.
    pub fn variables(&self, variables: &[(String, String)]) -> Vec<(String, String)> {
        let picks = self.beside_others.then(|| ("SEEDBED_HUNT".to_owned(), self.about.hunt.clone()));
        variables.iter().cloned().chain(picks).collect()
    }

    /// Where its records come from.
    pub fn origin(&self) -> Origin {
        Origin {
            package: self.test.binary.package.clone(),
            binary: self.test.binary.id(),
            test: self.test.name().to_owned(),
            hunt: self.about.hunt.clone(),
        }
    }
}

/// Asks each test for its hunts.
///
/// # Errors
///
/// If a test cannot be started, or does not answer. A test that was written by hand may hold none.
pub fn targets(tests: &[Test], variables: &[(String, String)]) -> Result<Vec<Target>, Error> {
    let mut targets = Vec::new();
    for test in tests {
        let answer = worker::ask_with(test, Task::Describe, variables)?;
        let hunts: Vec<HuntRecord> = answer
            .records
            .all
            .iter()
            .filter_map(|record| if let Record::Hunt(hunt) = record { Some(hunt.clone()) } else { None })
            .collect();
        if !test.declared.is_by_hand() && hunts.is_empty() {
            return Err(answer.refusal(test, "describe its hunt"));
        }
        let beside_others = hunts.len() > 1;
        targets.extend(hunts.into_iter().map(|about| Target { test: test.clone(), about, beside_others }));
    }
    Ok(targets)
}
