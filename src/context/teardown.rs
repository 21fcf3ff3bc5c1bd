//! The end of a run: everything left is dropped, outside every borrow and in a fixed order.

use std::mem::ManuallyDrop;
use std::rc::Rc;
use std::sync::Arc;

use super::current::World;
use super::panics::guarded;
use crate::ident::TaskId;
use crate::kernel::{Kernel, LimitKind, PanicReport};

/// Destructors may make new tasks, whose destructors may make new ones; so many rounds of that are followed.
const ROUNDS_MAX: u32 = 1_000;

/// Drops what is left of a run: tasks in the order of their creation, then callbacks, then jobs in the order of their
/// start; again, until destructors leave nothing new. A panic of a destructor becomes a verdict.
pub(crate) fn tear_down(world: &Rc<World>) {
    if world.with(Kernel::ends_empty) {
        return;
    }
    let _catching = world.catching();
    for _ in 0..ROUNDS_MAX {
        let remains = world.with(Kernel::take_remains);
        if remains.is_empty() {
            return;
        }
        for (id, runner) in remains.tasks {
            let who = || world.with(|kernel| kernel.names.path(id));
            note(world, Some(id), guarded(world, who, || runner.drop_contents()));
            note(world, None, guarded(world, || "a destructor".to_owned(), move || drop(runner)));
        }
        for closure in remains.closures {
            note(world, None, guarded(world, || "a callback's destructor".to_owned(), move || drop(closure)));
        }
        for job in remains.jobs {
            note(world, None, guarded(world, || "a job that was abandoned".to_owned(), || job.abandon()));
            note(world, None, guarded(world, || "a job's destructor".to_owned(), move || drop(job)));
        }
    }
    world.with(|kernel| {
        let detail = "destructors keep spawning tasks while the run is taken down".to_owned();
        kernel.trip(LimitKind::Teardown, ROUNDS_MAX.to_string(), None, detail);
    });
    // Dropped outside the run, they would only spawn more: memory that is lost, but an end.
    let _lost = ManuallyDrop::new(world.with(Kernel::take_remains));
}

fn note(world: &World, task: Option<TaskId>, result: Result<(), Arc<PanicReport>>) {
    if let Err(report) = result {
        world.with(|kernel| kernel.stop_by_panic(task, report));
    }
}
