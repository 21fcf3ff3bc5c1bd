//! Ending a pool: no more jobs, and waiting for those it has.

use std::rc::Rc;

use super::workers::Workers;
use crate::context;
use crate::kernel::{Kind, Purpose, RunJob};

/// How a pool is shut down. By default the caller blocks until all jobs have ended, those in the queue too.
///
/// ```
/// use seedbed::{Shutdown, Sim, ThreadPool, blocking, now};
/// use std::time::Duration;
/// let report = Sim::new(0).drive(|| {
///     let pool = ThreadPool::new(1).unwrap();
///     let jobs = [0, 1].map(|_| pool.submit(|| blocking::sleep(Duration::from_secs(1))).unwrap());
///     pool.shutdown(Shutdown { wait: true, cancel_futures: true });
///     (now().to_string(), jobs.map(|job| job.is_done()))
/// });
/// // What was queued is cancelled; the promises hear of it when their loop runs.
/// assert_eq!(report.unwrap(), ("1.000".to_owned(), [false, false]));
/// ```
#[doc(alias = "concurrent.futures.Executor.shutdown")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shutdown {
    /// Blocks the caller, as [`blocking::sleep`](crate::blocking::sleep) does, until all jobs have ended.
    pub wait: bool,
    /// Cancels the jobs in the queue.
    pub cancel_futures: bool,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self { wait: true, cancel_futures: false }
    }
}

/// Python's `Executor.shutdown`.
#[track_caller]
pub(super) fn shut_down(workers: &Rc<Workers>, how: Shutdown) {
    workers.close();
    if how.cancel_futures {
        workers.cancel_queued();
    }
    if how.wait && !workers.is_idle() && !std::thread::panicking() {
        wait_until_idle(workers);
    }
}

#[track_caller]
fn wait_until_idle(workers: &Rc<Workers>) {
    let run = workers.run();
    let job = context::of(run, |kernel| {
        let id = kernel.outside.current?;
        Some((id, kernel.outside.runner(id)?))
    });
    let Some((id, runner)) = job else {
        let world = context::world().expect("seedbed bug: no world inside a run, please report");
        if !context::block_until(&world, || workers.is_idle()) {
            blocked_for_ever(run);
            context::block_for(&world, 0);
        }
        return;
    };
    assert!(
        !workers.is_running(id),
        "a job cannot wait for the shutdown of its own pool, which waits for that job: shut down with `wait: false`"
    );
    workers.when_idle(Box::new(move |_| context::of(run, |kernel| kernel.wake_job(id))));
    while !workers.is_idle() {
        suspend_until_woken(run, id, &*runner);
    }
}

fn suspend_until_woken(run: u32, id: crate::ident::JobId, runner: &dyn RunJob) {
    context::of(run, |kernel| {
        let now = kernel.now;
        if let Some(job) = kernel.outside.get_mut(id) {
            job.woken = false;
        }
        kernel.outside.wait(id, now);
    });
    runner.suspend();
}

/// The jobs of the pool wait for what only the blocked loop could do: a deadlock.
fn blocked_for_ever(run: u32) {
    context::of(run, |kernel| {
        if let Some(task) = kernel.current {
            let loop_id = kernel.loop_for_calls();
            let end = kernel.new_future(loop_id, Kind::Other(Purpose::Pool));
            kernel.wait_in_words(task, end.key);
        }
        kernel.deadlock(&[]);
    });
}
