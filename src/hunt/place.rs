//! Where a hunt stands: its name, the executable and package it belongs to, and the command that runs it alone.

use std::path::{Path, PathBuf};

use crate::context;

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
    /// True in a test of the documentation. Those are numbered anew when one is added, so that nothing can be kept under their names.
    pub(super) is_doctest: bool,
    /// The words that run it alone, without the variables.
    pub(super) command: Vec<String>,
}

impl Place {
    /// The place that the compiler knows.
    pub(super) fn of_test(known: TestPlace) -> Self {
        let (binary, test) = (known.binary(), known.test());
        let package_dir = package_dir(known.package_dir);
        let mut command = vec!["cargo".to_owned(), "test".to_owned()];
        command.extend(member(&package_dir, known.package, known.file));
        match known.bin {
            _ if known.beside_library => command.extend(["--test".to_owned(), binary.to_owned()]),
            Some(bin) if is_example(known.file) => command.extend(["--example".to_owned(), bin.to_owned()]),
            Some(bin) => command.extend(["--bin".to_owned(), bin.to_owned()]),
            None if known.package.is_some() => command.push("--lib".to_owned()),
            None => {}
        }
        command.push(test.to_owned());
        command.extend(only_it());
        Self {
            hunt: test.to_owned(),
            binary: binary.to_owned(),
            test: Some(test.to_owned()),
            package_dir,
            is_doctest: false,
            command,
        }
    }

    /// The place of a hunt in this process that was made by hand, in this file.
    pub(super) fn here(name: &str, file: &str) -> Self {
        let executable = executable();
        let stem = executable.as_deref().and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
        let is_doctest = executable.as_deref().is_some_and(is_doctest);
        let binary = stem.map_or_else(|| "unknown".to_owned(), |stem| without_hash(&stem).to_owned());
        let (package_dir, package) = (package_dir(None), package());
        let by_harness = !is_doctest && executable.as_deref().is_some_and(is_libtest);
        let test = if by_harness { libtest_name() } else { None };
        let mut command = vec!["cargo".to_owned(), "test".to_owned()];
        if is_doctest {
            command.extend(member(&package_dir, package.as_deref(), file));
            command.push("--doc".to_owned());
        } else if by_harness {
            command.extend(member(&package_dir, package.as_deref(), file));
            command.extend(target(&package_dir, package.as_deref(), &binary, file));
            command.extend(test.clone());
            // Without its name there is only the hunt's to choose it, and a program that is its own harness knows it by its arguments.
            command.extend(if test.is_some() { only_it() } else { own_arguments() });
        } else {
            let member = member(&package_dir, package.as_deref(), file);
            command = executable.map_or_else(
                || vec!["(this program)".to_owned()],
                |path| by_executable(&path, package.is_some().then_some(member), &binary),
            );
        }
        Self { hunt: name.to_owned(), binary, test, package_dir, is_doctest, command }
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
        let mut words = self.name_for_shell();
        words.push(format!("SEEDBED_REPLAY={replay}"));
        words.extend(self.command.iter().map(|word| quoted(word)));
        words.join(" ")
    }

    /// The same where no hunt is meant.
    pub(super) fn command_in_place(&self, replay: &str) -> String {
        let words = std::iter::once(format!("SEEDBED_REPLAY={replay}"));
        words.chain(self.command.iter().map(|word| quoted(word))).collect::<Vec<_>>().join(" ")
    }

    /// The line that makes the hunt.
    pub(super) fn command(&self) -> String {
        let mut words = self.name_for_shell();
        words.extend(self.command.iter().map(|word| quoted(word)));
        words.join(" ")
    }

    /// The variable that names it, unless its test is one hunt, which needs no name for it.
    fn name_for_shell(&self) -> Vec<String> {
        let named = (self.test.as_ref() != Some(&self.hunt)).then(|| format!("SEEDBED_HUNT={}", quoted(&self.hunt)));
        named.into_iter().collect()
    }
}

/// No place for a hunt is a run, not even for one that would be passed over: in the fresh process that proves the outer hunt, it is.
#[track_caller]
pub(super) fn refuse_inside_a_run() {
    assert!(
        !context::is_inside(),
        "a seedbed hunt was started inside a run: await the future instead, or start the hunt from plain code"
    );
}

