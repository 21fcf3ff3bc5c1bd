//! The loop by hand: get it, create tasks, run until one is complete, run until stopped, gather what is left, close.

use std::time::Duration;

use seedbed::{EventLoop, LoopError, Report, Sim, all_tasks, gather, note, sleep};

async fn job(name: &'static str, span: Duration) -> &'static str {
    note!("{name} starts");
    sleep(span).await;
    note!("{name} is done");
    name
}

/// The life of a loop, from plain code.
pub(crate) fn life_of_a_loop() -> Report<Result<(), LoopError>> {
    Sim::new(0).drive(|| {
        let event_loop = EventLoop::current();

        let answer = event_loop.run_until_complete(job("first", Duration::from_secs(1)))?;
        note!("run_until_complete returned {answer:?}; running: {}", event_loop.is_running());

        // Tasks that are created while the loop stands still start when it next runs.
        drop(event_loop.spawn(job("second", Duration::from_secs(1)))?);
        drop(event_loop.spawn(job("third", Duration::from_secs(60)))?);
        let stopper = event_loop.clone();
        event_loop.call_later(Duration::from_secs(2), move || stopper.stop())?;
        event_loop.run_forever()?;
        note!("run_forever was stopped at {}s", event_loop.time());

        // What is left is cancelled, gathered, and only then is the loop closed.
        let left = all_tasks();
        for task in &left {
            note!("left: {}", task.name());
            task.cancel();
        }
        let endings = event_loop.run_until_done(gather(left.iter().map(|task| task.ending())))?;
        note!("gathered: {endings:?}");
        event_loop.close()?;

        let refused = event_loop.run_until_complete(async {});
        note!("closed: {}", refused.expect_err("a closed loop refuses"));
        Ok(())
    })
}

fn main() {
    let report = life_of_a_loop();
    println!("{}", report.trace.summary());
    report.unwrap().expect("every call is allowed where it stands");
}
