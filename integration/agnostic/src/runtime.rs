//! `SeedbedRuntime`: agnostic-lite's `RuntimeLite` on the current run.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use agnostic_lite::time::{AsyncLocalDelayExt, AsyncLocalIntervalExt, AsyncLocalSleepExt, AsyncLocalTimeout, Delay};
use agnostic_lite::{AsyncSpawner, RuntimeLite, Yielder};
use seedbed::blocking;

use crate::instant::SimInstant;
use crate::interval::Interval;
use crate::sleep::Sleep;
use crate::spawner::SimSpawner;
use crate::timeout::Timeout;

/// The runtime to be given to whatever takes a `RuntimeLite`. See the [crate](crate) for what is mapped to what.
#[derive(Clone, Copy, Debug, Default)]
pub struct SeedbedRuntime;

impl fmt::Display for SeedbedRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::name())
    }
}

impl RuntimeLite for SeedbedRuntime {
    type Spawner = SimSpawner;
    type LocalSpawner = SimSpawner;
    type BlockingSpawner = SimSpawner;
    type Instant = SimInstant;
    type AfterSpawner = SimSpawner;
    type Interval = Interval;
    type LocalInterval = Interval;
    type Sleep = Sleep;
    type LocalSleep = Sleep;
    type Delay<F>
        = Delay<F, Sleep>
    where
        F: Future + Send;
    type LocalDelay<F>
        = Delay<F, Sleep>
    where
        F: Future;
    type Timeout<F>
        = Timeout<F>
    where
        F: Future + Send;
    type LocalTimeout<F>
        = Timeout<F>
    where
        F: Future;

    fn new() -> Self {
        Self
    }

    fn name() -> &'static str {
        "seedbed"
    }

    fn fqname() -> &'static str {
        "seedbed"
    }

    /// As in the trait; here, so that a task is known by the line that spawned it.
    #[track_caller]
    fn spawn<F>(future: F) -> <Self::Spawner as AsyncSpawner>::JoinHandle<F::Output>
    where
        F::Output: Send + 'static,
        F: Future + Send + 'static,
    {
        SimSpawner::spawn(future)
    }

    #[track_caller]
    fn spawn_detach<F>(future: F)
    where
        F::Output: Send + 'static,
        F: Future + Send + 'static,
    {
        SimSpawner::spawn_detach(future);
    }

    /// # Panics
    ///
    /// Anywhere but in a job of `spawn_blocking` or of another simulated thread pool.
    #[track_caller]
    fn block_on<F: Future>(f: F) -> F::Output {
        match blocking::wait(f) {
            Ok(output) => output,
            Err(error) => panic!("block_on: {error}"),
        }
    }

    fn yield_now() -> impl Future<Output = ()> + Send {
        SimSpawner::yield_now()
    }

    fn interval(period: Duration) -> Interval {
        Interval::interval_local(period)
    }

    fn interval_at(start: SimInstant, period: Duration) -> Interval {
        Interval::interval_local_at(start, period)
    }

    fn interval_local(period: Duration) -> Interval {
        Interval::interval_local(period)
    }

    fn interval_local_at(start: SimInstant, period: Duration) -> Interval {
        Interval::interval_local_at(start, period)
    }

    fn sleep(duration: Duration) -> Sleep {
        Sleep::sleep_local(duration)
    }

    fn sleep_until(instant: SimInstant) -> Sleep {
        Sleep::sleep_local_until(instant)
    }

    fn sleep_local(duration: Duration) -> Sleep {
        Sleep::sleep_local(duration)
    }

    fn sleep_local_until(instant: SimInstant) -> Sleep {
        Sleep::sleep_local_until(instant)
    }

    fn delay<F: Future + Send>(duration: Duration, future: F) -> Delay<F, Sleep> {
        AsyncLocalDelayExt::delay(duration, future)
    }

    fn delay_local<F: Future>(duration: Duration, future: F) -> Delay<F, Sleep> {
        AsyncLocalDelayExt::delay(duration, future)
    }

    fn delay_at<F: Future + Send>(deadline: SimInstant, future: F) -> Delay<F, Sleep> {
        AsyncLocalDelayExt::delay_at(deadline, future)
    }

    fn delay_local_at<F: Future>(deadline: SimInstant, future: F) -> Delay<F, Sleep> {
        AsyncLocalDelayExt::delay_at(deadline, future)
    }

    fn timeout<F: Future + Send>(duration: Duration, future: F) -> Timeout<F> {
        Timeout::timeout_local(duration, future)
    }

    fn timeout_at<F: Future + Send>(deadline: SimInstant, future: F) -> Timeout<F> {
        Timeout::timeout_local_at(deadline, future)
    }

    fn timeout_local<F: Future>(duration: Duration, future: F) -> Timeout<F> {
        Timeout::timeout_local(duration, future)
    }

    fn timeout_local_at<F: Future>(deadline: SimInstant, future: F) -> Timeout<F> {
        Timeout::timeout_local_at(deadline, future)
    }
}
