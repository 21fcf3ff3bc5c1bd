//! Cancel at the next await; a deadline that cancels; a shield that stops a cancellation.

use std::time::Duration;

use seedbed::{Report, Sim, catch_cancel, note, shield, sleep, spawn, timeout, wait_for};

/// Says so when it is dropped: Rust's `finally`.
struct CleanUp(&'static str);

impl Drop for CleanUp {
    fn drop(&mut self) {
        note!("{} cleans up", self.0);
    }
}

/// A task is cancelled at its next await: a frame catches it, or the whole task is dropped.
pub(crate) fn cancelled_at_the_next_await() -> Report<()> {
    Sim::new(0).run(async {
        let dropped = spawn(async {
            let _clean_up = CleanUp("the dropped task");
            sleep(Duration::from_secs(60)).await;
            note!("never reached");
        });
        let catching = spawn(async {
            if let Err(cancelled) = catch_cancel(sleep(Duration::from_secs(60))).await {
                note!("caught: {cancelled}");
                sleep(Duration::from_secs(1)).await;
                cancelled.resume().await;
            }
        });
        sleep(Duration::from_secs(2)).await;
        dropped.cancel();
        catching.cancel_with("closing time");
        note!("cancelled? {} {}", dropped.is_cancelled(), catching.is_cancelled());
        let endings = (dropped.await, catching.await);
        note!("{endings:?}");
    })
}

/// `wait_for` cancels the task whose time is up; `timeout` whatever future it encloses.
pub(crate) fn out_of_time() -> Report<()> {
    Sim::new(0).run(async {
        let slow = spawn(async {
            let _clean_up = CleanUp("the slow task");
            sleep(Duration::from_secs(3600)).await;
        });
        note!("wait_for: {:?}", wait_for(slow, Duration::from_secs(1)).await);
        note!("timeout: {:?}", timeout(Duration::from_secs(1), sleep(Duration::from_millis(10))).await);
    })
}

/// What is shielded runs on when the one who waits for it gives up.
pub(crate) fn shielded() -> Report<&'static str> {
    Sim::new(0).run(async {
        let commit = spawn(async {
            sleep(Duration::from_secs(2)).await;
            "committed"
        });
        let impatient = timeout(Duration::from_secs(1), shield(commit.join())).await;
        note!("impatient: {}", impatient.is_err());
        commit.await.expect("the commit was not cancelled")
    })
}

fn main() {
    println!("{}\n", cancelled_at_the_next_await().trace.summary());
    println!("{}\n", out_of_time().trace.summary());
    let report = shielded();
    println!("{}", report.trace.summary());
    assert_eq!(report.unwrap(), "committed");
}
