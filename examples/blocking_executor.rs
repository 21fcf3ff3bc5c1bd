//! A job of 500 ms beside a main that sleeps for a second; and a job that outlives main, for which the end waits.

use std::time::Duration;

use seedbed::executor::{blocking, run_in_executor};
use seedbed::{Report, Sim, note, sleep};

fn blocking_work(name: &str, span: Duration) {
    note!("{name} begins");
    blocking::sleep(span);
    note!("{name} ends");
}

/// The job ends while main sleeps: both together take one second.
pub(crate) fn beside() -> Report<()> {
    Sim::new(0).run(async {
        let job = run_in_executor(None, || blocking_work("the job", Duration::from_millis(500)));
        note!("main sleeps");
        sleep(Duration::from_secs(1)).await;
        note!("main woke up");
        job.expect("the default executor is open").await.expect("the job does not panic");
    })
}

/// Main ends first. Shutting down the default executor waits for the job, as `asyncio.run` does.
pub(crate) fn outlives_main() -> Report<()> {
    Sim::new(0).run(async {
        let job = run_in_executor(None, || blocking_work("the job", Duration::from_millis(500)));
        drop(job.expect("the default executor is open"));
        sleep(Duration::from_millis(100)).await;
        note!("main ends");
    })
}

fn main() {
    for (title, report) in [("beside", beside()), ("outlives main", outlives_main())] {
        println!("{title}:\n{}\nended at {}s\n", report.trace.summary(), report.end);
        report.unwrap();
    }
}
