//! `cargo seedbed merge`: one report of many shards.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::hunt::{
    Ended, Finding, Header, Origin, Shelf, Summary, Tally, command_line, groups_text, json, status, totals_text,
    write_end, write_junit,
};
use crate::record::{PROTOCOL, Record};
use crate::status::{Error, Outcome, Status};
use crate::terminal::{self, BAD, STRONG, styled};

/// Joins the records of shards: totals, groups, one report
///
/// A run that stands in several folders counts once. A shard that is missing or died is named with the command that makes just it, and the
/// status is 102. Shards of different hunts, or of different builds, are refused.
#[derive(Args, Clone, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Merge {
    /// Folders that hunts were given with --out
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Folder for the joined summary.json and findings.jsonl
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Accept executables that differ: the same source, built in several places
    #[arg(long)]
    any_build: bool,
    /// Write findings and summary to standard output as JSON lines
    #[arg(long)]
    json: bool,
    /// Write a JUnit file
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  cargo seedbed merge shard-*
  cargo seedbed merge shard-* --out merged --junit merged/junit.xml";

/// What is read from all folders.
#[derive(Default)]
struct Merged {
    tally: Tally,
    findings: Vec<Finding>,
    broken: Vec<String>,
    /// Shards that came to their end.
    whole: BTreeSet<u64>,
    /// Shards that did not, and what is known of them.
    died: BTreeMap<u64, String>,
    ended: Vec<Ended>,
    /// Whether a shard found nothing because it was ended early.
    early: bool,
    refused: bool,
    wall_ms: u64,
    /// The build of each test, and where it was seen first.
    builds: BTreeMap<Origin, (String, PathBuf)>,
}

impl Merge {
    /// Joins.
    ///
    /// # Errors
    ///
    /// If a folder is not that of a hunt, or they do not belong together.
    pub fn run(self) -> Outcome {
        let mut merged = Merged { tally: Tally::once(), ..Merged::default() };
        let mut first: Option<(Header, PathBuf)> = None;
        for folder in &self.folders {
            let header = self.read(folder, &mut merged)?;
            match &first {
                Some((other, place)) => belongs(&header, folder, other, place)?,
                None => first = Some((header, folder.clone())),
            }
        }
        let Some((header, _)) = first else { return Err(Error::usage("there is nothing to merge")) };
        merged.missing(&header);
        let summary = merged.summary(&header);
        let findings: Vec<Finding> =
            merged.findings.into_iter().filter(|finding| is_first(finding, &summary)).collect();
        if let Some(folder) = &self.out {
            fs::create_dir_all(folder)
                .map_err(|error| Error::usage(format!("{} cannot be made: {error}", folder.display())))?;
            write_end(folder, &findings, &summary)?;
        }
        if let Some(path) = &self.junit {
            write_junit(path, &summary, &findings)?;
        }
        self.tell(&summary, &findings, &header)?;
        Ok(Status::from_code(summary.status))
    }

    /// Reads one folder into the rest.
    fn read(&self, folder: &Path, merged: &mut Merged) -> Result<Header, Error> {
        let mut other_build = None;
        let Merged { tally, builds, .. } = merged;
        let shelf = Shelf::read(folder, &mut |origin, record| match record {
            Record::Sweep(sweep) => {
                let (build, place) =
                    builds.entry(origin.clone()).or_insert_with(|| (sweep.build.clone(), folder.to_owned()));
                if *build != sweep.build && other_build.is_none() {
                    other_build = Some(format!(
                        "{} was built differently in {} ({}) and in {} ({build})",
                        origin.words(),
                        folder.display(),
                        sweep.build,
                        place.display()
                    ));
                }
                tally.sweep(origin, sweep);
            }
            Record::Run(run) => tally.run(origin, run),
            Record::End(end) => tally.end(origin, end),
            _ => {}
        })?;
        if let Some(words) = other_build.filter(|_| !self.any_build) {
            return Err(Error::usage(words).cure(
                "a seed means the same run in the same build only; if these are builds of the same source in several places, add --any-build",
            ));
        }
        let header = shelf.header.clone();
        if !header.all_runs {
            return Err(Error::usage(format!("{} holds only the runs that did not pass", folder.display()))
                .cure("make the hunt with --out DIR: then every run is kept"));
        }
        merged.end(folder, shelf);
        Ok(header)
    }

