//! One job: a closure on a stack of its own, and the promise that it settles through the loop.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::Arc;

use super::error::ExecutorError;
use super::stack::{Fiber, UNWIND_ROUNDS};
use super::workers::Workers;
use crate::context;
use crate::ident::{JobId, LoopId};
use crate::kernel::{Cancelled, Closure, Kind, LimitKind, PanicReport, Phase, RunJob, State};
use crate::task::Promise;
use crate::trace::Event;

/// What a job's value means, and what stands for it when the worker died.
pub(super) struct Rules<T> {
    /// Whether a value counts as a failure.
    pub(super) fails: fn(&T) -> bool,
    /// The value of a job whose worker died; none if the pool's workers cannot die.
    pub(super) lost: Option<fn() -> T>,
}

impl<T> Clone for Rules<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Rules<T> {}

/// Where a job stands. It moves down this list and skips what does not happen.
enum Stage<T> {
    /// It waits for a worker, or for its first resume. Only here can it be cancelled.
    Submitted(Box<dyn FnOnce() -> T>),
    /// It blocks.
    Suspended(Box<Fiber>),
    /// Its own code runs at this moment.
    OnStack,
    /// It has ended, was cancelled or abandoned.
    Over,
}

/// How a job ended.
enum Ended<T> {
    Value(T),
    /// Its code raised a cancellation, which is its error.
    Raised(Cancelled),
    Panicked(Arc<PanicReport>),
    /// It was cancelled before it began.
    Dismissed,
}

struct Job<T: 'static> {
    id: JobId,
    workers: Rc<Workers>,
    promise: Promise<T>,
    rules: Rules<T>,
    stage: Cell<Stage<T>>,
    /// Its worker died: when it would go on, it is unwound.
    killed: Cell<bool>,
    /// Where its code leaves the end of it.
    ended: Rc<Cell<Option<Ended<T>>>>,
}

/// Gives a job to a pool: asyncio's `wrap_future(executor.submit(…), loop=…)`.
pub(super) fn submit<T: 'static>(
    workers: &Rc<Workers>,
    loop_id: LoopId,
    code: Box<dyn FnOnce() -> T>,
    rules: Rules<T>,
    location: &'static Location<'static>,
) -> Result<Promise<T>, ExecutorError> {
    workers.check_open()?;
    let run = workers.run();
    let id = context::of(run, |kernel| {
        let label = kernel.outside.job_label(workers.pool());
        kernel.names.add_job(label)
    });
    let promise = Promise::of_kind(Some(loop_id), Kind::Job(id));
    let job = Rc::new(Job {
        id,
        workers: Rc::clone(workers),
        promise: promise.clone(),
        rules,
        stage: Cell::new(Stage::Submitted(code)),
        killed: Cell::new(false),
        ended: Rc::default(),
    });
    context::of(run, |kernel| {
        kernel.outside.add(id, job, workers.pool(), loop_id, location);
        let by = kernel.actor();
        kernel.emit(Event::JobSubmitted { job: id, by });
    });
    let key = promise.address().key;
    promise.add_done_callback(move || {
        let job =
            context::of(
                run,
                |kernel| {
                    if kernel.state(key) == State::Cancelled { kernel.outside.runner(id) } else { None }
                },
            );
        if let Some(job) = job {
            job.cancel();
        }
    });
    workers.enqueue(id);
    Ok(promise)
}

