//! The one thread-local: the run of this thread, and the ways to its kernel.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use super::seen::Seen;
use crate::kernel::{Config, Errand, Kernel};

/// A run: its kernel behind the one borrow that everything takes turns at.
#[derive(Debug)]
pub(crate) struct World {
    run: Cell<u32>,
    kernel: RefCell<Kernel>,
    /// How many callers on the stack will catch a panic of user code.
    catching: Cell<u32>,
    seen: RefCell<Option<Seen>>,
    me: Weak<World>,
}

thread_local! {
    /// Null, or the world that an [`Entered`] guard on this thread's stack owns. A bare pointer without a destructor
    /// costs a load where an `Rc` in a `RefCell` cost some twenty instructions at every wake, spawn and await.
    static CURRENT: Cell<*const World> = const { Cell::new(std::ptr::null()) };
    /// The memory of the last run on this thread, with nothing of the run's in it.
    static SPARE: Cell<Option<Rc<World>>> = const { Cell::new(None) };
}

/// Looks at the current world for the duration of one call.
#[inline]
fn current<R>(look: impl FnOnce(Option<&World>) -> R) -> R {
    let world = CURRENT.with(Cell::get);
    // SAFETY: the pointer is null or was made from the `Rc` that `Entered` holds. That guard stands on this thread's stack
    // below every frame that can get here (`Sim::execute` makes it and drops it after all user code has returned, been
    // unwound or abandoned), and sets the pointer back to null before it lets go. Only shared references are made.
    look(unsafe { world.as_ref() })
}

impl World {
    /// A world for a new run, in the memory of the last one on this thread if there is one.
    pub(crate) fn new(run: u32, config: Config) -> Rc<Self> {
        let spare = SPARE.try_with(Cell::take).ok().flatten();
        let world = spare.unwrap_or_else(Self::first);
        world.run.set(run);
        world.kernel.borrow_mut().renew(run, config);
        world
    }

    #[cold]
    fn first() -> Rc<Self> {
        Rc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            run: Cell::new(0),
            kernel: RefCell::new(Kernel::unused()),
            catching: Cell::new(0),
            seen: RefCell::new(None),
        })
    }

    /// Borrows the kernel for one operation. User code never runs inside; the wakers of other libraries that the
    /// operation left behind are called, and dropped, afterwards.
    #[inline]
    pub(crate) fn with<R>(&self, operation: impl FnOnce(&mut Kernel) -> R) -> R {
        let mut kernel = self.kernel.borrow_mut();
        let result = operation(&mut kernel);
        if !kernel.errands.is_empty() {
            let errands = std::mem::take(&mut kernel.errands);
            drop(kernel);
            run_errands(errands);
        }
        result
    }

    /// As `with`, for an operation after which the errands can wait until [`do_errands`](Self::do_errands).
    #[inline]
    pub(super) fn with_plainly<R>(&self, operation: impl FnOnce(&mut Kernel) -> R) -> R {
        operation(&mut self.kernel.borrow_mut())
    }

    /// Calls the wakers of other libraries that an operation left behind.
    pub(super) fn do_errands(&self) {
        self.with(|_| ());
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

    /// The number of the run.
    pub(crate) fn run(&self) -> u32 {
        self.run.get()
    }

    /// Reads the kernel once the run is over, and keeps the memory for the next run on this thread.
    pub(crate) fn finish<R>(self: Rc<Self>, read: impl FnOnce(&mut Kernel) -> R) -> R {
        assert_eq!(Rc::strong_count(&self), 1, "seedbed bug: a run was still in use at its end, please report");
        let mut kernel = self.kernel.borrow_mut();
        let result = read(&mut kernel);
        let retired = kernel.retire();
        drop(kernel);
        drop(retired);
        // Gone already where a run ends in a destructor of the thread's own: then the memory is simply freed.
        let _gone = SPARE.try_with(|spare| spare.set(Some(self)));
        result
    }
}

/// Calls the wakers of other libraries, then drops those that are no longer needed: both may run user code.
#[cold]
fn run_errands(errands: Vec<Errand>) {
    let unneeded = errands.into_iter().filter_map(|errand| match errand {
        Errand::Wake(waker) => {
            waker.wake();
            None
        }
        Errand::Drop(waker) => Some(waker),
    });
    drop(unneeded.collect::<Vec<_>>());
}

/// While it lives, the panic hook is silent on this thread.
#[derive(Debug)]
pub(crate) struct Catching<'a>(&'a World);

impl Drop for Catching<'_> {
    fn drop(&mut self) {
        self.0.catching.set(self.0.catching.get() - 1);
    }
}

/// Hands what the panic hook saw to the current world, if some caller on the stack will catch the panic.
pub(super) fn hand_to_catcher(seen: Seen) -> bool {
    current(|world| world.filter(|world| world.catching.get() > 0).is_some_and(|world| world.set_seen(seen)))
}

/// Makes a world the thread's current one for as long as the guard lives.
#[derive(Debug)]
pub(crate) struct Entered {
    _world: Rc<World>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.with(|current| current.set(std::ptr::null()));
    }
}

/// Enters a world, unless the thread is inside one already.
pub(crate) fn enter(world: &Rc<World>) -> Option<Entered> {
    if is_inside() {
        return None;
    }
    CURRENT.with(|current| current.set(Rc::as_ptr(world)));
    Some(Entered { _world: Rc::clone(world) })
}

/// The thread's current world.
pub(crate) fn world() -> Option<Rc<World>> {
    current(|world| world.and_then(|world| world.me.upgrade()))
}

/// Runs something that needs the world itself, not only its kernel.
///
/// # Panics
///
/// Outside a run.
#[track_caller]
pub(crate) fn with_world<R>(what: &str, operation: impl FnOnce(&World) -> R) -> R {
    match current(|world| world.map(operation)) {
        Some(result) => result,
        None => outside(what),
    }
}

/// True while this thread runs a simulation.
pub(crate) fn is_inside() -> bool {
    current(|world| world.is_some())
}

/// True while this thread runs the simulation with this number.
#[inline]
pub(crate) fn is_inside_of(run: u32) -> bool {
    current(|world| world.is_some_and(|world| world.run() == run))
}

/// Borrows the kernel of the current run.
///
/// # Panics
///
/// Outside a run: the message names the call and says what to do.
#[track_caller]
#[inline]
pub(crate) fn with<R>(what: &str, operation: impl FnOnce(&mut Kernel) -> R) -> R {
    match current(|world| world.map(|world| world.with(operation))) {
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

/// As [`of_run`], for an operation that leaves nothing to be done after the borrow; false if it, or the borrow, was refused.
#[inline]
pub(crate) fn of_run_plainly(run: u32, operation: impl FnOnce(&mut Kernel) -> bool) -> bool {
    current(|world| {
        let Some(world) = world.filter(|world| world.run() == run) else { return false };
        let Ok(mut kernel) = world.kernel.try_borrow_mut() else { return false };
        let done = operation(&mut kernel);
        debug_assert!(kernel.errands.is_empty(), "seedbed bug: errands after a plain operation, please report");
        done
    })
}

/// Borrows the kernel of the run with this number, if it is the current one.
#[inline]
pub(crate) fn of_run<R>(run: u32, operation: impl FnOnce(&mut Kernel) -> R) -> Option<R> {
    current(|world| world.filter(|world| world.run() == run).map(|world| world.with(operation)))
}
