//! `SeedbedRuntime`: openraft's `AsyncRuntime` on the current run.

use std::future::Future;
use std::io;
use std::time::Duration;

use openraft_rt::{AsyncRuntime, OptionalSend};
use rand_chacha::ChaCha8Rng;
use seedbed::time::{Elapsed, Sleep, Timeout};
use seedbed::{Task, TaskError};
use send_wrapper::SendWrapper;

use crate::instant::SimInstant;
use crate::mpsc::Channel;
use crate::mutex::Mutex;
use crate::oneshot::Once;
use crate::watch::Watch;

/// The runtime to be named in `openraft::declare_raft_types!`: `AsyncRuntime = SeedbedRuntime`.
///
/// Its functions work inside a run, as those of seedbed do; a cluster is made inside `Sim::run` or a `#[seedbed::test]`. A task whose handle is
/// dropped goes on; one that panics, with nobody who awaits it, fails the run. Random numbers come from the seed of the run, a stream
/// for each task. Blocking work runs on the default executor, on the same virtual clock.
#[derive(Debug, Default)]
pub struct SeedbedRuntime;

impl AsyncRuntime for SeedbedRuntime {
    type JoinError = TaskError;
    type JoinHandle<T: OptionalSend + 'static> = Task<T>;
    type Sleep = Sleep;
    type Instant = SimInstant;
    type TimeoutError = Elapsed;
    type Timeout<R, T: Future<Output = R> + OptionalSend> = Timeout<T>;
    type ThreadLocalRng = ChaCha8Rng;
    type Mpsc = Channel;
    type Watch = Watch;
    type Oneshot = Once;
    type Mutex<T: OptionalSend + 'static> = Mutex<T>;

    #[track_caller]
    fn spawn<T>(future: T) -> Task<T::Output>
    where
        T: Future + OptionalSend + 'static,
        T::Output: OptionalSend + 'static,
    {
        seedbed::spawn(future)
    }

    #[track_caller]
    fn sleep(duration: Duration) -> Sleep {
        seedbed::sleep(duration)
    }

    #[track_caller]
    fn sleep_until(deadline: SimInstant) -> Sleep {
        seedbed::sleep_until(deadline.to_virtual())
    }

    #[track_caller]
    fn timeout<R, F: Future<Output = R> + OptionalSend>(duration: Duration, future: F) -> Timeout<F> {
        seedbed::timeout(duration, future)
    }

    #[track_caller]
    fn timeout_at<R, F: Future<Output = R> + OptionalSend>(deadline: SimInstant, future: F) -> Timeout<F> {
        seedbed::timeout_at(deadline.to_virtual(), future)
    }

    fn is_panic(error: &TaskError) -> bool {
        error.is_panic()
    }

    #[track_caller]
    fn thread_rng() -> ChaCha8Rng {
        seedbed::rng()
    }

    fn new(_threads: usize) -> Self {
        Self
    }

    /// Makes a run of its own: see [`with_sims`](crate::with_sims).
    ///
    /// # Panics
    ///
    /// Inside a run, and with the failure of the run where it fails.
    #[track_caller]
    fn block_on<F, T>(&mut self, future: F) -> T
    where
        F: Future<Output = T>,
    {
        crate::block_on::block_on(future)
    }

    fn spawn_blocking<F, T>(job: F) -> impl Future<Output = Result<T, io::Error>> + Send
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        // openraft wants it `Send` even where nothing else is. It never leaves the thread of its run: the wrapper would panic.
        SendWrapper::new(async move { seedbed::to_thread(job).await.map_err(io::Error::other) })
    }
}
