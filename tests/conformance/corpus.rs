//! Scenario files: one JSON object a line, plain or gzip.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
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

/// The lines of `path` that are not blank, read one by one.
///
/// # Errors
///
/// Says which file could not be read, and why.
pub(crate) fn read(path: &Path) -> Result<impl Iterator<Item = Line>, String> {
    let failed = |e: std::io::Error| format!("{}: {e}", path.display());
    let file = File::open(path).map_err(failed)?;
    let bytes: Box<dyn Read> = match path.extension() {
        Some(extension) if extension == "gz" => Box::new(flate2::read::MultiGzDecoder::new(file)),
        _ => Box::new(file),
    };
    let path = path.to_owned();
    // A file that cannot be read further says so on and on.
    let lines = (1..).zip(BufReader::new(bytes).split(b'\n')).scan(false, |broken, (number, line)| {
        let before = std::mem::replace(broken, line.is_err());
        (!before).then_some((number, line))
    });
    let lines = lines.filter(|(_, line)| !line.as_ref().is_ok_and(|line| line.trim_ascii().is_empty()));
    Ok(lines.map(move |(number, line)| {
        let scenario = line.map_err(|e| e.to_string());
        let scenario = scenario.and_then(|line| serde_json::from_slice(&line).map_err(|e| e.to_string()));
        Line { path: path.clone(), number, scenario }
    }))
}
