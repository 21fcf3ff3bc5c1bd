//! The rows of `docs/integration.md`.

use std::fmt;
use std::fs;
use std::path::Path;

use seedbed::hunt::{Found, HuntReport, Verdict};

/// What making each of some seeds twice came to.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// So many seeds were tried.
    pub seeds: u64,
    /// So many of them gave two different runs.
    pub divergences: u64,
    /// How fast runs were, by this machine's clock.
    pub runs_a_second: f64,
}

/// A planted bug, hunted from several base seeds.
#[derive(Clone, Debug)]
pub struct Planted {
    name: String,
    runs: Vec<u64>,
    departures: Vec<usize>,
}

impl Planted {
    /// Hunts from so many base seeds; `hunt` makes the hunt of each.
    ///
    /// # Panics
    ///
    /// Where a hunt does not find the bug, and where it is found without a run: in the plain order, or in what was saved.
    #[must_use]
    pub fn find(name: &str, base_seeds: u64, hunt: impl Fn(u64) -> HuntReport) -> Self {
        let (mut runs, mut departures) = (Vec::new(), Vec::new());
        for seed in 0..base_seeds {
            let report = hunt(seed);
            let Verdict::Failed(finding) = &report.verdict else {
                panic!("{name}, base seed {seed}: not found\n{report}")
            };
            let Found::Run { number, .. } = finding.found else {
                panic!("{name}, base seed {seed}: not by a run\n{report}")
            };
            runs.push(number);
            departures.extend(finding.shrunk.as_ref().map(|shrunk| shrunk.departures().len()));
        }
        runs.sort_unstable();
        departures.sort_unstable();
        Self { name: name.to_owned(), runs, departures }
    }
}

/// A crate that was put to trial.
#[derive(Clone, Debug)]
pub struct Subject {
    /// As the table calls it: `hyper, HTTP/1`.
    pub name: String,
    /// The package whose version is given.
    pub package: &'static str,
    /// The folder of the adapter's package: `env!("CARGO_MANIFEST_DIR")`.
    pub folder: &'static str,
}

impl Subject {
    /// The lines of the adapter that are neither empty nor comments.
    ///
    /// # Panics
    ///
    /// Where the sources cannot be read.
    #[must_use]
    pub fn lines(&self) -> usize {
        let sources = fs::read_dir(Path::new(self.folder).join("src")).expect("an adapter has a folder of sources");
        let texts = sources.map(|file| fs::read_to_string(file.expect("a file").path()).expect("a source can be read"));
        let counts = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
        texts.map(|text| text.lines().filter(counts).count()).sum()
    }

    /// Prints a row for a planted bug, or one without.
    pub fn print(&self, measured: Measured, planted: Option<&Planted>) {
        let Measured { seeds, divergences, runs_a_second } = measured;
        let (name, runs, departures) = match planted {
            Some(planted) => {
                (planted.name.as_str(), Spread(&planted.runs).to_string(), Spread(&planted.departures).to_string())
            }
            None => ("", String::new(), String::new()),
        };
        println!(
            "| {} | {} | {} | {runs_a_second:.0} | {divergences} of {seeds} seeds, each run twice | {name} | {runs} | {departures} |",
            self.name,
            version_of(self.folder, self.package),
            self.lines(),
        );
    }
}

/// The version of a package in the lock file that this is built with.
///
/// # Panics
///
/// Where the lock file cannot be read, or has no such package.
#[must_use]
pub fn version_of(folder: &str, package: &str) -> String {
    let workspace = Path::new(folder).parent().expect("a package is in the folder of its workspace");
    let lock = fs::read_to_string(workspace.join("Cargo.lock")).expect("the workspace has a lock file");
    let entry = format!("name = \"{package}\"\nversion = \"");
    let Some((_, rest)) = lock.split_once(&entry) else { panic!("Cargo.lock has no package {package:?}") };
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// Least, greatest and median of figures in order.
struct Spread<'a, N>(&'a [N]);

impl<N: fmt::Display> fmt::Display for Spread<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => f.write_str("-"),
            [only] => write!(f, "{only}"),
            [least, .., greatest] => write!(f, "{least} to {greatest}, median {}", self.0[self.0.len() / 2]),
        }
    }
}
