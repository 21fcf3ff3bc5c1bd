//! The event loop as an object: run it, stop it, close it, schedule callbacks.

use std::future::Future;
use std::time::Duration;

use super::error::LoopError;
use super::handle::Handle;
use crate::combine::{Awaitable, Incident, set_incident_handler};
use crate::context;
use crate::executor;
use crate::ident::LoopId;
use crate::instant::Instant;
use crate::kernel::{Call, Callback, Closure, Target};
use crate::task::{Builder, FutureRef, Promise, Task};

/// An event loop. Handles are cheap to clone and all mean the same loop.
///
/// Loops of one run share its clock; one at a time is running. Most programs need none of this:
/// [`Sim::run`](crate::Sim::run) makes a loop, runs it and closes it.
///
/// ```
/// use seedbed::{EventLoop, Sim, sleep};
/// use std::time::Duration;
///
/// let report = Sim::new(0).drive(|| {
///     let event_loop = EventLoop::new();
///     let stopper = event_loop.clone();
///     event_loop.call_later(Duration::from_secs(2), move || stopper.stop()).unwrap();
///     event_loop.run_forever().unwrap();
///     event_loop.close().unwrap();
///     event_loop.time().to_string()
/// });
/// assert_eq!(report.unwrap(), "2.000");
/// ```
#[doc(alias = "asyncio.EventLoop")]
#[doc(alias = "Runtime")]
#[doc(alias = "LocalSet")]
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventLoop {
    run: u32,
    id: LoopId,
}

