//! `cargo seedbed hunt`: runs with fresh seeds, on all cores.

use std::fs::File;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use super::values;
use crate::cargo::{self, Selection};
use crate::hunt::{
    Crew, Ended, Finding, Folder, Header, HeaderTest, Limits, Log, Orders, Summary, Target, command_line, groups_text,
    json, shrink_groups, status, targets, totals_text, unseen_canaries, write_junit,
};
use crate::record::PROTOCOL;
use crate::select;
use crate::shard::{Shard, Wanted, from_engine};
use crate::signal::Interrupt;
use crate::status::{Error, Outcome, Status};
use crate::terminal::{self, BAD, FAINT, STRONG, styled};

/// Makes runs with fresh seeds, on all cores, one process a worker
///
/// A run that crashes, hangs or eats all memory costs only itself: it is reported with its seed, passed over, and its worker is started
/// again behind it. Failures are grouped by what failed and where; the first run of each group is made small, proven in a fresh process
/// and kept in the regression file of its test.
#[derive(Args, Clone, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct Hunt {
    /// Tests whose name holds one of these words; all tests without one
    #[arg(value_name = "FILTER")]
    filter: Vec<String>,
    /// Take the filters for whole names
    #[arg(long)]
    exact: bool,
    /// Include tests with #[ignore]
    #[arg(long)]
    include_ignored: bool,
    /// Include tests that hold a seedbed::Hunt or seedbed::check without the attribute (starts every test of the project to find them)
    #[arg(long)]
    all: bool,
    /// Runs of each test; as many as the test itself makes, if neither this nor --time is given
    #[arg(long, value_name = "N", value_parser = values::number)]
    runs: Option<u64>,
    /// Time for all tests together: 90s, 10m, 1h30m
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    time: Option<Duration>,
    /// Base seed, decimal or 0x…; a fresh one without it
    #[arg(long, value_name = "SEED")]
    seed: Option<String>,
    /// Worker processes; all cores without it
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4096))]
    jobs: Option<u32>,
    /// Who proposes the order: random, pct:3, portfolio, …
    #[arg(long, value_name = "POLICY")]
    policy: Option<String>,
    /// Which faults may strike: all, none, or kinds joined by +
    #[arg(long, value_name = "FAULTS")]
    faults: Option<String>,
    /// End with the first failure
    #[arg(long)]
    fail_fast: bool,
    /// Make every N-th run twice and compare; 0 for none
    #[arg(long, value_name = "N", default_value_t = 256)]
    check: u64,
    /// Seconds that one run may take before its process is killed
    #[arg(long, value_name = "SECS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,
    /// Leave failing runs as long as they are
    #[arg(long)]
    no_shrink: bool,
    /// Part of the hunt to make: K/N, auto (asks the engine that started this), or auto/N
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// Have each test fail once on purpose, and end with 102 if that is not seen
    #[arg(long)]
    canary: bool,
    /// Folder for the records, every run included; target/seedbed/hunt without it, where only runs that did not pass are kept
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write what is found to standard output as JSON lines
    #[arg(long)]
    json: bool,
    /// Write a JUnit file
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Exit statuses: `full` tells what was found, `simple` is 0, 1 or 101, as of cargo test
    #[arg(long, value_enum, default_value_t = ExitStatuses::Full)]
    exit_code: ExitStatuses,
    /// Cargo's flags.
    #[command(flatten)]
    selection: Selection,
}

/// Which exit statuses there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ExitStatuses {
    /// Those below.
    Full,
    /// Those of cargo test.
    Simple,
}

const EXAMPLES: &str = "\
Examples:
  cargo seedbed hunt                                   what cargo test runs, with a fresh seed
  cargo seedbed hunt --time 10m --workspace            ten minutes, shared by all tests of the workspace
  cargo seedbed hunt transfers --runs 100000 --policy pct:3
  cargo seedbed hunt --seed 7 --runs 1000000 --shard 3/16 --out shard-3
                                                       one of sixteen parts: see merge, and docs/scaling.md

Exit status:
  0 nothing found; 1 usage, configuration or build; 75 ended early with nothing found; 100 a failure was found;
  101 a test is not deterministic; 102 the machinery is broken (a lost worker, an unseen canary)";