    fn tell(&self, summary: &Summary, findings: &[Finding], header: &Header) -> Result<(), Error> {
        let say = |line: &str| if self.json { terminal::tell(line) } else { terminal::say(line) };
        if self.json {
            for finding in findings {
                terminal::say(json(&serde_json::json!({ "record": "finding", "finding": finding }))?);
            }
            terminal::say(json(&serde_json::json!({ "record": "summary", "summary": summary }))?);
        }
        let shards = if header.shard.n == 1 { "shard" } else { "shards" };
        say(&styled(STRONG, format!("seedbed: {} {shards}, seed {}", header.shard.n, header.seed)));
        say(totals_text(&summary.tests, &summary.groups).trim_end());
        if !summary.groups.is_empty() {
            say(groups_text(&summary.groups, findings).trim_end());
        }
        for words in &summary.broken {
            say(&format!("\n{} {words}", styled(BAD, "broken:")));
        }
        Ok(())
    }
}

impl Merged {
    /// How a shard ended.
    fn end(&mut self, folder: &Path, shelf: Shelf) {
        let (header, place) = (&shelf.header, folder.display());
        for test in &header.tests {
            self.tally.expect(&test.origin, test.should_fail);
        }
        self.findings.extend(shelf.findings);
        match shelf.summary {
            Some(summary) => {
                self.whole.insert(header.shard.k);
                self.ended.push(summary.ended);
                self.early |= summary.status == Status::Ended.code();
                self.refused |= summary.status == Status::Usage.code();
                self.wall_ms = self.wall_ms.max(summary.wall_ms);
                self.broken.extend(summary.broken.iter().map(|words| format!("in {place}: {words}")));
            }
            None => {
                let torn = if shelf.torn { "; the last line of its runs breaks off and was passed over" } else { "" };
                let mut words = format!(
                    "shard {}/{} died: {place} has no summary{torn}\n  {}",
                    header.shard.k,
                    header.shard.n,
                    just(header, header.shard.k)
                );
                for slot in &shelf.in_hand {
                    words.push_str(&format!("\n  in hand: {}", slot.trim_end()));
                }
                self.died.insert(header.shard.k, words);
            }
        }
    }

    /// Names the shards that did not come to their end: one that died and was made again has.
    fn missing(&mut self, header: &Header) {
        for k in (1..=header.shard.n).filter(|k| !self.whole.contains(k)) {
            let missing = || format!("shard {k}/{} is missing\n  {}", header.shard.n, just(header, k));
            self.broken.push(self.died.remove(&k).unwrap_or_else(missing));
        }
    }

    fn summary(&mut self, header: &Header) -> Summary {
        let ended = [Ended::Failure, Ended::Signal, Ended::Time]
            .into_iter()
            .find(|ended| self.ended.contains(ended))
            .unwrap_or(Ended::Done);
        let (tests, groups) = (
            self.tally.totals(),
            self.tally.groups(self.broken.is_empty() && matches!(ended, Ended::Done | Ended::Time)),
        );
        if ended == Ended::Done && self.broken.is_empty() && !self.refused {
            for (test, totals) in header.tests.iter().zip(&tests) {
                // A plain run that ends its process leaves nothing to hunt.
                if test.runs.is_some_and(|runs| runs != totals.runs) && totals.lost == 0 {
                    self.broken.push(format!(
                        "{}: {} runs were asked for, and {} are in the records",
                        test.origin.words(),
                        test.runs.unwrap_or_default(),
                        totals.runs
                    ));
                }
            }
        }
        let status = status(&groups, !self.broken.is_empty(), self.refused, ended, !self.early);
        Summary {
            protocol: PROTOCOL,
            ended,
            status: status.code(),
            wall_ms: self.wall_ms,
            tests,
            groups,
            broken: self.broken.clone(),
        }
    }
}

/// The command that makes one shard.
fn just(header: &Header, k: u64) -> String {
    let mut words = vec!["cargo".to_owned(), "seedbed".to_owned()];
    words.extend(header.command.iter().cloned());
    words.extend(["--shard".to_owned(), format!("{k}/{}", header.shard.n), "--out".to_owned(), format!("shard-{k}")]);
    format!("just it: {}", command_line(&words))
}

/// Refuses a shard of another hunt.
fn belongs(header: &Header, folder: &Path, other: &Header, place: &Path) -> Result<(), Error> {
    let what = if header.seed != other.seed {
        format!("seed {} and seed {}", header.seed, other.seed)
    } else if header.shard.n != other.shard.n {
        format!("{} shards and {} shards", header.shard.n, other.shard.n)
    } else if header.command != other.command {
        format!("cargo seedbed {}\nand cargo seedbed {}", command_line(&header.command), command_line(&other.command))
    } else {
        return Ok(());
    };
    Err(Error::usage(format!("{} and {} are parts of different hunts: {what}", folder.display(), place.display()))
        .cure("merge the shards of one hunt: the same command but for --shard and --out"))
}

/// Whether it is about the first run of a group of them all.
fn is_first(finding: &Finding, summary: &Summary) -> bool {
    summary.groups.iter().any(|group| {
        (&group.origin, &group.signature, group.first_run)
            == (&finding.group.origin, &finding.group.signature, finding.group.first_run)
    })
}