/// The fingerprint of this executable: two processes with the same one run the same program. Nothing where it cannot be read.
pub(super) fn build() -> Option<String> {
    let mut file = std::fs::File::open(executable()?).ok()?;
    let (mut hasher, mut length, mut buffer) = (crc32fast::Hasher::new(), 0_u64, vec![0; 1 << 16]);
    loop {
        match std::io::Read::read(&mut file, &mut buffer).ok()? {
            0 => return Some(format!("{:08x}{length:08x}", hasher.finalize())),
            read => {
                hasher.update(&buffer[..read]);
                length += read as u64;
            }
        }
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

/// Test executables that cargo builds stand in `deps`, those of examples beside the programs that `cargo run` starts, with a hash in their
/// names. No variable of a test runner is asked: the programs that its tests start inherit it.
fn is_libtest(executable: &Path) -> bool {
    let folder = executable.parent().and_then(Path::file_name);
    let has_hash = executable.file_stem().is_some_and(|stem| {
        let stem = stem.to_string_lossy();
        without_hash(&stem) != stem
    });
    folder.is_some_and(|folder| folder == "deps" || (folder == "examples" && has_hash))
}

/// The test of the standard harness that this thread runs: the harness names its threads so, unless it runs on the main one, where the
/// arguments may tell.
#[expect(clippy::disallowed_methods, reason = "the harness tells the name of the test in no other way")]
fn libtest_name() -> Option<String> {
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

/// The words that start a program again; `by_cargo` are those that name its package, where cargo runs it.
fn by_executable(path: &Path, by_cargo: Option<Vec<String>>, binary: &str) -> Vec<String> {
    let shown = path.to_string_lossy().into_owned();
    let Some(package) = by_cargo else {
        return std::iter::once(shown).chain(std::env::args().skip(1)).collect();
    };
    let sort = if is_example(&shown) { "--example" } else { "--bin" };
    let mut command = vec!["cargo".to_owned(), "run".to_owned()];
    command.extend(package);
    command.extend([sort.to_owned(), binary.to_owned()]);
    command.extend(own_arguments());
    command
}

/// The arguments of this process, as cargo hands them on.
fn own_arguments() -> Vec<String> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.is_empty() {
        arguments.insert(0, "--".to_owned());
    }
    arguments
}

/// Documentation tests are compiled into folders of their own, under names of rustdoc's.
fn is_doctest(executable: &Path) -> bool {
    let mut parts = executable.iter().map(|part| part.to_string_lossy());
    parts.any(|part| part.starts_with("rustdoctest") || part == "rust_out")
}

#[expect(clippy::disallowed_methods, reason = "cargo says which package it runs in no other way")]
fn package() -> Option<String> {
    std::env::var("CARGO_PKG_NAME").ok()
}

/// The words that name a package of which this is a file, if they are needed. `file!()` counts from the root of the workspace: where it cannot
/// be found from the package, the package is a member.
fn member(package_dir: &Path, package: Option<&str>, file: &str) -> Vec<String> {
    let is_member = !file.is_empty() && !package_dir.join(file).exists();
    let package = package.filter(|_| is_member);
    package.map_or_else(Vec::new, |package| vec!["--package".to_owned(), package.to_owned()])
}

/// The words that name the target of a test executable, as far as the files of the package tell; none where they leave it open, and
/// then cargo looks through all.
fn target(package_dir: &Path, package: Option<&str>, binary: &str, file: &str) -> Vec<String> {
    let is_package = package.is_some_and(|package| package.replace('-', "_") == binary);
    let under = |folder: &str| file.contains(&format!("{folder}/"));
    let folders = [("tests", "--test"), ("benches", "--bench"), ("examples", "--example"), ("src/bin", "--bin")];
    // A test may be called as the package is; then the file in which the hunt stands decides.
    let of_its_own = folders.iter().filter(|(folder, _)| !is_package || under(folder)).find_map(|(folder, option)| {
        named(&package_dir.join(folder), binary).map(|name| vec![(*option).to_owned(), name])
    });
    let has = |path: &str| package_dir.join(path).exists();
    of_its_own.unwrap_or_else(|| {
        match (is_package.then_some(package).flatten(), has("src/lib.rs"), has("src/main.rs")) {
            (Some(package), _, true) if file.ends_with("src/main.rs") => vec!["--bin".to_owned(), package.to_owned()],
            (Some(_), true, main) if !main || file.ends_with("src/lib.rs") => vec!["--lib".to_owned()],
            (Some(package), false, true) => vec!["--bin".to_owned(), package.to_owned()],
            _ => Vec::new(),
        }
    })
}

/// The target of a folder whose executable has this name.
fn named(folder: &Path, binary: &str) -> Option<String> {
    let entries = std::fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let targets =
        entries.filter(|path| path.extension().is_some_and(|end| end == "rs") || path.join("main.rs").exists());
    let mut names = targets.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
    names.find(|name| name.replace('-', "_") == binary)
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
    use std::path::Path;

    use super::{Place, TestPlace, is_doctest, is_libtest, member, quoted, target, without_hash};

    #[test]
    fn test_executables_are_known_by_their_place() {
        for (path, expected) in [
            ("target/debug/deps/bank-0123456789abcdef", true),
            ("target/debug/deps/bank", true),
            ("target/debug/examples/bank-0123456789abcdef", true),
            ("target/debug/examples/bank", false),
            ("target/debug/bank", false),
            ("bin/bank-0123456789abcdef", false),
        ] {
            assert_eq!(is_libtest(Path::new(path)), expected, "{path}");
        }
    }

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
    fn the_target_of_a_hunt_by_hand_is_looked_up() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let words = |binary: &str, file: &str| target(here, Some("seedbed"), binary, file).join(" ");
        assert_eq!(words("behavior", "tests/behavior/leaks.rs"), "--test behavior");
        assert_eq!(words("readme", "src/lib.rs"), "--test readme");
        assert_eq!(words("find_a_race", "examples/find_a_race.rs"), "--example find_a_race");
        assert_eq!(words("seedbed", "src/hunt/place.rs"), "--lib");
        assert_eq!(words("elsewhere", "src/lib.rs"), "");
        assert_eq!(member(here, Some("seedbed"), "tests/readme.rs"), [""; 0]);
        assert_eq!(member(here, Some("seedbed"), "crates/seedbed/src/lib.rs"), ["--package", "seedbed"]);
        assert!(
            is_doctest(Path::new("/build/rustdoctestAiygda/rust_out")) && !is_doctest(Path::new("/target/debug/x"))
        );
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
