//! What code may call that has no `await`: sleeping and waiting, in a job or on the loop.
//!
//! In a job these suspend the job's own stack: everything else goes on. Anywhere else they block, as they do in Python:
//! the loop stands still while virtual time passes, timers become late, and the trace says who did it.

use std::future::IntoFuture;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::stack::Stacks;
use crate::context;
use crate::ident::JobId;
use crate::instant::Instant;
use crate::kernel::{Kernel, RunJob};
use crate::trace::Event;

/// Blocks for a span of virtual time: asyncio programs call it `time.sleep`.
///
/// In a job of an executor, the job sleeps and everything else goes on. On the loop (in a task or callback) it blocks the
/// loop: nothing else runs but jobs, timers that come due meanwhile are late, and the trace names who blocked it; beyond
/// [`Sim::blocked`](crate::Sim::blocked) the run ends with that verdict. In a driver it lets time pass.
///
/// A sleep of zero takes no time, but a job that keeps doing so lets the loop have its turn in between. While a panic
/// unwinds the caller, a sleep takes no time either.
///
/// # Panics
///
/// Outside a run. When the run ends while the caller blocks its loop, the caller is unwound.
///
/// ```
/// use seedbed::{Sim, blocking, now, run_in_executor, sleep, spawn};
/// use std::time::Duration;
/// let second = Duration::from_secs(1);
///
/// // A job blocks nobody.
/// let report = Sim::new(0).run(async move {
///     let job = run_in_executor(None, move || blocking::sleep(second * 3)).unwrap();
///     sleep(second).await;
///     let ticked = now();
///     job.await.unwrap();
///     (ticked.to_string(), now().to_string())
/// });
/// assert_eq!(report.unwrap(), ("1.000".to_owned(), "3.000".to_owned()));
///
/// // On the loop, it makes the other's timer late.
/// let report = Sim::new(0).run(async move {
///     let ticker = spawn(async move {
///         sleep(second).await;
///         now()
///     });
///     seedbed::yield_now().await;
///     blocking::sleep(second * 3);
///     ticker.await.unwrap()
/// });
/// assert!(report.trace.summary().contains("late"));
/// assert_eq!(report.unwrap().to_string(), "3.000");
/// ```
#[doc(alias = "time.sleep")]
#[doc(alias = "std::thread::sleep")]
#[track_caller]
pub fn sleep(duration: Duration) {
    let nanos = duration.as_nanos();
    match context::with("blocking::sleep", |kernel| fall_asleep(kernel, nanos)) {
        Asleep::Nobody => {}
        Asleep::Job(runner) => runner.suspend(),
        Asleep::Dying(runner) => {
            runner.crash();
            runner.suspend();
        }
        Asleep::Unwinding(stacks) => stacks.suspend(),
        Asleep::Loop => {
            let world = context::world().expect("seedbed bug: no world inside a run, please report");
            context::block_for(&world, nanos);
        }
    }
}

/// Who is to sleep.
enum Asleep {
    /// Time does not pass for who called.
    Nobody,
    Job(Rc<dyn RunJob>),
    /// A job whose worker dies meanwhile, by a fault.
    Dying(Rc<dyn RunJob>),
    /// A job that is being unwound, caught that, and would block: it is unwound again.
    Unwinding(Rc<Stacks>),
    /// The loop, or a driver.
    Loop,
}

fn fall_asleep(kernel: &mut Kernel, nanos: u128) -> Asleep {
    // Leaving the stack, or running jobs on it, would take a panic to places that have none.
    if std::thread::panicking() {
        return Asleep::Nobody;
    }
    if let Some(stacks) = Stacks::unwinding(kernel) {
        return Asleep::Unwinding(stacks);
    }
    match kernel.outside.current {
        _ if kernel.ending => Asleep::Nobody,
        Some(job) => match fall_asleep_in_job(kernel, job, nanos) {
            Some(runner) if runner.may_crash() && kernel.worker_dies(job) => Asleep::Dying(runner),
            Some(runner) => Asleep::Job(runner),
            None => Asleep::Nobody,
        },
        None => Asleep::Loop,
    }
}

fn fall_asleep_in_job(kernel: &mut Kernel, id: JobId, nanos: u128) -> Option<Rc<dyn RunJob>> {
    if nanos > 0 {
        let until = kernel.deadline_after(nanos);
        kernel.emit(Event::Slept { who: id.into(), until: Instant::from_nanos(until) });
        let until = until.saturating_add(kernel.job_delay(id));
        return kernel.outside.sleep_until(id, until);
    }
    let now = kernel.now;
    let first = kernel.outside.get_mut(id).is_some_and(|job| job.napped.replace(now) != Some(now));
    if first {
        return None;
    }
    kernel.give_way(id);
    kernel.outside.runner(id)
}

