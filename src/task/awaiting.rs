//! The leaf of every await: waits for one future object of the kernel's.

use std::task::{Context, Poll};

use super::error::TaskError;
use crate::context;
use crate::ident::TaskId;
use crate::kernel::{Address, Fault, Found, Kernel, Key, State, Waiting};

/// One await of one future object. Dropping it withdraws the wait.
#[derive(Debug)]
pub(crate) struct Awaiting {
    run: u32,
    key: Key,
    waiting: Waiting,
}

const _: () = assert!(size_of::<Awaiting>() == 24, "every handle of a task holds one");

impl Awaiting {
    pub(crate) fn new(address: Address) -> Self {
        Self { run: address.run, key: address.key, waiting: Waiting::Not }
    }

    /// An await that the running task has begun already.
    pub(crate) fn begun(run: u32, key: Key, by: TaskId) -> Self {
        Self { run, key, waiting: Waiting::Task(by) }
    }

    /// Where the future lives.
    pub(crate) fn address(&self) -> Address {
        Address { run: self.run, key: self.key }
    }

    /// Polls until the future has settled.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<State, TaskError>> {
        self.poll_then(cx, |_, _, state| Ok(state))
    }

    /// True if the future has a value and this await, which had not begun, is over with that.
    #[inline]
    pub(crate) fn is_plainly_finished(&self) -> bool {
        self.waiting == Waiting::Not
            && context::of(self.run, |kernel| {
                kernel.current.is_some() && kernel.find(self.key).is_some_and(|f| f.state() == State::Finished)
            })
    }

    /// Polls until the future has settled, and reads it while the kernel is borrowed.
    #[inline]
    pub(crate) fn poll_then<R>(
        &mut self,
        cx: &mut Context<'_>,
        read: impl FnOnce(&mut Kernel, Key, State) -> Result<R, TaskError>,
    ) -> Poll<Result<R, TaskError>> {
        if let Waiting::Never(fault) = self.waiting {
            return Poll::Ready(Err(told(fault)));
        }
        let Self { run, key, .. } = *self;
        let looked = context::of(run, |kernel| match self.look(kernel, cx) {
            Found::Settled(state) => Ok(read(kernel, key, state)),
            found => Err((found, kernel.current.is_some())),
        });
        match looked {
            Ok(result) => Poll::Ready(result),
            Err((Found::Pending, _)) => Poll::Pending,
            Err((Found::NoLoop, _)) => nothing_runs(),
            Err((Found::Never(fault), true)) => {
                self.withdraw();
                self.waiting = Waiting::Never(fault);
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Err((Found::Never(fault), false)) => Poll::Ready(Err(told(fault))),
            Err((Found::Settled(_), _)) => unreachable!("seedbed bug: a settled future was not read, please report"),
        }
    }

    /// The look itself, for code that has the kernel borrowed already.
    #[inline]
    pub(crate) fn look(&mut self, kernel: &mut Kernel, cx: &Context<'_>) -> Found {
        let own = kernel.current.is_some_and(|task| context::is_own(cx.waker(), self.run, task));
        if !own && kernel.strikes.is_on() && is_probe(kernel, cx) {
            return self.look_probing(kernel, cx);
        }
        if !own && kernel.running_loop.is_none() && kernel.outside.current.is_none() {
            return Found::NoLoop;
        }
        kernel.poll_future(self.key, &mut self.waiting, own, cx.waker())
    }

    /// The look of a task whose await points are kept: by a waker that is as good as its own.
    #[cold]
    fn look_probing(&mut self, kernel: &mut Kernel, cx: &Context<'_>) -> Found {
        let found = kernel.poll_future(self.key, &mut self.waiting, true, cx.waker());
        if found == Found::Pending {
            kernel.strikes.note_stack();
        }
        found
    }
}

fn is_probe(kernel: &Kernel, cx: &Context<'_>) -> bool {
    kernel.current.is_some_and(|task| context::is_probe(cx.waker(), kernel.run, task))
}

/// What an await that can never succeed ends with.
fn told(fault: Fault) -> TaskError {
    match fault {
        Fault::Itself => TaskError::AwaitsItself,
        Fault::OtherLoop => TaskError::OtherLoop,
    }
}

#[cold]
fn nothing_runs() -> ! {
    panic!(
        "a seedbed future was polled while no loop runs, and would wait for ever: \
         run it with `EventLoop::run_until_complete`"
    )
}

impl Clone for Awaiting {
    /// Another await of the same future, not begun.
    fn clone(&self) -> Self {
        Self::new(self.address())
    }
}

impl Awaiting {
    /// Stops waiting.
    #[inline]
    pub(crate) fn withdraw(&mut self) {
        if self.waiting != Waiting::Not {
            let Self { run, key, .. } = *self;
            let waiting = &mut self.waiting;
            context::try_of(run, |kernel| kernel.end_wait(key, waiting));
        }
    }
}

impl Drop for Awaiting {
    fn drop(&mut self) {
        self.withdraw();
    }
}

/// What a settled future holds besides its value; reading it consumes what only the first reader gets.
pub(crate) fn read_error(kernel: &mut Kernel, key: Key) -> Result<(), TaskError> {
    let future = kernel.future_mut(key);
    if future.state() == State::Finished {
        return Ok(());
    }
    if let Some(cancelled) = future.read_cancelled() {
        return Err(TaskError::Cancelled(cancelled));
    }
    if let Some(report) = future.extra.as_ref().and_then(|extra| extra.panic.clone()) {
        kernel.observe_panic(&report);
        return Err(TaskError::Panicked(report));
    }
    Ok(())
}