impl<T: 'static> Job<T> {
    fn run(&self) -> u32 {
        self.workers.run()
    }

    /// Whether a fault kills its worker before the job begins.
    fn dies(&self) -> bool {
        self.may_crash() && context::of(self.run(), |kernel| kernel.worker_dies(self.id))
    }

    fn is_queued(&self) -> bool {
        context::of(self.run(), |kernel| kernel.outside.get(self.id).is_some_and(|job| job.phase == Phase::Queued))
    }

    /// Takes the stage; what runs meanwhile finds the job on its stack.
    fn take_stage(&self) -> Stage<T> {
        self.stage.replace(Stage::OnStack)
    }

    /// Puts the code on a stack.
    fn launch(&self, code: Box<dyn FnOnce() -> T>) -> std::io::Result<Box<Fiber>> {
        let (place, stacks, id) = (Rc::clone(&self.ended), Rc::clone(self.workers.stacks()), self.id);
        let fiber = self.workers.stacks().fiber(move || {
            let ended = match catch_unwind(AssertUnwindSafe(code)) {
                Ok(value) => Ended::Value(value),
                Err(payload) => match payload.downcast() {
                    Ok(cancelled) => Ended::Raised(*cancelled),
                    // It goes to who unwinds the job.
                    Err(payload) if stacks.is_unwinding() => resume_unwind(payload),
                    Err(payload) => {
                        let world = context::world().expect("seedbed bug: no world inside a run, please report");
                        Ended::Panicked(context::report_of(&world, payload, || context::job_name(&world, id)))
                    }
                },
            };
            place.set(Some(ended));
        });
        fiber.map(Box::new)
    }

    fn go_on(&self, mut fiber: Box<Fiber>) {
        if !fiber.resume() {
            self.stage.replace(Stage::Suspended(fiber));
            return;
        }
        let ended = self.ended.take().expect("seedbed bug: a job ended without an end, please report");
        drop(fiber);
        self.end(ended);
    }

    /// The worker is done with it.
    fn end(&self, ended: Ended<T>) {
        let id = self.id;
        self.stage.replace(Stage::Over);
        let lost = self.killed.get();
        let this = context::of(self.run(), |kernel| {
            match &ended {
                Ended::Panicked(report) => kernel.record_panic(None, report),
                _ if lost => {}
                _ => kernel.emit(Event::JobFinished { job: id }),
            }
            kernel.outside.finish(id)
        });
        if !lost {
            self.deliver(ended);
            self.workers.ended(id);
        }
        drop(this);
    }

    /// Sends the end to the loop, where it settles the promise in a handle of its own. Nothing is sent to a closed loop.
    fn deliver(&self, ended: Ended<T>) {
        let (promise, fails) = (self.promise.clone(), self.rules.fails);
        let closure: Closure = Box::new(move || settle(&promise, ended, fails));
        let address = self.promise.address();
        let refused = context::of(address.run, |kernel| {
            let loop_id = kernel.future(address.key).loop_id();
            kernel.call_soon(loop_id, closure).err()
        });
        drop(refused);
    }

    fn unwind(&self, fiber: Fiber) {
        if !fiber.unwind() {
            context::of(self.run(), |kernel| {
                let detail = format!("job {} catches what unwinds it, and blocks again", kernel.names.job(self.id));
                kernel.trip(LimitKind::Teardown, UNWIND_ROUNDS.to_string(), None, detail);
            });
        }
    }

    /// The worker died under the job: unwinds it.
    fn bury(&self, stage: Stage<T>) {
        let (run, id) = (self.run(), self.id);
        if let Stage::Suspended(fiber) = stage {
            let world = context::world().expect("seedbed bug: no world inside a run, please report");
            let unwound = context::guarded(&world, || context::job_name(&world, id), || self.unwind(*fiber));
            if let Err(report) = unwound {
                context::of(run, |kernel| kernel.record_panic(None, &report));
            }
        }
        self.stage.replace(Stage::Over);
        let this = context::of(run, |kernel| kernel.outside.finish(id));
        drop(this);
    }
}

/// asyncio's `_copy_future_state`, on the loop.
fn settle<T: 'static>(promise: &Promise<T>, ended: Ended<T>, fails: fn(&T) -> bool) {
    if promise.is_done() {
        return;
    }
    let address = promise.address();
    // The loop runs this, so it is open.
    match ended {
        Ended::Value(value) => {
            let state = if fails(&value) { State::Failed } else { State::Finished };
            let _open = promise.settle_with(value, state);
        }
        Ended::Raised(cancelled) => {
            let _open = promise.set_cancelled_error(cancelled);
        }
        Ended::Panicked(report) => context::of(address.run, |kernel| {
            kernel.future_mut(address.key).extra().panic = Some(report);
            kernel.settle(address.key, State::Failed);
        }),
        Ended::Dismissed => {
            promise.cancel();
        }
    }
}

impl<T: 'static> RunJob for Job<T> {
    fn resume(&self) {
        match self.take_stage() {
            stage if self.killed.get() => self.bury(stage),
            stage @ Stage::Submitted(_) if self.dies() => {
                self.stage.replace(stage);
                self.crash();
            }
            Stage::Submitted(code) => match self.launch(code) {
                Ok(fiber) => self.go_on(fiber),
                Err(error) => self.end(Ended::Panicked(no_stack(self.id, self.run(), &error))),
            },
            Stage::Suspended(fiber) => self.go_on(fiber),
            stage @ (Stage::OnStack | Stage::Over) => {
                self.stage.replace(stage);
            }
        }
    }

    fn suspend(&self) {
        self.workers.stacks().suspend();
    }

    fn cancel(&self) -> bool {
        if !self.is_queued() {
            return false;
        }
        match self.take_stage() {
            Stage::Submitted(code) => {
                self.stage.replace(Stage::Over);
                let this = context::of(self.run(), |kernel| {
                    kernel.emit(Event::JobCancelled { job: self.id });
                    kernel.outside.finish(self.id)
                });
                self.deliver(Ended::Dismissed);
                drop((code, this));
                true
            }
            stage => {
                self.stage.replace(stage);
                false
            }
        }
    }

    fn crash(&self) -> bool {
        if !self.may_crash() {
            return false;
        }
        self.workers.break_down();
        true
    }

    fn may_crash(&self) -> bool {
        self.rules.lost.is_some()
    }

    fn lose(&self) {
        let Some(lost) = self.rules.lost else { return };
        let queued = self.is_queued();
        self.killed.set(true);
        context::of(self.run(), |kernel| {
            let job = self.id;
            kernel.emit(if queued { Event::JobCancelled { job } } else { Event::JobCrashed { job } });
            let now = kernel.now;
            kernel.outside.resume_soon(job, now);
        });
        self.deliver(Ended::Value(lost()));
    }

    fn abandon(&self) {
        let stage = self.stage.replace(Stage::Over);
        if let Stage::Suspended(fiber) = stage {
            self.unwind(*fiber);
        }
    }
}

fn no_stack(id: JobId, run: u32, error: &std::io::Error) -> Arc<PanicReport> {
    Arc::new(PanicReport {
        message: format!("there is no stack for this job: give the pool fewer workers ({error})"),
        location: None,
        task: context::of(run, |kernel| format!("job {}", kernel.names.job(id))),
    })
}
