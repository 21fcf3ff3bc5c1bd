//! Running a loop: the passes of asyncio's `_run_once`, with user code called outside every borrow.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::current::World;
use super::panics::guarded;
use super::waker::{take_foreign, task_waker};
use crate::ident::{JobId, LoopId, TaskId};
use crate::kernel::{Ending, Kernel, Next, Outcome, Outward, PanicReport, RUN_IS_OVER, Refusal, RunTask};

/// Runs a loop until `stop` was called or the run is over (asyncio's `run_forever`).
pub(crate) fn run_loop(world: &World, id: LoopId) -> Result<(), Refusal> {
    world.with(|kernel| kernel.start_loop(id))?;
    let _running = Running { world, id };
    let _catching = world.catching();
    // One catch for as many handles as do not panic: catching each step by itself would cost more than the step.
    while let Err(report) = guarded(world, || at_work(world), || run_handles(world, id)) {
        match world.with(|kernel| kernel.running()) {
            Some((task, runner)) => {
                finish(world, task, &runner, Ending::Panicked(report));
                drop_unread(world, task, &runner);
            }
            None => world.with(|kernel| kernel.stop_by_panic(None, report)),
        }
    }
    world.with(|kernel| if kernel.stop.is_some() { Err(Refusal::Ended) } else { Ok(()) })
}

/// Marks a loop as running, whichever way the run ends.
struct Running<'a> {
    world: &'a World,
    id: LoopId,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.world.with(|kernel| kernel.end_loop(self.id));
    }
}

/// Whose code panicked.
fn at_work(world: &World) -> String {
    world.with(|kernel| {
        kernel.current.map_or_else(|| "a callback or a destructor".to_owned(), |task| kernel.names.path(task))
    })
}

/// Runs handles until the loop ends. A panic of user code leaves here, with the task still marked as running.
fn run_handles(world: &World, id: LoopId) {
    loop {
        match world.with_plainly(|kernel| kernel.next_step(id)) {
            Some((task, runner)) => run_step(world, task, &runner),
            None if other_step(world, id) => {}
            None => return,
        }
    }
}

#[inline(always)]
fn run_step(world: &World, task: TaskId, runner: &Rc<dyn RunTask>) {
    let waker = task_waker(world.run(), task);
    // A task that is pending is marked as suspended by the borrow that takes the next step.
    if let Poll::Ready(outcome) = runner.poll(&mut Context::from_waker(&waker)) {
        let plain = outcome == Outcome::Finished && world.with(|kernel| kernel.finish_plainly(task));
        if !plain {
            finish(world, task, runner, Ending::Returned(outcome));
        }
    }
}

/// What is done between two plain steps of tasks, up to the end of a step that is not plain; false if the loop is over.
#[inline(never)]
fn other_step(world: &World, id: LoopId) -> bool {
    world.do_errands();
    let mut next = world.with(|kernel| kernel.next(id));
    loop {
        next = match next {
            Next::Poll(task, runner) => {
                run_step(world, task, &runner);
                return true;
            }
            Next::Drop(task, runner, cancelled) => {
                let ending = match drop_contents(world, task, &runner) {
                    None => Ending::Cancelled(cancelled),
                    Some(report) => Ending::Panicked(report),
                };
                finish(world, task, &runner, ending);
                drop(runner);
                world.with(|kernel| kernel.next(id))
            }
            Next::Advance(to) => {
                advance_outside(world, to);
                world.with(|kernel| {
                    kernel.move_due_timers(id);
                    kernel.next(id)
                })
            }
            Next::Call(closure) => {
                closure();
                world.with(|kernel| kernel.next(id))
            }
            Next::Outside { to, due_now } => {
                advance_outside(world, to);
                world.with(|kernel| kernel.next_after_outside(id, due_now))
            }
            Next::Errands { polled } => world.with(|kernel| kernel.next_after_errands(id, polled)),
            Next::Deadlock => {
                let foreign = take_foreign(world.run());
                world.with(|kernel| kernel.deadlock(&foreign));
                return false;
            }
            Next::Over => return false,
        };
    }
}

/// Ends a task, and drops what its entry held outside the borrow.
#[inline(never)]
fn finish(world: &World, task: TaskId, runner: &Rc<dyn RunTask>, ending: Ending) {
    let (extra, discard) = world.with(|kernel| kernel.finish(task, ending));
    if discard {
        drop_unread(world, task, runner);
    }
    drop(extra);
}