/// Waits in a job for a future, and returns its output: the way from code without `await` back to the loop.
///
/// The job is suspended while the future is pending; its worker stays occupied. A task can so wait for a job that waits
/// for that task: then nothing can go on, and the run ends with a deadlock that names both.
///
/// # Errors
///
/// [`WaitError`]: the caller is no job, or it waits already.
///
/// # Panics
///
/// Outside a run, and when the future panics.
///
/// ```
/// use seedbed::{Promise, Sim, blocking, run_in_executor, sleep};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     let answer = Promise::new();
///     let asked = answer.clone();
///     let job = run_in_executor(None, move || blocking::wait(asked).unwrap().unwrap() + 1).unwrap();
///     sleep(Duration::from_secs(1)).await;
///     answer.set_result(41).unwrap();
///     job.await.unwrap()
/// });
/// assert_eq!(report.unwrap(), 42);
/// ```
#[doc(alias = "block_on")]
#[doc(alias = "concurrent.futures.Future.result")]
#[doc(alias = "asyncio.run_coroutine_threadsafe")]
#[track_caller]
pub fn wait<F: IntoFuture>(future: F) -> Result<F::Output, WaitError> {
    if !std::thread::panicking()
        && let Some(stacks) = context::with("blocking::wait", |kernel| Stacks::unwinding(kernel))
    {
        stacks.suspend();
    }
    let (id, runner, run) = context::with("blocking::wait", job_that_may_wait)?;
    let waker = context::job_waker(run, id);
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future.into_future());
    loop {
        let polling = Polling::begin(run, id);
        let polled = future.as_mut().poll(&mut cx);
        drop(polling);
        if let Poll::Ready(output) = polled {
            return Ok(output);
        }
        if std::thread::panicking() {
            return Err(WaitError::Unwinding);
        }
        context::of(run, |kernel| {
            let now = kernel.now;
            if !kernel.outside.wait(id, now) {
                kernel.give_way(id);
            }
        });
        runner.suspend();
    }
}

fn job_that_may_wait(kernel: &mut Kernel) -> Result<(JobId, Rc<dyn RunJob>, u32), WaitError> {
    let (run, running) = (kernel.run, kernel.running_loop.is_some());
    let Some((id, job)) = kernel.outside.current_job() else {
        return Err(if running { WaitError::OnLoop } else { WaitError::NoJob });
    };
    if job.polling {
        return Err(WaitError::Nested);
    }
    let runner = kernel.outside.runner(id);
    Ok((id, runner.expect("seedbed bug: a running job is not known, please report"), run))
}

/// While it lives, the job polls a future.
struct Polling {
    run: u32,
    id: JobId,
}

impl Polling {
    fn begin(run: u32, id: JobId) -> Self {
        context::of(run, |kernel| {
            if let Some(job) = kernel.outside.get_mut(id) {
                (job.polling, job.woken) = (true, false);
            }
        });
        Self { run, id }
    }
}

impl Drop for Polling {
    fn drop(&mut self) {
        context::try_of(self.run, |kernel| {
            if let Some(job) = kernel.outside.get_mut(self.id) {
                job.polling = false;
            }
        });
    }
}

/// Why [`wait`] would not wait.
///
/// ```
/// use seedbed::{Sim, blocking, blocking::WaitError};
/// let report = Sim::new(0).run(async { blocking::wait(async {}) });
/// assert_eq!(report.unwrap(), Err(WaitError::OnLoop));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum WaitError {
    /// A task or callback asked, on the very loop that would have to run meanwhile.
    OnLoop,
    /// Plain code outside every loop and job asked.
    NoJob,
    /// The job asked from inside a future for which it waits already.
    Nested,
    /// A destructor asked while its job was being unwound, and the future was not ready.
    Unwinding,
}

impl std::fmt::Display for WaitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::OnLoop => {
                "blocking::wait was called on the event loop, which would wait for itself for ever: await the future, \
                 or wait in a job of an executor"
            }
            Self::NoJob => {
                "blocking::wait was called outside every job: run the future with `EventLoop::run_until_complete`"
            }
            Self::Nested => {
                "blocking::wait was called inside a future for which the same job waits already: await it there"
            }
            Self::Unwinding => "blocking::wait was called by a destructor while its job was being unwound",
        })
    }
}

impl std::error::Error for WaitError {}

/// Ends the worker process of the running job on the spot, as a crash or the system's memory killer would: the job never
/// returns, and its [`ProcessPool`](crate::ProcessPool) breaks.
///
/// # Panics
///
/// Anywhere but in a job of a process pool: a crash there takes the whole program with it, which no run can show.
///
/// ```
/// use seedbed::{ProcessError, ProcessPool, Sim, blocking};
/// let report = Sim::new(0).run(async {
///     let pool = ProcessPool::new(1).unwrap();
///     pool.submit(|()| blocking::crash_worker(), ()).unwrap().await.unwrap()
/// });
/// let lost: Result<(), ProcessError> = report.unwrap();
/// assert!(matches!(lost, Err(ProcessError::Broken(_))));
/// ```
#[doc(alias = "os._exit")]
#[doc(alias = "std::process::abort")]
#[track_caller]
pub fn crash_worker() -> ! {
    let runner = context::with("blocking::crash_worker", |kernel| {
        let id = kernel.outside.current?;
        kernel.outside.runner(id)
    });
    let Some(runner) = runner.filter(|runner| runner.crash()) else {
        panic!(
            "blocking::crash_worker was called outside the jobs of a ProcessPool: only a worker process can crash alone"
        )
    };
    loop {
        // It is unwound here; code that catches even that comes back, and is unwound again.
        runner.suspend();
    }
}
