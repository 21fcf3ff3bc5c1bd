//! Stacks for jobs: a coroutine on a pooled stack, and the way out of the one that runs.
//!
//! A job may block at any depth of calls, in code that knows nothing of seedbed, so `blocking::sleep` has no argument
//! through which it could be handed the way out of its coroutine. It finds it here: [`Stacks`] holds a pointer to the
//! coroutine's own `Yielder` for exactly as long as control is on that coroutine's stack.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;
use std::rc::Rc;

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};

use crate::kernel::Kernel;

/// What the standard library gives a thread. Only what is touched takes memory.
const STACK_BYTES: usize = 2 * 1024 * 1024;

/// Unused stacks beyond so many are given back.
const IDLE_MAX: usize = 64;

/// More stacks than this a run does not have at one time. Each takes two entries in the system's table of mappings, and
/// when that is full (65,530 on Linux) the allocator fails, which aborts the process.
const STACKS_MAX: usize = 16_384;

/// So often is code unwound that catches it and blocks again.
pub(super) const UNWIND_ROUNDS: u32 = 100;

/// The stacks of a run, and of the next one on the same thread: those that wait for the next job, and which coroutine runs.
#[derive(Default)]
pub(super) struct Stacks {
    idle: RefCell<Vec<DefaultStack>>,
    /// Stacks that are in use.
    taken: Cell<usize>,
    /// Invariant: `Some` only while control is on the stack of the coroutine whose `Yielder` this is; set and cleared
    /// by code on that stack.
    running: Cell<Option<NonNull<Yielder<(), ()>>>>,
    /// The running coroutine is being unwound: it may not block any more.
    unwinding: Cell<bool>,
}

/// What unwinds a coroutine that will never go on.
struct Unwound;

impl Stacks {
    /// The stacks of a run, if a coroutine on one of them runs and is being unwound.
    pub(super) fn unwinding(kernel: &Kernel) -> Option<Rc<Self>> {
        let stacks = kernel.outside.stacks.as_ref()?;
        if !stacks.downcast_ref::<Self>()?.is_unwinding() {
            return None;
        }
        Rc::clone(stacks).downcast().ok()
    }

    /// Code on a stack of its own, not begun.
    pub(super) fn fiber(self: &Rc<Self>, code: impl FnOnce() + 'static) -> std::io::Result<Fiber> {
        if self.taken.get() >= STACKS_MAX {
            let message = format!("{STACKS_MAX} jobs of this run are under way already");
            return Err(std::io::Error::new(std::io::ErrorKind::QuotaExceeded, message));
        }
        let idle = self.idle.borrow_mut().pop();
        let stack = idle.map_or_else(|| DefaultStack::new(STACK_BYTES), Ok)?;
        let stacks = Rc::clone(self);
        let coroutine = Coroutine::with_stack(stack, move |yielder: &Yielder<(), ()>, ()| {
            stacks.running.set(Some(NonNull::from(yielder)));
            let _end = End(&stacks);
            code();
        });
        self.taken.set(self.taken.get() + 1);
        Ok(Fiber { coroutine: Some(coroutine), stacks: Rc::clone(self) })
    }

    /// True for code on the stack of a coroutine that is being unwound.
    #[inline]
    pub(super) fn is_unwinding(&self) -> bool {
        self.unwinding.get() && self.running.get().is_some()
    }

    /// Leaves the running coroutine until it is resumed. When it is unwound instead, the call does not return.
    ///
    /// # Panics
    ///
    /// If no coroutine runs.
    pub(super) fn suspend(&self) {
        let yielder = self.running.take();
        let yielder = yielder.expect("seedbed bug: suspended outside a coroutine, please report");
        // Whether it is resumed or unwound, control comes back to this stack.
        let back = Back { stacks: self, yielder };
        // SAFETY: the pointer was made from the reference that the coroutine's body was given, which lives on the
        // coroutine's stack as long as the body runs. `running` held it, so by its invariant control is on that very
        // stack, inside the body: the reference is alive, and this is the coroutine that it may suspend.
        let yielder = unsafe { yielder.as_ref() };
        yielder.suspend(());
        drop(back);
        if self.unwinding.get() {
            resume_unwind(Box::new(Unwound));
        }
    }
}

/// The end of a coroutine's body, whichever way it is left.
struct End<'a>(&'a Stacks);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.running.set(None);
    }
}

/// The return to a coroutine that was suspended.
struct Back<'a> {
    stacks: &'a Stacks,
    yielder: NonNull<Yielder<(), ()>>,
}

impl Drop for Back<'_> {
    fn drop(&mut self) {
        self.stacks.running.set(Some(self.yielder));
    }
}

/// A coroutine on its stack. Dropping one that has not ended unwinds it.
pub(super) struct Fiber {
    /// Taken out only where the fiber itself ends.
    coroutine: Option<Coroutine<(), (), (), DefaultStack>>,
    stacks: Rc<Stacks>,
}

impl Fiber {
    /// Runs the code until it suspends itself or ends; says whether it ended. A panic of the code is one of this call,
    /// and its end.
    ///
    /// # Panics
    ///
    /// On the stack of another coroutine of the run.
    pub(super) fn resume(&mut self) -> bool {
        assert!(self.stacks.running.get().is_none(), "seedbed bug: a job was resumed inside a job, please report");
        let coroutine = self.coroutine.as_mut().expect("seedbed bug: a coroutine is gone, please report");
        match coroutine.resume(()) {
            CoroutineResult::Yield(()) => false,
            CoroutineResult::Return(()) => true,
        }
    }

    /// Unwinds suspended code where it stands, which drops its locals. False if it catches that and blocks again, over
    /// and over: then it is left as it is, for ever.
    ///
    /// # Panics
    ///
    /// If the code caught the unwinding and panicked itself. (A destructor that panics while unwinding aborts the
    /// process, as Rust has it.)
    pub(super) fn unwind(mut self) -> bool {
        for _ in 0..UNWIND_ROUNDS {
            self.stacks.unwinding.set(true);
            let resumed = catch_unwind(AssertUnwindSafe(|| self.resume()));
            self.stacks.unwinding.set(false);
            match resumed {
                Ok(true) => return true,
                Ok(false) => {}
                Err(payload) if payload.is::<Unwound>() => return true,
                Err(payload) => resume_unwind(payload),
            }
        }
        // Its locals stay alive with its stack: nothing else holds them.
        let _left = ManuallyDrop::new(self.coroutine.take());
        false
    }
}

impl Drop for Fiber {
    fn drop(&mut self) {
        let Some(coroutine) = self.coroutine.take() else { return };
        self.stacks.taken.set(self.stacks.taken.get() - 1);
        if !coroutine.done() {
            return drop(coroutine);
        }
        let mut idle = self.stacks.idle.borrow_mut();
        if idle.len() < IDLE_MAX {
            idle.push(coroutine.into_stack());
        }
    }
}
