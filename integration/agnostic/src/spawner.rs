//! The spawner: tasks of the loop, jobs of its default executor, and their handles.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use agnostic_lite::{AsyncBlockingSpawner, AsyncLocalSpawner, AsyncSpawner, Yielder};
use seedbed::Promise;
use seedbed::task::FutureRef;
use send_wrapper::SendWrapper;

use crate::error::JoinError;

/// Spawns tasks, jobs and [delayed tasks](crate::After).
#[derive(Clone, Copy, Debug, Default)]
pub struct SimSpawner;

/// The handle of a task: awaiting it gives its output. The task runs on without it.
#[derive(Debug)]
pub struct JoinHandle<T>(SendWrapper<Handle<T>>);

/// The handle of a job. The job runs on without it.
#[derive(Debug)]
pub struct JobHandle<T>(SendWrapper<Handle<T>>);

/// What both are: something that can be cancelled, and is awaited behind a shield. In asyncio who is cancelled cancels what it awaits;
/// here an aborted task lets go of a handle, and no more.
#[derive(Debug)]
struct Handle<T> {
    whole: FutureRef,
    awaited: Awaited<T>,
}

#[derive(Debug)]
enum Awaited<T> {
    NotYet(Promise<T>),
    Behind(Promise<T>),
}

impl<T: 'static> Handle<T> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, JoinError>> {
        if let Awaited::NotYet(promise) = &self.awaited {
            self.awaited = Awaited::Behind(seedbed::shield(promise.clone()));
        }
        match &mut self.awaited {
            Awaited::NotYet(promise) | Awaited::Behind(promise) => Pin::new(promise).poll(cx).map_err(JoinError),
        }
    }
}

impl<T: 'static> From<Promise<T>> for Handle<T> {
    fn from(promise: Promise<T>) -> Self {
        Self { whole: FutureRef::clone(&promise), awaited: Awaited::NotYet(promise) }
    }
}

impl<T: 'static> JoinHandle<T> {
    #[track_caller]
    pub(crate) fn of(future: impl Future<Output = T> + 'static) -> Self {
        Self(SendWrapper::new(seedbed::spawn(future).promise().into()))
    }
}

impl<T: 'static> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx)
    }
}

impl<T: 'static> Future for JobHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx)
    }
}

impl<T: 'static> agnostic_lite::JoinHandle<T> for JoinHandle<T> {
    type JoinError = JoinError;

    fn abort(self) {
        self.0.whole.cancel();
    }
}

impl<T: 'static> agnostic_lite::LocalJoinHandle<T> for JoinHandle<T> {
    type JoinError = JoinError;
}

impl<T: 'static> agnostic_lite::JoinHandle<T> for JobHandle<T> {
    type JoinError = JoinError;

    /// A job that waits for a worker never begins; one that runs cannot be stopped.
    fn abort(self) {
        self.0.whole.cancel();
    }
}

impl Yielder for SimSpawner {
    fn yield_now() -> impl Future<Output = ()> + Send {
        SendWrapper::new(seedbed::yield_now())
    }

    fn yield_now_local() -> impl Future<Output = ()> {
        seedbed::yield_now()
    }
}

impl AsyncSpawner for SimSpawner {
    type JoinHandle<O>
        = JoinHandle<O>
    where
        O: Send + 'static;

    #[track_caller]
    fn spawn<F>(future: F) -> JoinHandle<F::Output>
    where
        F::Output: Send + 'static,
        F: Future + Send + 'static,
    {
        JoinHandle::of(future)
    }

    /// As [`spawn`](AsyncSpawner::spawn); once the loop is closed, the future is dropped: crates spawn in destructors, too.
    #[track_caller]
    fn spawn_detach<F>(future: F)
    where
        F::Output: Send + 'static,
        F: Future + Send + 'static,
    {
        drop(seedbed::task::Builder::new().spawn(future));
    }
}

impl AsyncLocalSpawner for SimSpawner {
    type JoinHandle<O>
        = JoinHandle<O>
    where
        O: 'static;

    #[track_caller]
    fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
    where
        F::Output: 'static,
        F: Future + 'static,
    {
        JoinHandle::of(future)
    }
}

impl AsyncBlockingSpawner for SimSpawner {
    type JoinHandle<R>
        = JobHandle<R>
    where
        R: Send + 'static;

    /// # Panics
    ///
    /// When the loop's default executor has been shut down.
    #[track_caller]
    fn spawn_blocking<F, R>(f: F) -> JobHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        match seedbed::run_in_executor(None, f) {
            Ok(job) => JobHandle(SendWrapper::new(job.into())),
            Err(error) => panic!("spawn_blocking: {error}"),
        }
    }
}
