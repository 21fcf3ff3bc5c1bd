//! The executor: what hyper spawns becomes tasks of the loop.

use seedbed::task::Builder;

/// Spawns on the current loop, as a child of the task that runs, on its host. Futures need not be `Send`.
///
/// After the loop was closed, futures are dropped: hyper spawns in destructors, too.
#[derive(Clone, Copy, Debug, Default)]
pub struct Executor;

impl<F> hyper::rt::Executor<F> for Executor
where
    F: Future + 'static,
    F::Output: 'static,
{
    fn execute(&self, future: F) {
        // Without its handle a task runs on.
        drop(Builder::new().spawn(future));
    }
}
