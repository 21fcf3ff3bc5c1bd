//! Where a hunt stands: its name, the executable and package it belongs to, and the command that runs it alone.

use std::path::{Path, PathBuf};

/// What the compiler knows of the place of a test; written by `#[seedbed::test]`.
///
/// Everything but the path may be missing, as it is for a [`Hunt`](super::Hunt) made by hand.
///
/// # Examples
///
/// ```
/// use seedbed::hunt::TestPlace;
/// let place = TestPlace::of("bank::tests::transfers");
/// assert_eq!((place.binary(), place.test()), ("bank", "tests::transfers"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TestPlace {
    /// `module_path!()`, `::` and the name of the function.
    pub path: &'static str,
    /// `CARGO_MANIFEST_DIR`.
    pub package_dir: Option<&'static str>,
    /// `CARGO_PKG_NAME`.
    pub package: Option<&'static str>,
    /// `CARGO_BIN_NAME`.
    pub bin: Option<&'static str>,
    /// True where `CARGO_TARGET_TMPDIR` is set: in tests and benchmarks beside the library.
    pub beside_library: bool,
    /// `file!()`.
    pub file: &'static str,
}

impl TestPlace {
    /// A place of which only the path is known.
    #[must_use]
    pub const fn of(path: &'static str) -> Self {
        Self { path, package_dir: None, package: None, bin: None, beside_library: false, file: "" }
    }

    /// The crate, which names the executable.
    #[must_use]
    pub fn binary(&self) -> &'static str {
        self.path.split("::").next().unwrap_or(self.path)
    }

    /// The name by which the test harness knows the test.
    #[must_use]
    pub fn test(&self) -> &'static str {
        self.path.split_once("::").map_or(self.path, |(_, test)| test)
    }
}

/// Where a hunt stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Place {
    /// The name of the hunt, with `#2` and so on for further ones of that name in the same test.
    pub(super) hunt: String,
    /// The crate of the test, or the executable.
    pub(super) binary: String,
    /// The test of the standard harness in which it stands, if it stands in one.
    pub(super) test: Option<String>,
    /// The folder of the package.
    pub(super) package_dir: PathBuf,
    /// The words that run it alone, without the variables.
    pub(super) command: Vec<String>,
}

impl Place {
    /// The place that the compiler knows.
    pub(super) fn of_test(known: TestPlace) -> Self {
        let (binary, test) = (known.binary(), known.test());
        let package_dir = package_dir(known.package_dir);
        let mut command = vec!["cargo".to_owned(), "test".to_owned()];
        // `file!()` counts from the root of the workspace: where it cannot be found from the package, the package is a member.
        let is_member = !known.file.is_empty() && !package_dir.join(known.file).exists();
        if let Some(package) = known.package.filter(|_| is_member) {
            command.extend(["--package".to_owned(), package.to_owned()]);
        }
        match known.bin {
            _ if known.beside_library => command.extend(["--test".to_owned(), binary.to_owned()]),
            Some(bin) if is_example(known.file) => command.extend(["--example".to_owned(), bin.to_owned()]),
            Some(bin) => command.extend(["--bin".to_owned(), bin.to_owned()]),
            None if known.package.is_some() => command.push("--lib".to_owned()),
            None => {}
        }
        command.push(test.to_owned());
        command.extend(only_it());
        Self { hunt: test.to_owned(), binary: binary.to_owned(), test: Some(test.to_owned()), package_dir, command }
    }

    /// The place of a hunt in this process that was made by hand.
    pub(super) fn here(name: &str) -> Self {
        let executable = executable();
        let test = libtest_name(executable.as_deref());
        let stem = executable.as_deref().and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
        let binary = stem.map_or_else(|| "unknown".to_owned(), |stem| without_hash(&stem).to_owned());
        let package_dir = package_dir(None);
        let command = match (&test, &executable) {
            (Some(test), _) => ["cargo", "test", test].map(str::to_owned).into_iter().chain(only_it()).collect(),
            (None, Some(path)) => by_executable(path, &binary),
            (None, None) => vec!["(this program)".to_owned()],
        };
        Self { hunt: name.to_owned(), binary, test, package_dir, command }
    }

    /// The same place with the name of one more hunt in the same test.
    pub(super) fn again(mut self, nth: u32) -> Self {
        if nth > 1 {
            self.hunt = format!("{}#{nth}", self.hunt);
        }
        self
    }

    /// The line that brings a run back, to be copied into a shell.
    pub(super) fn command_with(&self, replay: &str) -> String {
        let mut words = Vec::new();
        // A test that is one hunt needs no name for it.
        if self.test.as_ref() != Some(&self.hunt) {
            words.push(format!("SEEDBED_HUNT={}", quoted(&self.hunt)));
        }
        words.push(format!("SEEDBED_REPLAY={replay}"));
        words.extend(self.command.iter().map(|word| quoted(word)));
        words.join(" ")
    }
}

