//! The project: has cargo build its tests, and finds the executables in what cargo says.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;
use serde::Deserialize;

use crate::status::Error;

/// Cargo's own flags: which packages, how they are built.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Which packages, and how they are built (as for cargo test)")]
pub struct Selection {
    /// Package to look into (may be given several times)
    #[arg(short, long, value_name = "SPEC")]
    pub package: Vec<String>,
    /// All packages of the workspace
    #[arg(long)]
    pub workspace: bool,
    /// Package of the workspace to leave out
    #[arg(long, value_name = "SPEC", requires = "workspace")]
    pub exclude: Vec<String>,
    /// Features to build with
    #[arg(short = 'F', long, value_name = "FEATURES")]
    pub features: Vec<String>,
    /// All features
    #[arg(long)]
    pub all_features: bool,
    /// Without the default features
    #[arg(long)]
    pub no_default_features: bool,
    /// Build with optimizations
    #[arg(short, long)]
    pub release: bool,
    /// Build with this profile
    #[arg(long, value_name = "NAME", conflicts_with = "release")]
    pub profile: Option<String>,
    /// Path of the Cargo.toml
    #[arg(long, value_name = "PATH")]
    pub manifest_path: Option<PathBuf>,
    /// Where cargo builds
    #[arg(long, value_name = "DIR")]
    pub target_dir: Option<PathBuf>,
    /// Cargo.lock must not change
    #[arg(long)]
    pub locked: bool,
    /// No network
    #[arg(long)]
    pub offline: bool,
}

impl Selection {
    /// The same flags, for a command line.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        for (flag, values) in
            [("--package", &self.package), ("--exclude", &self.exclude), ("--features", &self.features)]
        {
            for value in values {
                words.extend([flag.to_owned(), value.clone()]);
            }
        }
        for (flag, on) in [
            ("--workspace", self.workspace),
            ("--all-features", self.all_features),
            ("--no-default-features", self.no_default_features),
            ("--release", self.release),
            ("--locked", self.locked),
            ("--offline", self.offline),
        ] {
            words.extend(on.then(|| flag.to_owned()));
        }
        if let Some(profile) = &self.profile {
            words.extend(["--profile".to_owned(), profile.clone()]);
        }
        for (flag, path) in [("--manifest-path", &self.manifest_path), ("--target-dir", &self.target_dir)] {
            if let Some(path) = path {
                words.extend([flag.to_owned(), path.display().to_string()]);
            }
        }
        words
    }
}

/// An executable with tests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binary {
    /// The package.
    pub package: String,
    /// The folder of its Cargo.toml.
    pub folder: PathBuf,
    /// The target.
    pub target: String,
    /// `lib`, `bin`, `test` or `example`.
    pub kind: String,
    /// The file.
    pub path: PathBuf,
}

impl Binary {
    /// What tells it from the other executables of its package: `test:bank`.
    pub fn id(&self) -> String {
        format!("{}:{}", self.kind, self.target)
    }
}

#[derive(Deserialize)]
struct Message {
    reason: String,
    package_id: Option<String>,
    manifest_path: Option<PathBuf>,
    target: Option<Target>,
    profile: Option<Profile>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// The cargo that called this program, or the one on the path.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Where cargo builds.
///
/// # Errors
///
/// If there is no project here.
pub fn target_directory(selection: &Selection) -> Result<PathBuf, Error> {
    if let Some(folder) = &selection.target_dir {
        return Ok(folder.clone());
    }
    #[derive(Deserialize)]
    struct Metadata {
        target_directory: PathBuf,
    }
    let mut cargo = cargo();
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]);
    if let Some(path) = &selection.manifest_path {
        cargo.arg("--manifest-path").arg(path);
    }
    let output = cargo.stdin(Stdio::null()).output().map_err(|error| no_cargo(&error))?;
    match serde_json::from_slice::<Metadata>(&output.stdout) {
        Ok(metadata) => Ok(metadata.target_directory),
        Err(_) => Err(Error::usage("cargo finds no project here").cure(String::from_utf8_lossy(&output.stderr).trim())),
    }
}

fn no_cargo(error: &std::io::Error) -> Error {
    Error::usage(format!("cargo cannot be started: {error}"))
        .cure("put cargo on the PATH, or its path in the variable CARGO")
}

/// Has cargo build the tests of the selection; its progress goes to standard error.
///
/// # Errors
///
/// If cargo cannot be started or the build fails.
pub fn build(selection: &Selection) -> Result<Vec<Binary>, Error> {
    let mut cargo = cargo();
    cargo.args(["test", "--no-run", "--message-format", "json-render-diagnostics"]).args(selection.words());
    let mut child = cargo.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(|error| no_cargo(&error))?;
    let mut binaries = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line.map_err(|error| Error::broken(format!("what cargo says cannot be read: {error}")))?;
            // Build scripts of old cargos may write lines of their own.
            if let Ok(message) = serde_json::from_str(&line) {
                binaries.extend(binary(message));
            }
        }
    }
    let status = child.wait().map_err(|error| Error::broken(format!("cargo cannot be waited for: {error}")))?;
    if !status.success() {
        return Err(Error::usage("the tests cannot be built: cargo says above why"));
    }
    binaries.sort();
    Ok(binaries)
}

fn binary(message: Message) -> Option<Binary> {
    if message.reason != "compiler-artifact" || !message.profile?.test {
        return None;
    }
    let target = message.target?;
    let folder = message.manifest_path?.parent()?.to_owned();
    Some(Binary {
        package: package_name(&message.package_id?, &folder),
        folder,
        target: target.name,
        kind: target.kind.into_iter().next()?,
        path: message.executable?,
    })
}

/// The name in a package id: `path+file:///x/name#1.0.0`, `path+file:///x/folder#name@1.0.0`, or, before cargo 1.77, `name 1.0.0 (…)`.
fn package_name(id: &str, folder: &Path) -> String {
    let after = id.rsplit_once('#').map(|(_, after)| after);
    match after {
        Some(after) if after.contains('@') => after.split('@').next().unwrap_or_default().to_owned(),
        Some(_) => folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        None => id.split(' ').next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_ids_of_all_times_are_read() {
        let folder = Path::new("/x/bank");
        for id in ["path+file:///x/bank#1.0.0", "path+file:///x/other#bank@1.0.0", "bank 1.0.0 (path+file:///x/bank)"] {
            assert_eq!(package_name(id, folder), "bank", "{id}");
        }
    }
}