impl EventLoop {
    /// A new loop, which becomes the current one.
    ///
    /// # Panics
    ///
    /// Outside a run.
    #[doc(alias = "asyncio.new_event_loop")]
    #[must_use]
    #[track_caller]
    #[allow(
        clippy::new_without_default,
        reason = "a loop belongs to a run and makes itself current: nothing to default"
    )]
    pub fn new() -> Self {
        context::with("EventLoop::new", |kernel| Self { run: kernel.run, id: kernel.new_loop() })
    }

    /// The running loop; if none runs, the current one, which is made when there is none.
    ///
    /// # Panics
    ///
    /// Outside a run.
    #[doc(alias = "asyncio.get_event_loop")]
    #[doc(alias = "asyncio.get_running_loop")]
    #[must_use]
    #[track_caller]
    pub fn current() -> Self {
        context::with("EventLoop::current", |kernel| Self { run: kernel.run, id: kernel.loop_for_calls() })
    }

    pub(super) fn id(&self) -> LoopId {
        self.id
    }

    /// Whether the loop could run now.
    ///
    /// # Errors
    ///
    /// [`LoopError`]: it is closed, it is running, another loop is running, or the run is over.
    pub fn check_runnable(&self) -> Result<(), LoopError> {
        context::of(self.run, |kernel| kernel.check_runnable(self.id)).map_err(LoopError::from)
    }

    /// Runs a future to its end, as a task of its own, and returns its output.
    ///
    /// # Errors
    ///
    /// [`LoopError`]: the loop could not run, was stopped early, or the task was cancelled or panicked.
    #[doc(alias = "asyncio.loop.run_until_complete")]
    #[doc(alias = "block_on")]
    #[track_caller]
    pub fn run_until_complete<F>(&self, future: F) -> Result<F::Output, LoopError>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.check_runnable()?;
        self.run_until_done(self.spawn(future)?)
    }

    /// Runs until a task or promise that exists already is done, and reads it.
    ///
    /// # Errors
    ///
    /// As [`run_until_complete`](Self::run_until_complete).
    #[doc(alias = "asyncio.loop.run_until_complete")]
    pub fn run_until_done<A: Awaitable>(&self, awaitable: A) -> Result<A::Value, LoopError> {
        self.check_runnable()?;
        self.run_until(&awaitable.future())?;
        Ok(awaitable.read()?)
    }

    /// Runs until a future is done, without reading it.
    pub(super) fn run_until(&self, future: &FutureRef) -> Result<(), LoopError> {
        let address = future.address();
        let callback = context::of(self.run, |kernel| {
            let callback = kernel.closures.insert(Call::Stop(self.id));
            kernel.add_done_callback(address.key, Callback::Call(callback));
            callback
        });
        let result = self.run_forever();
        let closure = context::of(self.run, |kernel| {
            // Once scheduled it stays: where something else stopped the loop in the same pass, it stops the next run, as in
            // asyncio.
            if kernel.remove_done_callback(address.key, callback) { kernel.closures.remove(callback) } else { None }
        });
        drop(closure);
        result?;
        if future.is_done() { Ok(()) } else { Err(LoopError::StoppedEarly) }
    }

    /// Runs until [`stop`](Self::stop) is called; the loop may run again afterwards.
    ///
    /// # Errors
    ///
    /// [`LoopError`]: the loop could not run, or the run is over.
    #[doc(alias = "asyncio.loop.run_forever")]
    pub fn run_forever(&self) -> Result<(), LoopError> {
        context::of(self.run, |_| ());
        context::with_world("run_forever", |world| context::run_loop(world, self.id)).map_err(LoopError::from)
    }

    /// Stops the loop at the end of its present pass; a loop that does not run makes one pass when it next does.
    #[doc(alias = "asyncio.loop.stop")]
    pub fn stop(&self) {
        context::of(self.run, |kernel| kernel.event_loop(self.id).stopping = true);
    }

    /// Closes the loop for good: what is scheduled is forgotten, its default executor is shut down without waiting.
    /// Closing twice does nothing.
    ///
    /// # Errors
    ///
    /// [`LoopError::CloseRunning`].
    #[doc(alias = "asyncio.loop.close")]
    pub fn close(&self) -> Result<(), LoopError> {
        let callbacks = context::of(self.run, |kernel| {
            let event_loop = kernel.event_loop(self.id);
            match (event_loop.running, event_loop.closed) {
                (true, _) => Err(LoopError::CloseRunning),
                (false, true) => Ok(None),
                (false, false) => Ok(Some(kernel.close_loop(self.id))),
            }
        });
        let Some(callbacks) = callbacks? else { return Ok(()) };
        drop(callbacks);
        executor::close_default(self.id);
        Ok(())
    }

    /// True while it runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        context::of(self.run, |kernel| kernel.event_loop(self.id).running)
    }

    /// True once it was closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        context::of(self.run, |kernel| kernel.event_loop(self.id).closed)
    }

    /// The virtual time, the same for all loops of a run.
    #[must_use]
    pub fn time(&self) -> Instant {
        context::of(self.run, |kernel| Instant::from_nanos(kernel.now))
    }

    /// Schedules a callback for the next pass of the loop.
    ///
    /// # Errors
    ///
    /// [`LoopError::Closed`].
    #[doc(alias = "asyncio.loop.call_soon")]
    #[doc(alias = "asyncio.loop.call_soon_threadsafe")]
    pub fn call_soon(&self, callback: impl FnOnce() + 'static) -> Result<Handle, LoopError> {
        let closure: Closure = Box::new(callback);
        let made = context::of(self.run, |kernel| kernel.call_soon(self.id, closure));
        // A refused callback is dropped here, outside the borrow.
        made.map(|key| Handle::new(self.run, self.id, key, None)).map_err(|_| LoopError::Closed)
    }

    /// Schedules a callback after a delay; a delay of zero is a timer all the same.
    ///
    /// # Errors
    ///
    /// [`LoopError::Closed`].
    #[doc(alias = "asyncio.loop.call_later")]
    pub fn call_later(&self, delay: Duration, callback: impl FnOnce() + 'static) -> Result<Handle, LoopError> {
        let when = context::of(self.run, |kernel| kernel.deadline_after(delay.as_nanos()));
        self.call_at(Instant::from_nanos(when), callback)
    }

    /// Schedules a callback for an instant; one that has passed is due at once. Timers of one instant come due in the
    /// order in which they were made.
    ///
    /// # Errors
    ///
    /// [`LoopError::Closed`].
    #[doc(alias = "asyncio.loop.call_at")]
    pub fn call_at(&self, when: Instant, callback: impl FnOnce() + 'static) -> Result<Handle, LoopError> {
        let closure: Closure = Box::new(callback);
        let mut closure = Some(closure);
        let key = context::of(self.run, |kernel| {
            if kernel.event_loop(self.id).closed {
                return None;
            }
            let key = kernel.closures.insert(closure.take()?.into());
            kernel.add_timer(self.id, when.as_nanos(), Target::Call(key));
            Some(key)
        });
        key.map(|key| Handle::new(self.run, self.id, key, Some(when))).ok_or(LoopError::Closed)
    }

    /// A pending promise of this loop.
    #[doc(alias = "asyncio.loop.create_future")]
    #[must_use]
    pub fn create_promise<T: 'static>(&self) -> Promise<T> {
        context::of(self.run, |_| ());
        Promise::on(self.id)
    }

    /// Spawns a task on this loop, running or not.
    ///
    /// # Errors
    ///
    /// [`LoopError::Closed`].
    #[doc(alias = "asyncio.loop.create_task")]
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> Result<Task<F::Output>, LoopError>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        Ok(self.task_builder().spawn(future)?)
    }

    /// A builder of tasks on this loop.
    #[must_use]
    pub fn task_builder(&self) -> Builder<'static> {
        context::of(self.run, |_| ());
        Builder::new().on(self.id)
    }

    /// Calls `handler` for what goes wrong where nobody awaits it; see [`Incident`].
    #[doc(alias = "asyncio.loop.set_exception_handler")]
    pub fn set_incident_handler(&self, handler: impl Fn(&Incident) + 'static) {
        set_incident_handler(self.run, self.id, handler);
    }
}
