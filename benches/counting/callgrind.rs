//! Counts the instructions of this very program under callgrind.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Valgrind counts each byte of a `rep movsb` as an instruction, and glibc chooses its copying functions by the processor: with these
/// everybody copies in the same way.
const TUNABLES: &str = "glibc.cpu.hwcaps=-ERMS,-FSRM,-AVX2,-AVX_Fast_Unaligned_Load";

/// An installed callgrind.
pub(crate) struct Callgrind {
    version: String,
}

impl Callgrind {
    pub(crate) fn find() -> Option<Self> {
        let output = Command::new("valgrind").arg("--version").output().ok()?;
        let version = String::from_utf8(output.stdout).ok()?;
        Some(Self { version: version.trim().to_owned() })
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Instructions of a run of this program with these arguments.
    pub(crate) fn count(&self, arguments: &[&str]) -> u64 {
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("callgrind.{}", std::process::id()));
        let program = std::env::current_exe().expect("the place of this program");
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "-q"])
            .arg(format!("--callgrind-out-file={}", out.display()))
            .arg(program)
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("GLIBC_TUNABLES", TUNABLES)
            .output()
            .expect("valgrind starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?} failed under callgrind: {}\n{said}", output.status);
        let profile = fs::read_to_string(&out).expect("what callgrind wrote");
        fs::remove_file(&out).expect("what callgrind wrote, removed");
        let totals = profile.lines().find_map(|line| line.strip_prefix("totals: ")).expect("the total of the counts");
        totals.trim().parse().expect("a number of instructions")
    }
}
