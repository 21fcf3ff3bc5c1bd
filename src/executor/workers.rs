//! Workers of a pool and their one queue: who starts when, and what happens when all is done.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use super::error::{BrokenProcessPool, ExecutorError};
use super::stack::Stacks;
use crate::context;
use crate::ident::{JobId, WorkerId};
use crate::kernel::{Call, PoolId, RunJob};
use crate::trace::Event;

/// Called once when no job is queued or running.
type Watcher = Box<dyn FnOnce(&Workers)>;

/// The workers of one pool. It knows its jobs by their ids, so that a job may own its pool.
pub(super) struct Workers {
    run: u32,
    pool: PoolId,
    size: usize,
    stacks: Rc<Stacks>,
    closed: Cell<bool>,
    broken: Cell<bool>,
    /// Borrowed only between calls of other code.
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<JobId>,
    /// Invariant: the queue is empty unless `size` jobs run.
    running: BTreeMap<JobId, WorkerId>,
    idle: BTreeSet<WorkerId>,
    watchers: Vec<Watcher>,
}

impl Workers {
    /// A pool of `size` workers, which start when they are first needed.
    #[track_caller]
    pub(super) fn new(what: &str, name: &str, size: usize) -> Rc<Self> {
        context::with(what, |kernel| {
            let stacks = kernel.outside.stacks.get_or_insert_with(|| Rc::new(Stacks::default()));
            let stacks = Rc::clone(stacks).downcast();
            Rc::new(Self {
                run: kernel.run,
                pool: kernel.outside.add_pool(name),
                size,
                stacks: stacks.expect("seedbed bug: the stacks of a run have another type, please report"),
                closed: Cell::new(false),
                broken: Cell::new(false),
                state: RefCell::default(),
            })
        })
    }

    pub(super) fn run(&self) -> u32 {
        self.run
    }

    pub(super) fn pool(&self) -> PoolId {
        self.pool
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    pub(super) fn stacks(&self) -> &Rc<Stacks> {
        &self.stacks
    }

    pub(super) fn name(&self) -> String {
        context::of(self.run, |kernel| kernel.outside.pool_name(self.pool).to_owned())
    }

    pub(super) fn rename(&self, name: &str) {
        context::of(self.run, |kernel| kernel.outside.rename_pool(self.pool, name));
    }

    /// Whether it takes jobs.
    pub(super) fn check_open(&self) -> Result<(), ExecutorError> {
        if self.broken.get() {
            return Err(ExecutorError::Broken(BrokenProcessPool));
        }
        if self.closed.get() { Err(ExecutorError::Shutdown) } else { Ok(()) }
    }

    /// Takes no more jobs.
    pub(super) fn close(&self) {
        self.closed.set(true);
    }

    pub(super) fn is_idle(&self) -> bool {
        let state = self.state.borrow();
        state.queue.is_empty() && state.running.is_empty()
    }

    pub(super) fn is_running(&self, job: JobId) -> bool {
        self.state.borrow().running.contains_key(&job)
    }

    /// Puts a job at the end of the queue; it starts now if a worker is free.
    pub(super) fn enqueue(&self, job: JobId) {
        self.state.borrow_mut().queue.push_back(job);
        self.pump();
    }

    /// A job has ended, and its end is known to whoever waits for it: its worker takes the next one.
    pub(super) fn ended(&self, job: JobId) {
        {
            let mut state = self.state.borrow_mut();
            if let Some(worker) = state.running.remove(&job) {
                state.idle.insert(worker);
            }
        }
        self.pump();
    }

    fn pump(&self) {
        while let Some((job, worker)) = self.next() {
            context::of(self.run, |kernel| {
                kernel.start_job(job);
                kernel.emit(Event::JobStarted { job, worker });
            });
        }
        if self.is_idle() {
            let watchers = std::mem::take(&mut self.state.borrow_mut().watchers);
            watchers.into_iter().for_each(|watcher| watcher(self));
        }
    }

    /// Gives the next job to a free worker.
    fn next(&self) -> Option<(JobId, WorkerId)> {
        let mut state = self.state.borrow_mut();
        while state.running.len() < self.size {
            let job = state.queue.pop_front()?;
            // One that was cancelled is known no more.
            let queued = context::of(self.run, |kernel| kernel.outside.get(job).is_some());
            if queued {
                let idle = state.idle.pop_first();
                let worker = idle.unwrap_or_else(|| context::of(self.run, |kernel| kernel.outside.next_worker()));
                state.running.insert(job, worker);
                return Some((job, worker));
            }
        }
        None
    }

    /// Calls `watcher` when every job has ended, outside every loop; at the next poll if that is so already.
    pub(super) fn when_idle(self: &Rc<Self>, watcher: Watcher) {
        if !self.is_idle() {
            return self.state.borrow_mut().watchers.push(watcher);
        }
        let workers = Rc::clone(self);
        context::of(self.run, |kernel| {
            let closure = kernel.closures.insert(Call::Closure(Box::new(move || watcher(&workers))));
            let now = kernel.now;
            kernel.outside.call(now, closure);
        });
    }

    /// Cancels what is queued, in that order.
    pub(super) fn cancel_queued(&self) {
        let queue = std::mem::take(&mut self.state.borrow_mut().queue);
        for job in queue {
            if let Some(runner) = self.runner(job) {
                runner.cancel();
            }
        }
    }

    /// A worker died: everything that runs or is queued is lost, in the order of submission.
    pub(super) fn break_down(&self) {
        self.broken.set(true);
        let lost: Vec<JobId> = {
            let mut state = self.state.borrow_mut();
            let running = std::mem::take(&mut state.running);
            running.into_keys().chain(std::mem::take(&mut state.queue)).collect()
        };
        for job in lost {
            if let Some(runner) = self.runner(job) {
                runner.lose();
            }
        }
        self.pump();
    }

    fn runner(&self, job: JobId) -> Option<Rc<dyn RunJob>> {
        context::of(self.run, |kernel| kernel.outside.runner(job))
    }
}

impl std::fmt::Debug for Workers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = self.state.borrow();
        f.debug_struct("Workers")
            .field("size", &self.size)
            .field("running", &state.running.len())
            .field("queued", &state.queue.len())
            .field("closed", &self.closed.get())
            .finish_non_exhaustive()
    }
}
