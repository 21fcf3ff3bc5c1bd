//! What the crew says, taken down: counted, kept, shown.

use super::crew::{Orders, Word};
use super::folder::Folder;
use super::progress::Progress;
use super::tally::Tally;
use super::target::Target;
use crate::record::Record;
use crate::status::Error;
use crate::terminal::{self, BAD, styled};

/// Takes down what the crew says: counts, keeps, shows.
#[derive(Debug)]
pub struct Log<'a> {
    orders: &'a Orders,
    folder: &'a mut Folder,
    json: bool,
    all_runs: bool,
    /// What runs came to.
    pub tally: Tally,
    /// What is shown meanwhile.
    pub progress: Progress,
    /// What is wrong with the machinery.
    pub broken: Vec<String>,
    /// How many targets cannot be hunted by the user's doing.
    pub refused: usize,
}

impl<'a> Log<'a> {
    /// An empty log of these orders.
    pub fn new(orders: &'a Orders, folder: &'a mut Folder, json: bool, all_runs: bool) -> Self {
        let mut tally = Tally::default();
        for target in &orders.targets {
            tally.expect(&target.origin(), target.about.should_fail);
        }
        let runs: Option<u64> = orders.runs.iter().map(|runs| runs.map(|runs| orders.shard.count(runs))).sum();
        let progress = Progress::new(runs, orders.time, false);
        Self { orders, folder, json, all_runs, tally, progress, broken: Vec::new(), refused: 0 }
    }

    /// Takes down a word.
    pub fn hear(&mut self, word: Word) {
        match word {
            Word::Record(target, record, line) => {
                if let Err(error) = self.record(target, &record, &line) {
                    self.broken.push(error.to_string());
                }
            }
            Word::Refused(target, error) => {
                self.refused += 1;
                let name = self.orders.targets[target].test.words();
                self.progress.note(&format!("{} {name}: {error}", styled(BAD, "error:")));
            }
            Word::Broken(error) => {
                self.progress.note(&format!("{} {error}", styled(BAD, "broken:")));
                self.broken.push(error.to_string());
            }
            Word::Beat => {
                if let Err(error) = self.folder.flush() {
                    self.broken.push(error.to_string());
                }
            }
        }
        self.progress.show(&self.tally);
    }

    fn record(&mut self, target: usize, record: &Record, line: &str) -> Result<(), Error> {
        let origin = self.orders.targets[target].origin();
        match record {
            Record::Sweep(sweep) => self.tally.sweep(&origin, sweep),
            Record::Run(run) => {
                let passed = run.kind.is_none() && run.difference.is_none();
                self.tally.run(&origin, run);
                if passed && !self.all_runs {
                    return Ok(());
                }
                if self.json && !passed && !run.canary {
                    terminal::say(line);
                }
            }
            _ => {}
        }
        self.folder.keep(&origin, line)
    }
}

/// Tests of whose canaries no failure was seen.
pub fn unseen_canaries(orders: &Orders, tally: &Tally) -> Vec<String> {
    let unseen = |target: &&Target| tally.canaries(&target.origin()) == 0;
    let words = |target: &Target| {
        format!(
            "{}: a run was made to fail on purpose, and was not seen to fail: a hunt in this test proves nothing",
            target.test.words()
        )
    };
    orders.targets.iter().filter(unseen).map(words).collect()
}
