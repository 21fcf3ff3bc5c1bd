//! Which test does a filter or a replay line mean?

use std::fs;

use clap::Args;

use crate::cargo::Selection;
use crate::hunt;
pub use crate::project::{Test, all_tests, tests};
use crate::status::Error;

/// How many names an error lists.
const LISTED: usize = 20;

/// The tests among which a name is looked for: those with the attribute, or, if none of them has it, all.
///
/// # Errors
///
/// If the build fails or an executable cannot be read.
pub fn tests_or_all(selection: &Selection, name: Option<&str>) -> Result<Vec<Test>, Error> {
    let declared = tests(selection)?;
    let known =
        name.is_none_or(|name| declared.iter().any(|test| test.declared.path.contains(name) || test.is_called(name)));
    if known && !declared.is_empty() { Ok(declared) } else { all_tests(selection) }
}

/// The tests that a person asks for: those whose name or path holds one of the filters, or is one of them.
///
/// # Errors
///
/// If there are none.
pub fn filtered(tests: Vec<Test>, filters: &[String], exact: bool, ignored: bool) -> Result<Vec<Test>, Error> {
    if tests.is_empty() {
        return Err(Error::usage("there are no tests of seedbed in the packages that were looked into").cure(
            "tests are found by #[seedbed::test]; --workspace or --package looks into other packages; --all also asks tests that hold a seedbed::Hunt or seedbed::check; a program with a main of its own (an example, a target with harness = false) is no test: start it by itself",
        ));
    }
    let named = |test: &Test| {
        filters.is_empty()
            || filters.iter().any(|filter| {
                if exact {
                    test.is_called(filter)
                } else {
                    test.declared.path.contains(filter) || test.words().contains(filter)
                }
            })
    };
    let matching: Vec<&Test> = tests.iter().filter(|test| named(test)).collect();
    let chosen: Vec<Test> =
        matching.iter().filter(|test| ignored || !test.declared.ignored).map(|test| (*test).clone()).collect();
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    if !matching.is_empty() {
        return Err(Error::usage(format!("all {} matching tests are #[ignore]d", matching.len()))
            .cure(format!("add --include-ignored for\n{}", names(&matching))));
    }
    Err(Error::usage(format!("no test matches {}", filters.join(", ")))
        .cure(format!("there are\n{}", names(&tests.iter().collect::<Vec<_>>()))))
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

/// The test that a replay line belongs to: the one that is named, else the one that keeps it, else the only one.
///
/// # Errors
///
/// If there is none, or if there are several.
pub fn test_of_line(tests: &[Test], line: &str, named: Option<&str>) -> Result<Test, Error> {
    check_form(line)?;
    if let Some(name) = named {
        return the_only(tests, name);
    }
    match tests {
        [] => Err(filtered(Vec::new(), &[], false, true).err().unwrap_or_else(|| Error::usage("there are no tests"))),
        [test] => Ok(test.clone()),
        _ => {
            let keepers: Vec<&Test> = keepers(tests, line)?;
            match keepers[..] {
                [test] => Ok(test.clone()),
                [] => Err(Error::usage(format!(
                    "{line} could belong to any of {} tests, and none of them keeps it",
                    tests.len()
                ))
                .cure(format!("say which one with --test NAME:\n{}", names(&tests.iter().collect::<Vec<_>>())))),
                _ => Err(Error::usage(format!("{line} is kept by {} tests", keepers.len()))
                    .cure(format!("say which one with --test NAME:\n{}", names(&keepers)))),
            }
        }
    }
}

/// The test of this name: as written, or the only one that holds it.
///
/// # Errors
///
/// If there is none, or if there are several.
pub fn the_only(tests: &[Test], name: &str) -> Result<Test, Error> {
    let called: Vec<&Test> = tests.iter().filter(|test| test.is_called(name)).collect();
    let holding: Vec<&Test> = tests.iter().filter(|test| test.declared.path.contains(name)).collect();
    let meant = if called.is_empty() { holding } else { called };
    match meant[..] {
        [test] => Ok(test.clone()),
        [] => {
            let all: Vec<&Test> = tests.iter().collect();
            Err(Error::usage(format!("no test is called {name}")).cure(format!("there are\n{}", names(&all))))
        }
        _ => Err(Error::usage(format!("{} tests could be meant by {name}", meant.len()))
            .cure(format!("write one of these names whole:\n{}", names(&meant)))),
    }
}

/// What is no replay line is told here; what does not fit the test is told by the test.
fn check_form(line: &str) -> Result<(), Error> {
    let version = line.strip_prefix("sb").and_then(|rest| rest.split_once(':')).map(|(version, _)| version);
    match version {
        Some("1") => Ok(()),
        // The run without departures needs no line.
        None if line == "plain" => Ok(()),
        Some(other) if !other.is_empty() && other.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(Error::usage(format!("{line}: a replay line of version {other}; this cargo-seedbed knows version 1"))
                .cure("install the cargo-seedbed of the same version as the project's seedbed"))
        }
        _ => Err(Error::usage(format!("{line:?} is no replay line"))
            .cure("a replay line begins with sb1: and stands in the report of a failure, after SEEDBED_REPLAY=")),
    }
}

/// The tests whose regression file holds the line.
fn keepers<'a>(tests: &'a [Test], line: &str) -> Result<Vec<&'a Test>, Error> {
    let mut keepers = Vec::new();
    for test in tests {
        let holds = saved(test)?.iter().any(|saved| saved == line);
        keepers.extend(holds.then_some(test));
    }
    Ok(keepers)
}

/// The lines that are kept for a test.
///
/// # Errors
///
/// If the test does not say where they are.
pub fn saved(test: &Test) -> Result<Vec<String>, Error> {
    let targets = hunt::targets(std::slice::from_ref(test), &[])?;
    let files = targets.iter().filter_map(|target| Some(test.binary.folder.join(target.about.regressions.as_ref()?)));
    let mut lines = Vec::new();
    for file in files {
        // Nothing was ever kept, or it was cleared away.
        let text = fs::read_to_string(file).unwrap_or_default();
        let words = text.lines().filter_map(|line| line.split_whitespace().next());
        lines.extend(words.filter(|word| word.starts_with("sb")).map(str::to_owned));
    }
    Ok(lines)
}

fn names(tests: &[&Test]) -> String {
    let mut lines: Vec<String> = tests.iter().take(LISTED).map(|test| format!("  {}", test.declared.path)).collect();
    if tests.len() > LISTED {
        lines.push(format!("  and {} more: cargo seedbed list", tests.len() - LISTED));
    }
    lines.join("\n")
}
