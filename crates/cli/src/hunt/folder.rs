//! The folder of a hunt: what it was asked for, every run, what was found, and what it all came to. `merge` reads it.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::tally::{Finding, Summary};
use super::target::Origin;
use crate::record::{PROTOCOL, Record};
use crate::shard::Shard;
use crate::status::Error;

/// The files that a hunt writes. A folder that holds others, and no [`HEADER`], is somebody else's.
const FILES: [&str; 5] = [HEADER, RUNS, FINDINGS, SUMMARY, "junit.xml"];
/// What the hunt was asked for.
const HEADER: &str = "hunt.json";
/// Every run, or those that did not pass.
const RUNS: &str = "runs.jsonl";
/// What was made of the first run of each group.
const FINDINGS: &str = "findings.jsonl";
/// What it all came to: written last, so that a folder without it is that of a hunt that was ended from outside.
const SUMMARY: &str = "summary.json";
/// Where the workers write.
const NOW: &str = "now";

/// What a hunt was asked for: `hunt.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The protocol.
    pub protocol: u32,
    /// The words after `cargo seedbed` that make this hunt again; without `--shard` and `--out`.
    pub command: Vec<String>,
    /// The base seed.
    pub seed: String,
    /// Which part of the hunt this is.
    pub shard: ShardWords,
    /// Runs of each test, of all shards together; none where time or the tests decide.
    pub runs: Option<u64>,
    /// For how many seconds.
    pub seconds: Option<u64>,
    /// What is hunted.
    pub tests: Vec<HeaderTest>,
    /// Whether the file of runs holds the runs that passed.
    pub all_runs: bool,
    /// Seconds since 1970.
    pub started: u64,
}

/// A shard as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardWords {
    /// Which, from 1.
    pub k: u64,
    /// Of how many.
    pub n: u64,
}

/// A test that is hunted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeaderTest {
    /// Which.
    #[serde(flatten)]
    pub origin: Origin,
    /// How many runs, of all shards together; none where time decides.
    pub runs: Option<u64>,
    /// Whether it is meant to fail.
    pub should_fail: bool,
}

impl Header {
    /// A hunt that begins now.
    pub fn new(command: Vec<String>, seed: &str, shard: Shard, runs: Option<u64>, seconds: Option<u64>) -> Self {
        Self {
            protocol: PROTOCOL,
            command,
            seed: seed.to_owned(),
            shard: ShardWords { k: shard.index(), n: shard.total() },
            runs,
            seconds,
            tests: Vec::new(),
            all_runs: false,
            started: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        }
    }
}

/// The folder of a hunt that is being made.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// As it was given.
    shown: PathBuf,
    runs: BufWriter<File>,
}

impl Folder {
    /// Makes the folder, in the place of that of an earlier hunt.
    ///
    /// # Errors
    ///
    /// If something else is there, or it cannot be written.
    pub fn create(path: &Path, header: &Header) -> Result<Self, Error> {
        let wrong = |error: &std::io::Error| cannot_write(path, error);
        fs::create_dir_all(path).map_err(|error| wrong(&error))?;
        let shown = path.to_owned();
        let path = &path.canonicalize().map_err(|error| wrong(&error))?;
        let inhabited = fs::read_dir(path).map_err(|error| wrong(&error))?.next().is_some();
        if inhabited && !path.join(HEADER).exists() {
            return Err(Error::usage(format!("{} holds something that is no hunt", path.display()))
                .cure("give --out a new folder, an empty one, or that of an earlier hunt, which it replaces"));
        }
        for old in FILES {
            match fs::remove_file(path.join(old)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(wrong(&error)),
                _ => {}
            }
        }
        fs::create_dir_all(path.join(NOW)).map_err(|error| wrong(&error))?;
        write_json(&path.join(HEADER), header)?;
        let runs = File::create(path.join(RUNS)).map_err(|error| wrong(&error))?;
        Ok(Self { path: path.clone(), shown, runs: BufWriter::new(runs) })
    }

    /// Where it is, as it was given.
    pub fn shown(&self) -> &Path {
        &self.shown
    }

    /// Where the workers write.
    pub fn workers(&self) -> PathBuf {
        self.path.join(NOW)
    }

