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
            Record::End(end) => self.tally.end(&origin, end),
            _ => {}
        }
        self.folder.keep(&origin, line)
    }
}

/// Tests of whose canaries no failure was seen.
pub fn unseen_canaries(orders: &Orders, tally: &Tally) -> Vec<String> {
    let unseen = |target: &&Target| {
        let origin = target.origin();
        // Where runs end their process, that was seen; and a test that was refused has made no run.
        let hunted = tally.totals().iter().any(|totals| totals.origin == origin && totals.runs > 0 && totals.lost == 0);
        hunted && tally.canaries(&origin) == 0
    };
    let words = |target: &Target| {
        format!(
            "{}: a run was made to fail on purpose, and was not seen to fail: a hunt in this test proves nothing",
            target.test.words()
        )
    };
    orders.targets.iter().filter(unseen).map(words).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use super::*;
    use crate::cargo::Binary;
    use crate::hunt::{Limits, Origin};
    use crate::project::Test;
    use crate::record::{HuntRecord, RunOutcome, RunRecord};
    use crate::section::Declared;
    use crate::shard::Shard;

    fn orders() -> Orders {
        let binary = Binary {
            package: "p".into(),
            folder: PathBuf::new(),
            target: "p".into(),
            kind: "lib".into(),
            path: PathBuf::new(),
        };
        let test = Test { binary, declared: Declared::by_hand("p::a") };
        Orders {
            targets: vec![Target { test, about: HuntRecord::default(), beside_others: false }],
            runs: vec![None],
            time: None,
            shard: Shard::ALL,
            workers: 1,
            check: None,
            fail_fast: false,
            canary: true,
            limits: Limits { run: Duration::from_secs(1) },
            folder: PathBuf::new(),
            variables: Vec::new(),
        }
    }

    #[test]
    fn a_canary_that_is_not_seen_to_fail_is_missed() {
        let orders = orders();
        let origin: Origin = orders.targets[0].origin();
        let unseen = |runs: &[(RunOutcome, bool)]| {
            let mut tally = Tally::default();
            for (outcome, canary) in runs {
                tally.run(&origin, &RunRecord { outcome: *outcome, canary: *canary, ..RunRecord::default() });
            }
            unseen_canaries(&orders, &tally).len()
        };
        let passed = (RunOutcome::Passed, false);
        assert_eq!(unseen(&[passed, (RunOutcome::Failed, true)]), 0);
        // It is not made, or it is made and passes: then nobody would see a failure.
        assert_eq!(unseen(&[passed]), 1);
        assert_eq!(unseen(&[passed, (RunOutcome::Passed, true)]), 1);
        assert_eq!(unseen(&[(RunOutcome::Lost, false)]), 0);
    }
}
