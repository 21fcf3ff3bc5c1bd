//! Tests of this executable in processes of their own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

/// What a test prints when it may be interrupted.
pub(crate) const READY: &str = "ready to be interrupted";

/// So long may a process go on that was interrupted.
const ENDS_WITHIN: Duration = Duration::from_secs(60);

/// A process that runs one test of `failing.rs`, in surroundings of its own.
pub(crate) struct Child {
    command: Command,
    folder: PathBuf,
}

/// What a process came to.
pub(crate) struct Ended {
    pub(crate) passed: bool,
    pub(crate) output: String,
}

impl Child {
    /// Prepares the test of this name, with a folder for its regressions that only the caller uses.
    pub(crate) fn of(test: &str, folder: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hunt").join(folder);
        drop(std::fs::remove_dir_all(&folder));
        Self::in_folder(test, folder)
    }

    /// The same with a folder that is there.
    pub(crate) fn in_folder(test: &str, folder: PathBuf) -> Self {
        Self::by_name(&format!("failing::{test}"), folder)
    }

    /// The same for a test of any module.
    pub(crate) fn by_name(test: &str, folder: PathBuf) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([test, "--exact", "--nocapture", "--include-ignored"]);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("SEEDBED_") {
                command.env_remove(name);
            }
        }
        command.env("RUST_BACKTRACE", "0").env("SEEDBED_REGRESSIONS", &folder);
        Self { command, folder }
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Starts it where no file can grow.
    #[cfg(unix)]
    pub(crate) fn with_full_disk(mut self) -> Self {
        let mut shell = Command::new("sh");
        // The limit is in blocks; without the trap its signal would end the process.
        shell.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""]);
        shell.arg(self.command.get_program()).args(self.command.get_args());
        for (name, value) in self.command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        self.command = shell;
        self
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file in which the test keeps its replays.
    pub(crate) fn file(&self, hunt: &str) -> PathBuf {
        self.folder.join("hunt").join(format!("{hunt}.txt"))
    }

    /// Starts it, and sends it the signal of Ctrl-C when it says that it is [`READY`].
    #[cfg(unix)]
    pub(crate) fn interrupted(&mut self) -> (Option<i32>, String) {
        self.signalled("INT")
    }

    /// The same with another signal.
    #[cfg(unix)]
    pub(crate) fn signalled(&mut self, signal: &str) -> (Option<i32>, String) {
        use std::io::{BufRead, BufReader, Read};
        use std::process::Stdio;
        let mut child = self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut stderr = String::new();
        while !stderr.ends_with(&format!("{READY}\n")) {
            let read = lines.read_line(&mut stderr).unwrap();
            assert!(read > 0, "the process ended before it was ready: {stderr}");
        }
        assert!(
            Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap().success()
        );
        for _ in 0..ENDS_WITHIN.as_millis() / 10 {
            if child.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        // It ends by itself, or the status is that of a process that was killed.
        drop(child.kill());
        lines.read_to_string(&mut stderr).unwrap();
        let Output { status, stdout, .. } = child.wait_with_output().unwrap();
        (status.code(), format!("{}{stderr}", String::from_utf8_lossy(&stdout)))
    }

    pub(crate) fn run(&mut self) -> Ended {
        let Output { status, stdout, stderr } = self.command.output().unwrap();
        let output = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert!(output.contains("running 1 test"), "there is no such test: {output}");
        Ended { passed: status.success(), output }
    }

    /// The report with which the test failed.
    #[track_caller]
    pub(crate) fn report(&mut self) -> String {
        let ended = self.run();
        assert!(!ended.passed, "the test should have failed: {}", ended.output);
        report_in(&ended.output).replace(&*self.folder.to_string_lossy(), "FOLDER")
    }
}

/// From the line that begins with `seedbed: ` to the end of the panic's message.
#[track_caller]
pub(crate) fn report_in(output: &str) -> String {
    let start = output.find("\nseedbed: ").unwrap_or_else(|| panic!("there is no report: {output}"));
    let report = &output[start + 1..];
    let end = report.find("\nnote: run with").unwrap_or(report.len());
    report[..end].trim_end().to_owned()
}

/// The replay line that a report shows.
#[track_caller]
pub(crate) fn replay_line(report: &str) -> String {
    let (_, rest) = report.split_once("SEEDBED_REPLAY=").unwrap_or_else(|| panic!("there is no line: {report}"));
    rest.split_whitespace().next().unwrap().to_owned()
}
