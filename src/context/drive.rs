//! Running a loop: the passes of asyncio's `_run_once`, with user code called outside every borrow.

use std::rc::Rc;
use std::sync::Arc;
use std::task::Context;

use super::current::World;
use super::panics::guarded;
use super::waker::{take_foreign, task_waker};
use crate::ident::{LoopId, TaskId};
use crate::kernel::{AtPoll, Ending, Next, PanicReport, Refusal, RunTask, Stop};

/// Runs a loop until `stop` was called or the run is over (asyncio's `run_forever`).
pub(crate) fn run_loop(world: &Rc<World>, id: LoopId) -> Result<(), Refusal> {
    world.with(|kernel| kernel.start_loop(id))?;
    let _running = Running { world, id };
    let _catching = world.catching();
    while poll(world, id) {
        pass(world, id);
        if world.with(|kernel| kernel.stop.is_some() || kernel.event_loop(id).stopping) {
            break;
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

/// One pass: the handles that stand in the ready queue now, each run once.
fn pass(world: &Rc<World>, id: LoopId) {
    let mut next = world.with(|kernel| {
        kernel.event_loop(id).batch = kernel.event_loop(id).ready.len();
        kernel.next(id)
    });
    loop {
        next = match next {
            Next::EndOfPass => return,
            Next::Poll(task, runner) => {
                let waker = task_waker(world.run, task);
                let mut cx = Context::from_waker(&waker);
                let who = || world.with(|kernel| kernel.names.path(task));
                match guarded(world, who, || runner.poll(&mut cx)) {
                    Ok(std::task::Poll::Pending) => match world.with(|kernel| kernel.suspend(task)) {
                        None => world.with(|kernel| kernel.next(id)),
                        Some(cancelled) => Next::Drop(task, runner, cancelled),
                    },
                    Ok(std::task::Poll::Ready(outcome)) => {
                        finish(world, task, &runner, Ending::Returned(outcome));
                        drop(runner);
                        world.with(|kernel| kernel.next(id))
                    }
                    Err(report) => {
                        finish(world, task, &runner, Ending::Panicked(report));
                        drop_contents(world, task, &runner);
                        world.with(|kernel| kernel.next(id))
                    }
                }
            }
            Next::Drop(task, runner, cancelled) => {
                let ending = match drop_contents(world, task, &runner) {
                    None => Ending::Cancelled(cancelled),
                    Some(report) => Ending::Panicked(report),
                };
                finish(world, task, &runner, ending);
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
                if let Err(report) = guarded(world, || "a callback".to_owned(), closure) {
                    world.with(|kernel| kernel.stop_with(Stop::Panic(report)));
                }
                world.with(|kernel| kernel.next(id))
            }
        };
    }
}

/// Ends a task's table entry, then drops it (its runner may be the last owner of user values).
fn finish(world: &World, task: TaskId, runner: &Rc<dyn RunTask>, ending: Ending) {
    let (entry, discard) = world.with(|kernel| kernel.finish(task, ending));
    if discard {
        drop_contents(world, task, runner);
    }
    drop(entry);
}

/// Drops what a task's coroutine holds; a panic in a destructor is caught.
fn drop_contents(world: &World, task: TaskId, runner: &Rc<dyn RunTask>) -> Option<Arc<PanicReport>> {
    let who = || world.with(|kernel| kernel.names.path(task));
    guarded(world, who, || runner.drop_contents()).err()
}

/// The poll of one pass: jobs that are due, then, if nothing is ready, the clock moves to the next event. False when
/// the run is over.
fn poll(world: &World, id: LoopId) -> bool {
    loop {
        let now = world.with(|kernel| kernel.now);
        advance_outside(world, now);
        match world.with(|kernel| kernel.poll(id)) {
            AtPoll::Run => return true,
            AtPoll::Advance(to) => advance_outside(world, to),
            AtPoll::Over => return false,
            AtPoll::Deadlock => {
                let foreign = take_foreign(world.run);
                world.with(|kernel| kernel.deadlock(&foreign));
                return false;
            }
        }
    }
}

/// Moves the clock to `to`; the jobs that fall due on the way go on one by one, each at its instant.
fn advance_outside(world: &World, to: u64) {
    while let Some((job, runner)) = world.with(|kernel| kernel.next_job(to)) {
        let who = || world.with(|kernel| format!("job {}", kernel.names.job(job)));
        let before = world.with(|kernel| kernel.enter_job(job));
        let result = guarded(world, who, || runner.resume());
        world.with(|kernel| kernel.leave_job(before));
        if let Err(report) = result {
            world.with(|kernel| kernel.stop_with(Stop::Panic(report)));
        }
    }
    world.with(|kernel| kernel.set_now(to));
}

/// Blocks the whole run for a while, as `time.sleep` on the loop's thread does: the clock moves, jobs go on, the loop
/// does not.
pub(crate) fn block_for(world: &World, nanos: u128) {
    let _catching = world.catching();
    let to = world.with(|kernel| kernel.begin_blocking(nanos));
    advance_outside(world, to);
}

/// Blocks until a condition holds, moving the clock from event to event; false if nothing is left that could change it.
pub(crate) fn block_until(world: &World, mut done: impl FnMut() -> bool) -> bool {
    let _catching = world.catching();
    while !done() {
        let Some(to) = world.with(|kernel| kernel.outside.next_at()) else { return false };
        let to = world.with(|kernel| to.max(kernel.now));
        advance_outside(world, to);
    }
    true
}
