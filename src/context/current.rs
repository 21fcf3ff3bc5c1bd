//! The one thread-local: the run of this thread, and the ways to its kernel.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::panics::Seen;
use crate::kernel::Kernel;

/// A run: its kernel behind the one borrow that everything takes turns at.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) run: u32,
    kernel: RefCell<Kernel>,
    /// How many callers on the stack will catch a panic of user code.
    catching: Cell<u32>,
    seen: RefCell<Option<Seen>>,
}

thread_local! {
    static CURRENT: RefCell<Option<Rc<World>>> = const { RefCell::new(None) };
}

impl World {
    pub(crate) fn new(kernel: Kernel) -> Rc<Self> {
        Rc::new(Self {
            run: kernel.run,
            kernel: RefCell::new(kernel),
            catching: Cell::new(0),
            seen: RefCell::new(None),
        })
    }

    /// Borrows the kernel for one operation. User code never runs inside; the wakers of other libraries that the
    /// operation left behind are called, and dropped, afterwards.
    pub(crate) fn with<R>(&self, operation: impl FnOnce(&mut Kernel) -> R) -> R {
        let (result, left) = {
            let mut kernel = self.kernel.borrow_mut();
            let result = operation(&mut kernel);
            let left = if kernel.deferred.is_empty() && kernel.discarded.is_empty() {
                None
            } else {
                Some((std::mem::take(&mut kernel.deferred), std::mem::take(&mut kernel.discarded)))
            };
            (result, left)
        };
        if let Some((deferred, discarded)) = left {
            deferred.into_iter().for_each(std::task::Waker::wake);
            drop(discarded);
        }
        result
    }

    /// From here until the guard is dropped, panics of user code are caught and need no report on the terminal.
    pub(crate) fn catching(&self) -> Catching<'_> {
        self.catching.set(self.catching.get() + 1);
        Catching(self)
    }

    /// Keeps what the panic hook saw; false if the panic comes from the kernel itself, which nobody catches.
    pub(crate) fn set_seen(&self, seen: Seen) -> bool {
        let user_code = self.kernel.try_borrow_mut().is_ok();
        if user_code {
            self.seen.replace(Some(seen));
        }
        user_code
    }

    pub(crate) fn take_seen(&self) -> Option<Seen> {
        self.seen.take()
    }

    /// Takes the kernel out once the run is over.
    pub(crate) fn into_kernel(self: Rc<Self>) -> Option<Kernel> {
        Rc::into_inner(self).map(|world| world.kernel.into_inner())
    }
}

/// While it lives, the panic hook is silent on this thread.
#[derive(Debug)]
pub(crate) struct Catching<'a>(&'a World);

impl Drop for Catching<'_> {
    fn drop(&mut self) {
        self.0.catching.set(self.0.catching.get() - 1);
    }
}

/// The current world, if some caller on the stack will catch a panic.
pub(crate) fn quiet_world() -> Option<Rc<World>> {
    CURRENT.try_with(|current| current.try_borrow().ok()?.clone()).ok()?.filter(|world| world.catching.get() > 0)
}

/// Makes a world the thread's current one for as long as the guard lives.
#[derive(Debug)]
pub(crate) struct Entered(());

impl Drop for Entered {
    fn drop(&mut self) {
        drop(CURRENT.with(RefCell::take));
    }
}

/// Enters a world, unless the thread is inside one already.
pub(crate) fn enter(world: &Rc<World>) -> Option<Entered> {
    CURRENT.with(|current| {
        let mut current = current.borrow_mut();
        if current.is_some() {
            return None;
        }
        *current = Some(Rc::clone(world));
        Some(Entered(()))
    })
}

/// The thread's current world.
pub(crate) fn world() -> Option<Rc<World>> {
    CURRENT.with(|current| current.borrow().clone())
}

/// True while this thread runs a simulation.
pub(crate) fn is_inside() -> bool {
    CURRENT.with(|current| current.borrow().is_some())
}

/// Borrows the kernel of the current run, if there is one.
pub(crate) fn try_with<R>(operation: impl FnOnce(&mut Kernel) -> R) -> Option<R> {
    CURRENT.with(|current| {
        let current = current.borrow();
        current.as_ref().map(|world| world.with(operation))
    })
}

/// Borrows the kernel of the current run.
///
/// # Panics
///
/// Outside a run: the message names the call and says what to do.
#[track_caller]
pub(crate) fn with<R>(what: &str, operation: impl FnOnce(&mut Kernel) -> R) -> R {
    match try_with(operation) {
        Some(result) => result,
        None => outside(what),
    }
}

#[cold]
#[track_caller]
fn outside(what: &str) -> ! {
    panic!(
        "{what} was called outside a seedbed run: call it from code that `Sim::run`, `Sim::drive` or \
         `#[seedbed::test]` runs, on the same thread"
    )
}

/// Borrows the kernel of the run with this number, if it is the current one.
pub(crate) fn of_run<R>(run: u32, operation: impl FnOnce(&mut Kernel) -> R) -> Option<R> {
    CURRENT.with(|current| {
        let current = current.borrow();
        current.as_ref().filter(|world| world.run == run).map(|world| world.with(operation))
    })
}

/// As [`of_run`], for wakers: says whether the run was the current one, and is quiet where the thread is going away.
pub(crate) fn wake(run: u32, operation: impl FnOnce(&mut Kernel)) -> bool {
    CURRENT
        .try_with(|current| {
            let current = current.borrow();
            current.as_ref().filter(|world| world.run == run).map(|world| world.with(operation)).is_some()
        })
        .unwrap_or(false)
}
