//! A loop's default executor: made on first use, shut down with the loop.

use std::rc::Rc;
use std::time::Duration;

use super::error::{ExecutorError, ZeroWorkers};
use super::workers::Workers;
use crate::context;
use crate::ident::LoopId;
use crate::kernel::{Closure, Kind, Purpose};
use crate::task::Waiter;
use crate::time::{Timeout, timeout};

/// The default executor of a loop.
pub(super) fn default_workers(loop_id: LoopId) -> Result<Rc<Workers>, ExecutorError> {
    let (closed, made, size) = context::with("run_in_executor", |kernel| {
        let size = kernel.default_workers;
        let event_loop = kernel.event_loop(loop_id);
        (event_loop.executor_closed, event_loop.default_executor.clone(), size)
    });
    if closed {
        return Err(ExecutorError::DefaultShutdown);
    }
    if let Some(workers) = made.and_then(|made| made.downcast().ok()) {
        return Ok(workers);
    }
    if size == 0 {
        return Err(ExecutorError::ZeroWorkers(ZeroWorkers));
    }
    let workers = Workers::new("run_in_executor", "default", size);
    let kept = Rc::clone(&workers);
    context::with("run_in_executor", |kernel| kernel.event_loop(loop_id).default_executor = Some(kept));
    Ok(workers)
}

/// Shuts down the default executor of the running loop (or the current one), and waits until its jobs have ended, or for
/// `limit` at most: then it gives up, and they run on. From the call on, the executor takes no jobs.
///
/// [`run`](crate::run) does so at its end.
///
/// # Panics
///
/// When polled outside a run.
///
/// ```
/// use seedbed::{ExecutorError, Sim, blocking, now, run_in_executor, shutdown_default_executor};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     run_in_executor(None, || blocking::sleep(Duration::from_secs(2))).unwrap();
///     shutdown_default_executor(None).await;
///     (now().to_string(), run_in_executor(None, || ()).err())
/// });
/// assert_eq!(report.unwrap(), ("2.000".to_owned(), Some(ExecutorError::DefaultShutdown)));
/// ```
#[doc(alias = "asyncio.loop.shutdown_default_executor")]
pub async fn shutdown_default_executor(limit: Option<Duration>) {
    let loop_id = context::with("shutdown_default_executor", |kernel| kernel.loop_for_calls());
    shut_down_default(loop_id, limit).await;
}

/// asyncio's `loop.shutdown_default_executor`.
pub(crate) async fn shut_down_default(loop_id: LoopId, limit: Option<Duration>) {
    let made = context::with("shutdown_default_executor", |kernel| {
        let event_loop = kernel.event_loop(loop_id);
        event_loop.executor_closed = true;
        event_loop.default_executor.clone()
    });
    let Some(workers) = made.and_then(|made| made.downcast::<Workers>().ok()) else { return };
    let waiter = Waiter::new("shutdown_default_executor", Kind::Other(Purpose::DefaultExecutor));
    let address = waiter.address();
    // What asyncio's thread does when it has joined the workers.
    workers.when_idle(Box::new(move |workers| {
        workers.close();
        let done: Closure = Box::new(move || {
            Waiter::set(address);
        });
        let refused = context::of(address.run, |kernel| kernel.call_soon(loop_id, done).err());
        drop(refused);
    }));
    let waiting = match limit {
        Some(limit) => timeout(limit, waiter),
        None => Timeout::never(waiter),
    };
    if waiting.await.is_err() {
        workers.close();
    }
}

/// Closing a loop shuts its default executor down without waiting.
pub(crate) fn close_default(loop_id: LoopId) {
    let made = context::with("close", |kernel| kernel.event_loop(loop_id).default_executor.take());
    if let Some(workers) = made.and_then(|made| made.downcast::<Workers>().ok()) {
        workers.close();
    }
}
