//! The seedbed tests of an executable, read from the section that `#[seedbed::test]` writes.

use std::fs;
use std::path::Path;

use object::{Object, ObjectSection};

use crate::status::Error;

/// What the section is called: in ELF, in Mach-O, in COFF.
const NAMES: [&str; 3] = ["seedbed_tests", "__seedbed", ".sdbed"];
const BEGINS: &str = "\u{1e}seedbed-test\u{1f}";
const ENDS: char = '\u{1d}';
const BETWEEN: char = '\u{1f}';

/// A test as its attribute wrote it down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Declared {
    /// Crate, modules and function.
    pub path: String,
    /// The source file, as the compiler was given it.
    pub file: String,
    /// The line there.
    pub line: u32,
    /// What stands in the attribute.
    pub settings: String,
    /// Whether it has `#[ignore]`.
    pub ignored: bool,
    /// Whether it has `#[should_panic]`.
    pub should_panic: bool,
    /// How many arguments are drawn.
    pub arguments: usize,
}

impl Declared {
    /// A test without the attribute, which may hold hunts that are written by hand.
    pub fn by_hand(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            file: String::new(),
            line: 0,
            settings: String::new(),
            ignored: false,
            should_panic: false,
            arguments: 0,
        }
    }

    /// Whether it is such a test.
    pub fn is_by_hand(&self) -> bool {
        self.file.is_empty()
    }

    /// The name that the test harness knows it by: the path without the crate.
    pub fn name(&self) -> &str {
        self.path.split_once("::").map_or(&*self.path, |(_, name)| name)
    }
}

/// The tests of an executable; none if it has no such section.
///
/// # Errors
///
/// If the file cannot be read, is no executable, or holds a section in another form.
pub fn read(executable: &Path) -> Result<Vec<Declared>, Error> {
    let wrong = |what: String| Error::broken(format!("{}: {what}", executable.display()));
    let bytes = fs::read(executable).map_err(|error| wrong(format!("it cannot be read: {error}")))?;
    let file = object::File::parse(&*bytes).map_err(|error| wrong(format!("it is no executable: {error}")))?;
    let mut tests = Vec::new();
    for section in file.sections().filter(|section| section.name().is_ok_and(|name| NAMES.contains(&name))) {
        let data =
            section.data().map_err(|error| wrong(format!("the section of its tests cannot be read: {error}")))?;
        tests.extend(parse(data).map_err(wrong)?);
    }
    tests.sort();
    // The linker may keep a copy for each codegen unit that a test was compiled in.
    tests.dedup();
    Ok(tests)
}

fn parse(section: &[u8]) -> Result<Vec<Declared>, String> {
    let text = std::str::from_utf8(section).map_err(|error| format!("the section of its tests is no text: {error}"))?;
    // Between records the linker may have put zeros.
    text.split(BEGINS).skip(1).map(|rest| one(rest.split(ENDS).next().unwrap_or_default())).collect()
}

fn one(record: &str) -> Result<Declared, String> {
    let fields: Vec<&str> = record.split(BETWEEN).collect();
    let ["1", path, file, line, settings, marks, arguments] = fields[..] else {
        return Err(format!(
            "the record of a test is in a form that this cargo-seedbed does not know: {record:?}\n  install the cargo-seedbed of the same version as the project's seedbed"
        ));
    };
    let number = |what: &str, text: &str| {
        text.parse::<u32>().map_err(|_| format!("the record of test {path} has no {what}: {text:?}"))
    };
    Ok(Declared {
        path: path.to_owned(),
        file: file.to_owned(),
        line: number("line", line)?,
        settings: settings.to_owned(),
        ignored: marks.split('+').any(|mark| mark == "ignored"),
        should_panic: marks.split('+').any(|mark| mark == "should_panic"),
        arguments: number("number of arguments", arguments)? as usize,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_and_padding_is_passed_over() {
        let section = "\u{1e}seedbed-test\u{1f}1\u{1f}bank::tests::pays\u{1f}src/bank.rs\u{1f}12\u{1f}runs = 1_000\u{1f}ignored+should_panic\u{1f}2\u{1d}\0\0\u{1e}seedbed-test\u{1f}1\u{1f}bank::b\u{1f}src/b.rs\u{1f}1\u{1f}\u{1f}none\u{1f}0\u{1d}";
        let tests = parse(section.as_bytes()).unwrap();
        assert_eq!(tests.len(), 2);
        assert_eq!(tests[0].name(), "tests::pays");
        assert!(tests[0].ignored && tests[0].should_panic && tests[0].arguments == 2);
        assert!(!tests[1].ignored && !tests[1].should_panic && tests[1].settings.is_empty());
    }

    #[test]
    fn another_form_is_refused_with_its_words() {
        let error = parse("\u{1e}seedbed-test\u{1f}2\u{1f}x\u{1d}".as_bytes()).unwrap_err();
        assert!(error.contains("does not know") && error.contains("2"), "{error}");
    }
}
