//! The same small programs, on tokio's clock and on seedbed's, give the same logs.

use std::time::Duration;

use agnostic_lite::RuntimeLite;
use agnostic_lite::tokio::TokioRuntime;
use seedbed::Sim;
use seedbed_agnostic::SeedbedRuntime;
use seedbed_trials::runs;

use crate::small::{Actor, Log, program};

/// Runs the program with this number to its end, and until what it left behind has ended, too.
async fn run<R: RuntimeLite>(number: u64, log: Log) {
    let actor = Actor::<R> { name: "main".to_owned(), start: R::now(), log };
    actor.act(program(number)).await;
    R::sleep(Duration::from_secs(3_600)).await;
}

fn on_tokio(number: u64) -> Log {
    let log = Log::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(run::<TokioRuntime>(number, log.clone()));
    log
}

fn on_seedbed(number: u64) -> Log {
    let log = Log::default();
    let sim = Sim::new(0).virtual_time(Duration::from_secs(100_000));
    sim.run(run::<SeedbedRuntime>(number, log.clone())).unwrap();
    log
}

#[test]
fn small_programs_do_the_same_as_on_tokio() {
    let mut lines = 0;
    for number in 0..runs(2_000) {
        let (theirs, ours) = (on_tokio(number).by_task(), on_seedbed(number).by_task());
        lines += theirs.len();
        assert_eq!(ours, theirs, "program {number}: {:#?}", program(number));
    }
    assert!(lines as u64 > 5 * runs(2_000), "the programs do next to nothing: {lines} lines");
}
