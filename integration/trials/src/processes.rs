//! A seed is a run: made twice in a process, and once in another one.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::{Trial, seeds};

/// Set in the process that makes the runs for another one.
const PRINTS: &str = "INTEGRATION_PRINTS";

/// Makes the run of every seed twice here, and once in a fresh process, which is this executable with the test of this name.
///
/// `test` is the full name of the test that calls this: `seeds::a_seed_is_a_run`.
///
/// # Panics
///
/// Where two runs of a seed differ, where the test has another name, or where the executable cannot be started again.
pub fn trials_are_reproducible(test: &str, trials: &[Trial]) {
    let all = || (0..trials.len()).flat_map(|trial| (0..seeds()).map(move |seed| (trial, seed)));
    let line_of = |(trial, seed): (usize, u64)| format!("trial {trial}, seed {seed}: {}", trials[trial].digest(seed));
    if std::env::var_os(PRINTS).is_some() {
        // The harness may have left a line without an end.
        println!();
        all().for_each(|run| println!("{}", line_of(run)));
        return;
    }
    let executable = std::env::current_exe().expect("a test has an executable");
    let mut other = Command::new(executable)
        .args(["--exact", test, "--nocapture"])
        .env(PRINTS, "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the executable can be started again");
    let lines = BufReader::new(other.stdout.take().expect("standard output is a pipe")).lines();
    let mut lines = lines.map(|line| line.expect("lines of text")).filter(|line| line.starts_with("trial "));
    for run in all() {
        let (first, second) = (line_of(run), line_of(run));
        assert_eq!(first, second, "one seed gives two runs in one process");
        let Some(elsewhere) = lines.next() else {
            panic!("another process made no run for {first:?}: is the test called {test:?}?")
        };
        assert_eq!(first, elsewhere, "one seed gives two runs in two processes");
    }
    assert_eq!(lines.next(), None, "another process made more runs");
    assert!(other.wait().expect("it has ended").success(), "another process failed");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_of_a_sound_program_is_a_run() {
        let trial = Trial::of("late", || async {
            let tasks = [3, 2, 1].map(|ms| seedbed::spawn(seedbed::sleep(std::time::Duration::from_millis(ms))));
            for task in tasks {
                task.await.expect("it sleeps");
            }
        });
        trials_are_reproducible("processes::tests::a_seed_of_a_sound_program_is_a_run", &[trial]);
    }

    #[test]
    #[should_panic(expected = "one seed gives two runs in two processes")]
    fn a_program_that_asks_for_its_process_is_found_out() {
        let trial = Trial::of("", || async {
            let nanos = u64::from(std::process::id());
            seedbed::sleep(std::time::Duration::from_nanos(nanos)).await;
        });
        trials_are_reproducible("processes::tests::a_program_that_asks_for_its_process_is_found_out", &[trial]);
    }

    #[test]
    #[should_panic(expected = "one seed gives two runs in one process")]
    fn a_program_that_counts_its_runs_is_found_out() {
        static RUNS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let trial = Trial::of("", || async {
            let nanos = RUNS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            seedbed::sleep(std::time::Duration::from_nanos(nanos)).await;
        });
        trials_are_reproducible("processes::tests::a_program_that_counts_its_runs_is_found_out", &[trial]);
    }
}