/// Drops what a task's coroutine holds; a panic in a destructor is caught.
fn drop_contents(world: &World, task: TaskId, runner: &Rc<dyn RunTask>) -> Option<Arc<PanicReport>> {
    let who = || world.with(|kernel| kernel.names.path(task));
    guarded(world, who, || runner.drop_contents()).err()
}

/// Ends tasks whatever they would catch: what their coroutines hold is dropped now, in this order, and each is over with its next step.
/// A task that runs now goes on up to its next await.
pub(crate) fn kill(world: &World, tasks: &[TaskId]) {
    let _catching = world.catching();
    for &task in tasks {
        let Some(runner) = world.with(|kernel| kernel.kill(task)) else { continue };
        let before = world.with(|kernel| kernel.step_in(task));
        let panicked = drop_contents(world, task, &runner);
        world.with(|kernel| kernel.step_back(before));
        if let Some(report) = panicked {
            world.with(|kernel| kernel.stop_by_panic(Some(task), report));
        }
    }
}

/// Drops what a task that has ended still holds: a panic in a destructor is a verdict, because the task tells of its own
/// end only.
fn drop_unread(world: &World, task: TaskId, runner: &Rc<dyn RunTask>) {
    if let Some(report) = drop_contents(world, task, runner) {
        world.with(|kernel| kernel.stop_by_panic(Some(task), report));
    }
}

/// Moves the clock to `to`; what falls due outside the loops on the way goes on one by one, each at its instant.
fn advance_outside(world: &World, to: u64) {
    let before = world.with(|kernel| kernel.before_jobs());
    let job = Cell::new(None);
    let who = || job.get().map_or_else(|| "an executor".to_owned(), |job| job_name(world, job));
    let go_on = || {
        while let Some(due) = world.with(|kernel| kernel.next_outward(to, before)) {
            match due {
                Outward::Call(closure) => {
                    job.set(None);
                    closure();
                }
                Outward::Job(id, runner) => {
                    job.set(Some(id));
                    runner.resume();
                }
            }
        }
    };
    // One catch for all that do not panic. A panic of a job itself goes to whoever awaits it; what arrives here nobody can be told.
    while let Err(report) = guarded(world, who, go_on) {
        world.with(|kernel| {
            kernel.after_jobs(before);
            kernel.stop_by_panic(None, report);
        });
    }
    world.with(|kernel| kernel.arrive(to));
}

pub(crate) fn job_name(world: &World, job: JobId) -> String {
    world.with(|kernel| format!("job {}", kernel.names.job(job)))
}

/// Blocks the whole run for a while, as `time.sleep` on the loop's thread does: the clock moves, jobs go on, the loop
/// does not.
///
/// # Panics
///
/// When the run ends meanwhile: the code that blocks is unwound, because it could go on blocking for ever.
pub(crate) fn block_for(world: &World, nanos: u128) {
    let _catching = world.catching();
    let to = world.with(|kernel| kernel.begin_blocking(nanos));
    advance_outside(world, to);
    unwind_if_over(world);
}

/// Blocks until a condition holds, moving the clock from event to event; false if nothing is left that could change it.
///
/// # Panics
///
/// As [`block_for`].
pub(crate) fn block_until(world: &World, mut done: impl FnMut() -> bool) -> bool {
    let _catching = world.catching();
    let start = world.with(|kernel| kernel.now);
    let met = loop {
        if done() {
            break true;
        }
        let Some(to) = world.with(Kernel::block_on) else { break false };
        world.with(|kernel| kernel.outside.readmit(kernel.now));
        advance_outside(world, to);
    };
    world.with(|kernel| kernel.end_blocking(start));
    unwind_if_over(world);
    met
}

/// Unwinds the code that runs now once a verdict stands.
fn unwind_if_over(world: &World) {
    if world.with(|kernel| kernel.stop.is_some()) {
        unwind_over();
    }
}

/// Unwinds the code that runs now, because a verdict stands. Code that is being unwound already goes on with that.
pub(crate) fn unwind_over() {
    if !std::thread::panicking() {
        std::panic::resume_unwind(Box::new(RUN_IS_OVER));
    }
}
