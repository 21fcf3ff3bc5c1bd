//! `wait_for`: a handle with a deadline.

use std::time::Duration;

use super::awaitable::Awaitable;
use super::wait::cancel_and_wait;
use crate::task::TaskError;
use crate::time::{Elapsed, timeout};

/// Waits for a task or promise; when `limit` passes first, cancels it and waits until it has ended.
///
/// If it finishes all the same, its value is returned. A limit of zero cancels at once, before a task's first step; no
/// limit waits for ever. For a future that is no handle, use [`timeout`].
///
/// # Errors
///
/// [`Elapsed`]. Within `Ok`, what awaiting the handle gives.
///
/// ```
/// use seedbed::{Sim, sleep, spawn, wait_for};
/// use std::time::Duration;
/// let report = Sim::new(0).run(async {
///     let task = spawn(sleep(Duration::from_secs(60)));
///     let watched = task.promise();
///     let result = wait_for(task, Duration::from_secs(1)).await;
///     (result.is_err(), watched.is_cancelled())
/// });
/// assert_eq!(report.unwrap(), (true, true));
/// ```
#[doc(alias = "asyncio.wait_for")]
pub async fn wait_for<A: Awaitable>(
    item: A,
    limit: impl Into<Option<Duration>>,
) -> Result<Result<A::Value, TaskError>, Elapsed> {
    match limit.into() {
        None => Ok(item.await),
        Some(limit) if limit.is_zero() => {
            let future = item.future();
            if !future.is_done() {
                cancel_and_wait(&future).await;
                let result = item.read();
                return if matches!(result, Err(TaskError::Cancelled(_))) { Err(Elapsed) } else { Ok(result) };
            }
            Ok(item.read())
        }
        Some(limit) => timeout(limit, item).await,
    }
}
