//! A ticker each second: starved by a call that blocks the loop, cured by an executor with threads, then with processes.
//!
//! `cargo run --example ticker` prints the three traces.

use std::time::Duration;

use seedbed::executor::{ProcessPool, ThreadPool, blocking, run_in_executor};
use seedbed::{Report, Sim, Task, note, sleep, task};

/// Five seconds of work that gives nobody else a turn. In a job it occupies a worker, on the loop it blocks the loop.
fn crunch(number: u64) -> u64 {
    blocking::sleep(Duration::from_secs(5));
    number * number
}

fn start_ticker() -> Task<()> {
    let ticker = task::Builder::new().name("ticker").spawn(async {
        for tick in 1.. {
            sleep(Duration::from_secs(1)).await;
            note!("tick {tick}");
        }
    });
    ticker.expect("the loop runs")
}

/// The work runs on the loop: no tick for five seconds, and the first one late.
pub(crate) fn starved() -> Report<u64> {
    Sim::new(0).run(async {
        let ticker = start_ticker();
        sleep(Duration::from_millis(1500)).await;
        let result = crunch(12);
        sleep(Duration::from_secs(1)).await;
        ticker.cancel();
        result
    })
}

/// The work runs on a thread of a pool: the ticker ticks on.
pub(crate) fn threads() -> Report<u64> {
    Sim::new(0).run(async {
        let ticker = start_ticker();
        let pool = ThreadPool::new(2).expect("two workers").named("crunchers");
        sleep(Duration::from_millis(1500)).await;
        let result = run_in_executor(&pool, || crunch(12)).expect("the pool is open").await;
        ticker.cancel();
        result.expect("the work does not panic")
    })
}

/// The work runs in a process of its own: argument and result cross as bytes.
pub(crate) fn processes() -> Report<u64> {
    Sim::new(0).run(async {
        let ticker = start_ticker();
        let pool = ProcessPool::new(2).expect("two workers").named("crunchers");
        sleep(Duration::from_millis(1500)).await;
        let result = pool.submit(crunch, 12).expect("the pool is open").await;
        ticker.cancel();
        result.expect("the work does not panic").expect("the worker does not crash")
    })
}

fn main() {
    for (title, report) in [("starved", starved()), ("threads", threads()), ("processes", processes())] {
        println!("{title}:\n{}\n", report.trace.summary());
        assert_eq!(report.unwrap(), 144);
    }
}