fn executable() -> Option<PathBuf> {
    std::env::current_exe().ok()
}

/// What the test harness must be told to run one test only; one that is ignored, too, where this process was asked for such tests.
fn only_it() -> Vec<String> {
    let ignored = std::env::args().any(|argument| argument == "--ignored" || argument == "--include-ignored");
    ["--", "--exact"].into_iter().chain(ignored.then_some("--include-ignored")).map(str::to_owned).collect()
}

fn is_example(path: &str) -> bool {
    path.split(['/', '\\']).any(|part| part == "examples")
}

/// Test runners that cargo builds stand in `deps`; nextest says so itself.
fn is_libtest(executable: &Path) -> bool {
    let folder = executable.parent().and_then(Path::file_name);
    folder.is_some_and(|folder| folder == "deps") || nextest()
}

#[expect(
    clippy::disallowed_methods,
    reason = "which test runner this is decides how a test is started again, no result"
)]
fn nextest() -> bool {
    std::env::var_os("NEXTEST").is_some()
}

/// The test of the standard harness that this thread runs: the harness names its threads so, unless it runs on the main one, where the
/// arguments may tell.
#[expect(clippy::disallowed_methods, reason = "the harness tells the name of the test in no other way")]
fn libtest_name(executable: Option<&Path>) -> Option<String> {
    if !executable.is_some_and(is_libtest) {
        return None;
    }
    if let Some(name) = std::thread::current().name().filter(|name| *name != "main") {
        return Some(name.to_owned());
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut names = arguments.iter().filter(|argument| !argument.starts_with('-'));
    match (arguments.iter().any(|argument| argument == "--exact"), names.next(), names.next()) {
        (true, Some(name), None) => Some(name.clone()),
        _ => None,
    }
}

/// cargo adds `-` and sixteen hexadecimal digits to the names of test executables.
fn without_hash(stem: &str) -> &str {
    match stem.rsplit_once('-') {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => name,
        _ => stem,
    }
}

/// The package that cargo says it runs, else the one that was compiled if it is still there, else the working directory.
#[expect(clippy::disallowed_methods, reason = "cargo tells where the package stands in no other way")]
fn package_dir(compiled: Option<&str>) -> PathBuf {
    let told = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let compiled = compiled.map(PathBuf::from);
    [told, compiled].into_iter().flatten().find(|path| path.is_dir()).unwrap_or_else(|| PathBuf::from("."))
}

#[expect(clippy::disallowed_methods, reason = "cargo says that it runs this in no other way")]
fn by_executable(path: &Path, binary: &str) -> Vec<String> {
    let shown = path.to_string_lossy().into_owned();
    let mut command = match std::env::var_os("CARGO_PKG_NAME") {
        Some(_) if is_example(&shown) => ["cargo", "run", "--example", binary].map(str::to_owned).to_vec(),
        Some(_) => ["cargo", "run", "--bin", binary].map(str::to_owned).to_vec(),
        None => return std::iter::once(shown).chain(std::env::args().skip(1)).collect(),
    };
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.is_empty() {
        command.push("--".to_owned());
        command.extend(arguments);
    }
    command
}

/// The word as a shell takes it whole.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,@%+=#".contains(c);
    if !word.is_empty() && word.chars().all(plain) && !word.starts_with('#') {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, TestPlace, quoted, without_hash};

    #[test]
    fn the_command_names_the_target() {
        let place = TestPlace { package: Some("shop"), ..TestPlace::of("bank::transfers::keep") };
        let command = |place| Place::of_test(place).command_with("sb1:A");
        assert_eq!(command(place), "SEEDBED_REPLAY=sb1:A cargo test --lib transfers::keep -- --exact");
        let beside = TestPlace { beside_library: true, ..place };
        assert_eq!(command(beside), "SEEDBED_REPLAY=sb1:A cargo test --test bank transfers::keep -- --exact");
        let bin = TestPlace { bin: Some("till"), ..place };
        assert_eq!(command(bin), "SEEDBED_REPLAY=sb1:A cargo test --bin till transfers::keep -- --exact");
        let member = TestPlace { file: "crates/shop/src/nowhere.rs", ..place };
        assert_eq!(command(member), "SEEDBED_REPLAY=sb1:A cargo test --package shop --lib transfers::keep -- --exact");
        let second = Place::of_test(place).again(2).command_with("sb1:A");
        assert!(second.starts_with("SEEDBED_HUNT=transfers::keep#2 SEEDBED_REPLAY=sb1:A cargo"), "{second}");
    }

    #[test]
    fn words_reach_the_program_whole() {
        let cases =
            [("a::b", "a::b"), ("two words", "'two words'"), ("it's", r"'it'\''s'"), ("", "''"), ("#2", "'#2'")];
        for (word, expected) in cases {
            assert_eq!(quoted(word), expected);
        }
        assert_eq!(without_hash("bank-0123456789abcdef"), "bank");
        assert_eq!(without_hash("my-bank"), "my-bank");
    }
}