    /// Keeps a record, as its worker wrote it, with where it comes from.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn keep(&mut self, origin: &Origin, line: &str) -> Result<(), Error> {
        let path = self.path.join(RUNS);
        self.runs.write_all(with_origin(&json(origin)?, line).as_bytes()).map_err(|error| cannot_write(&path, &error))
    }

    /// Puts on disk what is still in memory.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.runs.flush().map_err(|error| cannot_write(&self.path.join(RUNS), &error))
    }

    /// Writes what was found, and what it came to.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn finish(&mut self, findings: &[Finding], summary: &Summary) -> Result<(), Error> {
        self.flush()?;
        write_end(&self.path, findings, summary)?;
        // The run in hand matters only as long as there is one.
        fs::remove_dir_all(self.workers()).map_err(|error| cannot_write(&self.workers(), &error))
    }
}

/// Writes `findings.jsonl` and `summary.json`.
///
/// # Errors
///
/// If they cannot be written.
pub fn write_end(folder: &Path, findings: &[Finding], summary: &Summary) -> Result<(), Error> {
    let mut lines = String::new();
    for finding in findings {
        lines.push_str(&json(finding)?);
        lines.push('\n');
    }
    let path = folder.join(FINDINGS);
    fs::write(&path, lines).map_err(|error| cannot_write(&path, &error))?;
    write_json(&folder.join(SUMMARY), summary)
}

/// As one line of JSON.
///
/// # Errors
///
/// If it cannot be: an own bug, told as such.
pub fn json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::broken(format!("seedbed bug: {error}, please report")))
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Error::broken(format!("seedbed bug: {error}, please report")))?;
    fs::write(path, text + "\n").map_err(|error| cannot_write(path, &error))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Error {
    Error::broken(format!("{} cannot be written: {error}", path.display()))
}

/// The line of a record with where it comes from, behind the kind of record.
fn with_origin(from: &str, line: &str) -> String {
    let (kind, rest) = line.split_at(line.find(',').unwrap_or(line.len()));
    format!("{kind},\"from\":{from}{rest}\n")
}

/// What [`with_origin`] added.
#[derive(Deserialize)]
struct Source {
    from: Origin,
}

/// A folder of a hunt, read.
#[derive(Debug)]
pub struct Shelf {
    /// What it was asked for.
    pub header: Header,
    /// What was made of the first run of each group.
    pub findings: Vec<Finding>,
    /// None if the hunt was ended from outside.
    pub summary: Option<Summary>,
    /// Whether the last line of the runs breaks off.
    pub torn: bool,
    /// The slots of the runs that were in hand when the hunt was ended from outside.
    pub in_hand: Vec<String>,
}

impl Shelf {
    /// Reads the folder of a hunt; its runs are handed over one by one.
    ///
    /// # Errors
    ///
    /// If it is none, or a line cannot be read. A last line that breaks off is no error.
    pub fn read(folder: &Path, hear: &mut dyn FnMut(&Origin, &Record)) -> Result<Self, Error> {
        let header = fs::read_to_string(folder.join(HEADER)).map_err(|error| {
            Error::usage(format!("{} is not the folder of a hunt: {HEADER}: {error}", folder.display()))
                .cure("give the folders that hunts were given with --out")
        })?;
        let header = parse(&folder.join(HEADER), &header)?;
        let mut shelf = Self { header, findings: Vec::new(), summary: None, torn: false, in_hand: Vec::new() };
        let runs = folder.join(RUNS);
        for (n, line) in text(&runs)?.unwrap_or_default().split_inclusive('\n').enumerate() {
            let read =
                |line| Ok::<_, serde_json::Error>((serde_json::from_str::<Source>(line)?, serde_json::from_str(line)?));
            match read(line) {
                Ok((Source { from }, record)) => hear(&from, &record),
                Err(_) if !line.ends_with('\n') => shelf.torn = true,
                Err(error) => {
                    return Err(Error::broken(format!("{}:{}: no record: {error}", runs.display(), n + 1)));
                }
            }
        }
        for line in text(&folder.join(FINDINGS))?.unwrap_or_default().lines() {
            shelf.findings.push(parse(&folder.join(FINDINGS), line)?);
        }
        if let Some(summary) = text(&folder.join(SUMMARY))? {
            shelf.summary = Some(parse(&folder.join(SUMMARY), &summary)?);
        } else if let Ok(entries) = fs::read_dir(folder.join(NOW)) {
            let mut slots: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
            slots.retain(|path| path.extension().is_some_and(|end| end == "now"));
            slots.sort();
            shelf.in_hand = slots.iter().filter_map(|path| fs::read_to_string(path).ok()).collect();
        }
        Ok(shelf)
    }
}

fn text(path: &Path) -> Result<Option<String>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::broken(format!("{} cannot be read: {error}", path.display()))),
    }
}

fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| Error::broken(format!("{} cannot be read: {error}", path.display())))
}