impl Hunt {
    /// Makes the hunt.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub fn run(self) -> Outcome {
        let shard = self.place()?;
        let seed = self.base_seed(shard)?;
        let variables = self.variables(&seed);
        let interrupt = Interrupt::listen()?;
        let found = if self.all { select::all_tests(&self.selection)? } else { select::tests(&self.selection)? };
        let tests = select::filtered(found, &self.filter, self.exact, self.include_ignored)?;
        let targets = targets(&tests, &variables)?;
        if targets.is_empty() {
            return Err(
                Error::usage("none of the tests holds a hunt").cure("cargo seedbed list --all shows those that do")
            );
        }
        let header = self.header(&seed, shard, &targets);
        let mut folder = Folder::create(&self.folder(shard)?, &header)?;
        let runs = header.tests.iter().map(|test| test.runs).collect();
        let orders = Orders {
            targets,
            runs,
            time: self.time,
            shard,
            workers: self.jobs.unwrap_or_else(cores),
            check: (self.check > 0).then_some(self.check),
            fail_fast: self.fail_fast,
            canary: self.canary,
            limits: Limits { run: Duration::from_secs(self.limit) },
            folder: folder.workers(),
            variables,
        };
        self.tell_beginning(&orders, &seed, &header);
        let status = self.hunt(&orders, &header, &mut folder, &interrupt)?;
        Ok(match self.exit_code {
            ExitStatuses::Full => status,
            ExitStatuses::Simple => simple(status),
        })
    }

    fn hunt(&self, orders: &Orders, header: &Header, folder: &mut Folder, interrupt: &Interrupt) -> Outcome {
        let began = Instant::now();
        let mut log = Log::new(orders, folder, self.json, header.all_runs);
        let (ended, whole_round) = Crew::new(orders, interrupt).work(&mut |word| log.hear(word));
        log.progress.end();
        let Log { tally, mut broken, refused, .. } = log;
        if orders.canary && matches!(ended, Ended::Done | Ended::Time) {
            broken.extend(unseen_canaries(orders, &tally));
        }
        // Of a part of the runs, or of those until a signal, nobody can say what they should have met.
        let whole = orders.shard == Shard::ALL && matches!(ended, Ended::Done | Ended::Time);
        let groups = tally.groups(whole);
        let findings = if self.no_shrink {
            Vec::new()
        } else {
            shrink_groups(&groups, &orders.targets, &orders.variables, interrupt, &mut |n, group| {
                self.say(styled(
                    FAINT,
                    format!("making {} of {} small: {}", n + 1, groups.len(), group.origin.words()),
                ));
            })?
        };
        let status = status(&groups, !broken.is_empty(), refused > 0, ended, whole_round);
        let summary = Summary {
            protocol: PROTOCOL,
            ended,
            status: status.code(),
            wall_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            tests: tally.totals(),
            groups,
            broken,
        };
        folder.finish(&findings, &summary)?;
        if let Some(path) = &self.junit {
            write_junit(path, &summary, &findings)?;
        }
        self.tell_end(&summary, &findings, header, folder)?;
        Ok(status)
    }

    /// Which part of the hunt; says what it was told by the engine.
    fn place(&self) -> Result<Shard, Error> {
        let Some(text) = &self.shard else { return Ok(Shard::ALL) };
        match text.parse()? {
            Wanted::Exactly(shard) => Ok(shard),
            Wanted::Auto(total) => {
                let (shard, words) = from_engine(total, |name| std::env::var(name).ok())?;
                terminal::tell(words);
                // Bazel wants to see that its sharding was understood.
                if let Some(path) = std::env::var_os("TEST_SHARD_STATUS_FILE") {
                    File::create(&path).map_err(|error| {
                        Error::broken(format!("{} cannot be written: {error}", PathBuf::from(path).display()))
                    })?;
                }
                Ok(shard)
            }
        }
    }

    /// The base seed, as `0x…`.
    fn base_seed(&self, shard: Shard) -> Result<String, Error> {
        let variable = std::env::var("SEEDBED_SEED").ok().filter(|text| text != "fresh");
        let Some(text) = self.seed.clone().or(variable) else {
            if shard != Shard::ALL {
                return Err(Error::usage(format!(
                    "shard {shard} needs --seed: with fresh seeds, shards would be parts of different hunts"
                ))
                .cure("give all shards the same one: --seed 1, or the number of the build"));
            }
            return Ok(values::fresh_seed());
        };
        values::seed(&text)
    }

    fn variables(&self, seed: &str) -> Vec<(String, String)> {
        [
            ("SEEDBED_SEED", Some(seed)),
            ("SEEDBED_POLICY", self.policy.as_deref()),
            ("SEEDBED_FAULTS", self.faults.as_deref()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect()
    }

    /// What stands in `hunt.json`, with the words that make this hunt again.
    fn header(&self, seed: &str, shard: Shard, targets: &[Target]) -> Header {
        let mut words = vec!["hunt".to_owned()];
        words.extend(self.filter.iter().cloned());
        words.extend(["--seed".to_owned(), seed.to_owned()]);
        let options = [
            ("--runs", self.runs.map(|runs| runs.to_string())),
            ("--time", self.time.map(|time| format!("{}s", time.as_secs()))),
            ("--policy", self.policy.clone()),
            ("--faults", self.faults.clone()),
            ("--check", (self.check != 256).then(|| self.check.to_string())),
            ("--limit", (self.limit != 120).then(|| self.limit.to_string())),
        ];
        for (name, value) in options {
            words.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
        }
        let flags = [
            ("--exact", self.exact),
            ("--include-ignored", self.include_ignored),
            ("--all", self.all),
            ("--fail-fast", self.fail_fast),
            ("--no-shrink", self.no_shrink),
            ("--canary", self.canary),
        ];
        words.extend(flags.iter().filter(|(_, on)| *on).map(|(name, _)| (*name).to_owned()));
        words.extend(self.selection.words());
        let mut header = Header::new(words, seed, shard, self.runs, self.time.map(|time| time.as_secs()));
        let own = |target: &Target| self.runs.or_else(|| self.time.is_none().then_some(target.about.runs));
        header.tests = targets
            .iter()
            .map(|target| HeaderTest {
                origin: target.origin(),
                runs: own(target),
                should_fail: target.about.should_fail,
            })
            .collect();
        header.all_runs = self.out.is_some() || shard != Shard::ALL;
        header
    }

    fn folder(&self, shard: Shard) -> Result<PathBuf, Error> {
        if let Some(folder) = &self.out {
            return Ok(folder.clone());
        }
        let name = match shard {
            Shard::ALL => "hunt".to_owned(),
            _ => format!("hunt-{}-of-{}", shard.index(), shard.total()),
        };
        Ok(cargo::target_directory(&self.selection)?.join("seedbed").join(name))
    }

    /// For people: on standard error where standard output belongs to JSON.
    fn say(&self, line: impl AsRef<str>) {
        if self.json { terminal::tell(line) } else { terminal::say(line) }
    }

    fn tell_beginning(&self, orders: &Orders, seed: &str, header: &Header) {
        let (tests, workers) = (orders.targets.len(), orders.workers);
        let shard = if orders.shard == Shard::ALL { String::new() } else { format!(", shard {}", orders.shard) };
        self.say(styled(
            STRONG,
            format!(
                "seedbed: hunting in {tests} {}, seed {seed}{shard}, {workers} {}",
                if tests == 1 { "test" } else { "tests" },
                if workers == 1 { "worker" } else { "workers" }
            ),
        ));
        if self.seed.is_none() {
            self.say(styled(FAINT, format!("the same hunt again: {}", repeat(header))));
        }
    }

    fn tell_end(&self, summary: &Summary, findings: &[Finding], header: &Header, folder: &Folder) -> Result<(), Error> {
        if self.json {
            for finding in findings {
                terminal::say(json(&serde_json::json!({ "record": "finding", "finding": finding }))?);
            }
            terminal::say(json(&serde_json::json!({ "record": "summary", "summary": summary }))?);
        }
        self.say(totals_text(&summary.tests, &summary.groups).trim_end());
        if !summary.groups.is_empty() {
            self.say(groups_text(&summary.groups, findings).trim_end());
        }
        for words in &summary.broken {
            self.say(format!("\n{} {words}", styled(BAD, "broken:")));
        }
        let seconds = Duration::from_millis(summary.wall_ms).as_secs();
        let words = match summary.ended {
            Ended::Done => format!("every run was made, in {seconds} s"),
            Ended::Time => format!("the time was over, after {seconds} s"),
            Ended::Failure => format!("ended by the first failure, after {seconds} s"),
            Ended::Signal => format!("ended by a signal, after {seconds} s: what was found until then stands above"),
        };
        self.say(format!("\n{words}; records: {}", folder.shown().display()));
        if !summary.groups.is_empty() {
            self.say(format!("the same hunt again: {}", repeat(header)));
        }
        Ok(())
    }
}

/// The command that makes a hunt again.
fn repeat(header: &Header) -> String {
    let mut words = vec!["cargo".to_owned(), "seedbed".to_owned()];
    words.extend(header.command.iter().cloned());
    if header.shard.n > 1 {
        words.extend(["--shard".to_owned(), format!("{}/{}", header.shard.k, header.shard.n)]);
    }
    command_line(&words)
}

fn cores() -> u32 {
    std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(1))
}

fn simple(status: Status) -> Status {
    match status {
        Status::Clean | Status::Ended => Status::Clean,
        Status::Usage => Status::Usage,
        Status::Failed | Status::NotDeterministic | Status::Broken => Status::NotDeterministic,
    }
}
