//! Which test does a filter or a replay line mean?

use clap::Args;

use crate::cargo::{self, Binary, Selection};
use crate::section::{self, Declared};
use crate::status::Error;

/// A test of the project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Test {
    /// The executable that holds it.
    pub binary: Binary,
    /// What its attribute says.
    pub declared: Declared,
}

impl Test {
    /// The name that the test harness knows it by.
    pub fn name(&self) -> &str {
        self.declared.name()
    }
}

/// All seedbed tests of the selection, built.
///
/// # Errors
///
/// If the build fails or an executable cannot be read.
pub fn tests(selection: &Selection) -> Result<Vec<Test>, Error> {
    let mut tests = Vec::new();
    for binary in cargo::build(selection)? {
        let declared = section::read(&binary.path)?;
        tests.extend(declared.into_iter().map(|declared| Test { binary: binary.clone(), declared }));
    }
    Ok(tests)
}

/// A replay line, and whose it is.
#[derive(Args, Clone, Debug)]
pub struct LineOf {
    /// Replay line, `sb1:…`
    pub line: String,
    /// Test that the line belongs to; without it the one whose regression file holds the line, else the only one
    #[arg(long, value_name = "NAME")]
    pub test: Option<String>,
    /// Cargo's flags.
    #[command(flatten)]
    pub selection: Selection,
}

/// The test that a replay line belongs to.
///
/// # Errors
///
/// If there is none, or several.
pub fn test_of_line(tests: &[Test], line: &str, named: Option<&str>) -> Result<Test, Error> {
    let candidates: Vec<&Test> = tests
        .iter()
        .filter(|test| named.is_none_or(|named| test.name() == named || test.declared.path == named))
        .collect();
    match candidates[..] {
        [test] => Ok(test.clone()),
        _ => Err(Error::usage(format!("{} tests could be meant by {line}", candidates.len()))
            .cure("say which one: --test NAME")),
    }
}
