//! Scenario files: one JSON object a line, plain or gzip.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::outcome::Outcome;
use crate::program::Program;

/// A program and what CPython did with it.
#[derive(Deserialize)]
pub(crate) struct Scenario {
    pub(crate) id: String,
    pub(crate) program: Program,
    pub(crate) expected: Outcome,
}

/// A line of a scenario file: the scenario, or why there is none.
pub(crate) struct Line {
    pub(crate) path: PathBuf,
    pub(crate) number: usize,
    pub(crate) scenario: Result<Scenario, String>,
}

/// The lines of `path` that are not blank.
///
/// # Errors
///
/// Says which file could not be read, and why.
pub(crate) fn read(path: &Path) -> Result<Vec<Line>, String> {
    let mut bytes = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    if path.extension().is_some_and(|e| e == "gz") {
        let mut plain = Vec::new();
        let unpacked = flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain);
        unpacked.map_err(|e| format!("{}: {e}", path.display()))?;
        bytes = plain;
    }
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(bytes.split(|&b| b == b'\n')) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let scenario = serde_json::from_slice(line).map_err(|e| e.to_string());
        lines.push(Line { path: path.to_owned(), number, scenario });
    }
    Ok(lines)
}
