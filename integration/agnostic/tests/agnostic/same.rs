//! The same small programs, on tokio's clock and on seedbed's, give the same logs.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use agnostic_lite::tokio::TokioRuntime;
use agnostic_lite::{AfterHandle, AsyncAfterSpawner, RuntimeLite};
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

/// What a delayed task does that aborts itself and waits then.
async fn abort_oneself<R: RuntimeLite>() -> Vec<&'static str> {
    let handle = Arc::new(Mutex::new(None));
    let said = Arc::new(Mutex::new(Vec::new()));
    let (own, says) = (Arc::clone(&handle), Arc::clone(&said));
    let task = R::spawn_after(Duration::from_millis(1), async move {
        let own: Option<<R::AfterSpawner as AsyncAfterSpawner>::JoinHandle<()>> = own.lock().unwrap().take();
        own.expect("the handle is there").abort();
        says.lock().unwrap().push("aborted");
        R::yield_now().await;
        says.lock().unwrap().push("went on");
    });
    *handle.lock().unwrap() = Some(task);
    R::sleep(Duration::from_secs(1)).await;
    said.lock().unwrap().clone()
}

#[test]
fn a_task_that_aborts_itself_goes_on_to_its_next_await() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    assert_eq!(runtime.block_on(abort_oneself::<TokioRuntime>()), ["aborted"]);
    assert_eq!(Sim::new(0).run(abort_oneself::<SeedbedRuntime>()).unwrap(), ["aborted"]);
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
