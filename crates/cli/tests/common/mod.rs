//! The project that the commands are tried on, and the commands themselves.

#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]
#![allow(dead_code, reason = "each test file uses some of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// What is outside of the tests' control and would change them.
const STRANGE: [&str; 9] = [
    "SLURM_ARRAY_TASK_ID",
    "JOB_COMPLETION_INDEX",
    "AWS_BATCH_JOB_ARRAY_INDEX",
    "TEST_SHARD_INDEX",
    "PARALLEL_SEQ",
    "CI_NODE_INDEX",
    "CIRCLE_NODE_INDEX",
    "BUILDKITE_PARALLEL_JOB",
    "CLICOLOR_FORCE",
];

/// The folder of the project, written once; all tests build it into one folder, so that it is compiled once.
pub(crate) fn project() -> &'static Path {
    static PROJECT: OnceLock<PathBuf> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shop");
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
        let manifest = format!(
            "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nseedbed = {{ path = {workspace:?} }}\n\n[workspace]\n"
        );
        keep(&folder.join("Cargo.toml"), &manifest);
        // The versions that the workspace was tested with, so that nothing is downloaded.
        if !folder.join("Cargo.lock").exists() {
            keep(&folder.join("Cargo.lock"), &fs::read_to_string(workspace.join("Cargo.lock")).unwrap());
        }
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/project");
        for file in ["src/lib.rs", "tests/cache.rs", "tests/locks.rs", "tests/rough.rs", "tests/hand.rs"] {
            keep(&folder.join(file), &fs::read_to_string(sources.join(file)).unwrap());
        }
        folder
    })
}

/// Writes a file if it differs: cargo builds anew what was written.
fn keep(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let new = path.with_extension(format!("{}.new", std::process::id()));
    fs::write(&new, text).unwrap();
    fs::rename(&new, path).unwrap();
}

/// A command, tried in the project with nothing kept from other tests.
pub(crate) struct Trial {
    pub(crate) command: Command,
    /// Where it may write.
    pub(crate) folder: TempDir,
}

/// `cargo seedbed …`.
pub(crate) fn seedbed(arguments: &[&str]) -> Trial {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-seedbed"));
    // As cargo calls it.
    command.arg("seedbed").args(arguments);
    clean(&mut command, folder.path());
    Trial { command, folder }
}

/// Puts a command into the project, with a clean environment.
pub(crate) fn clean(command: &mut Command, folder: &Path) {
    command.current_dir(project()).stdin(Stdio::null());
    for (name, _) in std::env::vars() {
        if name.starts_with("SEEDBED_") || name.starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR" {
            command.env_remove(name);
        }
    }
    for name in STRANGE {
        command.env_remove(name);
    }
    command
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("shop-target"))
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TERM_QUIET", "true")
        .env("SEEDBED_REGRESSIONS", folder.join("regressions"));
}

/// What a command came to.
pub(crate) struct Seen {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Where it wrote.
    pub(crate) folder: TempDir,
}

impl Trial {
    pub(crate) fn args(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// With `--out` in a folder of its own.
    pub(crate) fn out(mut self) -> Self {
        self.command.arg("--out").arg(self.folder.path().join("out"));
        self
    }

    pub(crate) fn run(mut self) -> Seen {
        let Output { status, stdout, stderr } = self.command.output().unwrap();
        Seen {
            status: status.code().unwrap_or(-1),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
            folder: self.folder,
        }
    }
}

impl Seen {
    /// It ended so.
    #[track_caller]
    pub(crate) fn ends_with(self, status: i32) -> Self {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// It wrote this to standard output.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        assert!(self.stdout.contains(words), "no {words:?} in stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// It did not write this to standard output.
    #[track_caller]
    pub(crate) fn omits(self, words: &str) -> Self {
        assert!(!self.stdout.contains(words), "{words:?} in stdout:\n{}", self.stdout);
        self
    }

    /// It wrote this to standard error.
    #[track_caller]
    pub(crate) fn complains(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "no {words:?} in stderr:\n{}\nstdout:\n{}", self.stderr, self.stdout);
        self
    }

    /// A file that it wrote into its `--out`.
    #[track_caller]
    pub(crate) fn file(&self, name: &str) -> String {
        let path = self.folder.path().join("out").join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The summary that it wrote.
    #[track_caller]
    pub(crate) fn summary(&self) -> serde_json::Value {
        serde_json::from_str(&self.file("summary.json")).unwrap()
    }
}
