//! The tests of the project: those with the attribute, and those that may hold a hunt without it.

use std::process::{Command, Stdio};

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

    /// The test, for a person: `shop bank: pays_once`, where `bank` is the target.
    pub fn words(&self) -> String {
        test_words(&self.binary.package, &self.binary.target, self.name())
    }

    /// Whether a person who writes this name means this test.
    pub fn is_called(&self, name: &str) -> bool {
        self.name() == name || self.declared.path == name || self.words() == name
    }
}

/// Package, executable where it is called otherwise, and test.
pub fn test_words(package: &str, target: &str, test: &str) -> String {
    // A library's own tests: its name has `_` where the package's may have `-`.
    if target.replace('-', "_") == package.replace('-', "_") {
        format!("{package}: {test}")
    } else {
        format!("{package} {target}: {test}")
    }
}

/// All tests of the selection that have the attribute, built.
///
/// # Errors
///
/// If the build fails or an executable cannot be read.
pub fn tests(selection: &Selection) -> Result<Vec<Test>, Error> {
    declared(&cargo::build(selection)?)
}

fn declared(binaries: &[Binary]) -> Result<Vec<Test>, Error> {
    let mut tests = Vec::new();
    for binary in binaries {
        let declared = section::read(&binary.path)?;
        tests.extend(declared.into_iter().map(|declared| Test { binary: binary.clone(), declared }));
    }
    Ok(tests)
}

/// All tests of the selection: those with the attribute, and those of the test harness, which may hold hunts that are written by hand.
///
/// # Errors
///
/// If the build fails or an executable cannot be read.
pub fn all_tests(selection: &Selection) -> Result<Vec<Test>, Error> {
    let binaries = cargo::build(selection)?;
    let mut tests = declared(&binaries)?;
    for binary in &binaries {
        let output = Command::new(&binary.path)
            .args(["--list", "--format", "terse"])
            .current_dir(&binary.folder)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Error::broken(format!("{} cannot be started: {error}", binary.path.display())))?;
        // A program without the test harness answers something else: it has no tests to start by name.
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Some(name) = line.strip_suffix(": test") else { continue };
            if !tests.iter().any(|test| test.binary == *binary && test.name() == name) {
                let path = format!("{}::{name}", binary.target.replace('-', "_"));
                tests.push(Test { binary: binary.clone(), declared: Declared::by_hand(&path) });
            }
        }
    }
    tests.sort();
    Ok(tests)
}
