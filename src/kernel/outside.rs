//! What happens outside every loop: the jobs of executors, each going on at an instant.
//!
//! asyncio's executors run beside the loop. Here their jobs are events on the same virtual clock, in the order of
//! (instant, sequence). A job blocks until deadlines under the sequence that it got at its start, so that jobs that end
//! together end in the order in which they were started; a wake-up comes in the order of wake-ups.

use std::any::Any;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::panic::Location;
use std::rc::Rc;

use super::arena::Key;
use super::due::{Due, Event};
use super::numbered::Numbered;
use crate::ident::{JobId, LoopId, WorkerId};

/// A job on its own stack; never called while the kernel is borrowed, because its code is the user's.
pub(crate) trait RunJob {
    /// Runs the job until it blocks or ends. Never called on the stack of another job.
    fn resume(&self);
    /// Lets everything else go on until the job's next event. Called on the job's own stack.
    fn suspend(&self);
    /// Ends a job that still waits for a worker; says whether it did.
    fn cancel(&self) -> bool;
    /// The worker of the job dies, and with it the pool. Called on the job's own stack; false if its pool cannot break.
    fn crash(&self) -> bool;
    /// Ends a job whose pool is broken.
    fn lose(&self);
    /// Whether its worker can die alone.
    fn may_crash(&self) -> bool;
    /// Unwinds a job that will never run again.
    fn abandon(&self);
}

/// A pool of workers, by its place in the order of creation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PoolId(u32);

#[derive(Debug)]
struct Pool {
    name: Box<str>,
    /// Jobs submitted so far.
    jobs: u32,
}

/// What a job is at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    /// It stands in its pool's queue.
    Queued,
    /// A worker runs its code, or is about to.
    Running,
    /// It blocks until an instant; wake-ups are kept for later.
    Sleeping,
    /// It blocks until its waker is called.
    Waiting,
}

/// An unfinished job.
pub(crate) struct Job {
    runner: Rc<dyn RunJob>,
    pub(crate) pool: PoolId,
    /// The loop from which it was submitted.
    pub(crate) loop_id: LoopId,
    pub(crate) submitted_at: &'static Location<'static>,
    pub(crate) phase: Phase,
    /// Virtual nanoseconds of the last change of phase.
    pub(crate) since: u64,
    /// Its place among events of one instant, from its start on.
    sequence: u64,
    /// Its waker was called since it last looked.
    pub(crate) woken: bool,
    /// It polls a future at this moment.
    pub(crate) polling: bool,
    /// When it last slept for no time at all.
    pub(crate) napped: Option<u64>,
}

/// What fell due.
pub(crate) enum Fallen {
    Job(JobId, Rc<dyn RunJob>),
    Call(Key),
}

/// The executors of a run, their jobs, and when each goes on.
#[derive(Default)]
pub(crate) struct Outside {
    events: BinaryHeap<Reverse<Event>>,
    sequence: u64,
    /// Jobs that let others go first: they go on when the clock moves or a loop polls.
    yielded: Vec<JobId>,
    /// The unfinished jobs.
    jobs: Numbered<Job>,
    /// What jobs wait for, by the number of the registration.
    waits: BTreeMap<u64, (JobId, Key)>,
    pools: Vec<Pool>,
    pool_names: BTreeMap<Box<str>, u32>,
    workers: u32,
    /// Stacks for jobs, known to the executor module only. Those that are idle are left to the next run.
    pub(crate) stacks: Option<Rc<dyn Any>>,
    /// The job whose code runs at this moment.
    pub(crate) current: Option<JobId>,
}

impl std::fmt::Debug for Outside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outside").field("events", &self.events.len()).finish_non_exhaustive()
    }
}

impl Outside {
    /// True if no pool was ever made, so that nothing else was either.
    pub(crate) fn is_unused(&self) -> bool {
        self.pools.is_empty()
    }

    /// Takes out what a run leaves of the user's values, at its end.
    pub(crate) fn retire(&mut self) -> Self {
        let stacks = self.stacks.take();
        std::mem::replace(self, Self { stacks, ..Self::default() })
    }

    /// Becomes that of a new run. Stacks that something of the old one still holds stay with it.
    pub(crate) fn renew(&mut self) {
        self.stacks.take_if(|stacks| Rc::strong_count(stacks) > 1);
    }

    /// Enters a pool. A second one of the same name becomes `name#2`.
    pub(crate) fn add_pool(&mut self, name: &str) -> PoolId {
        let id = PoolId(u32::try_from(self.pools.len()).expect("seedbed bug: pool ids ran out, please report"));
        let name = self.unique(name);
        self.pools.push(Pool { name, jobs: 0 });
        id
    }

    /// Gives a pool that has had no job yet another name.
    pub(crate) fn rename_pool(&mut self, pool: PoolId, name: &str) {
        // Its own name, given once more, is not a second use of it.
        if *self.pools[pool.0 as usize].name != *name {
            self.pools[pool.0 as usize].name = self.unique(name);
        }
    }

    fn unique(&mut self, name: &str) -> Box<str> {
        let uses = self.pool_names.entry(name.into()).or_default();
        *uses += 1;
        if *uses == 1 { name.into() } else { format!("{name}#{uses}").into() }
    }

    pub(crate) fn pool_name(&self, pool: PoolId) -> &str {
        &self.pools[pool.0 as usize].name
    }

    /// The label of a pool's next job.
    pub(crate) fn job_label(&mut self, pool: PoolId) -> String {
        let pool = &mut self.pools[pool.0 as usize];
        pool.jobs += 1;
        format!("{}/{}", pool.name, pool.jobs)
    }

    pub(crate) fn next_worker(&mut self) -> WorkerId {
        self.workers += 1;
        WorkerId::new(self.workers)
    }

    /// Enters a job, which waits for a worker.
    pub(crate) fn add(
        &mut self,
        id: JobId,
        runner: Rc<dyn RunJob>,
        pool: PoolId,
        loop_id: LoopId,
        submitted_at: &'static Location<'static>,
    ) {
        let job = Job {
            runner,
            pool,
            loop_id,
            submitted_at,
            phase: Phase::Queued,
            since: 0,
            sequence: 0,
            woken: false,
            polling: false,
            napped: None,
        };
        self.jobs.insert(id.get(), job);
    }

    pub(crate) fn get(&self, id: JobId) -> Option<&Job> {
        self.jobs.get(id.get())
    }

    pub(crate) fn get_mut(&mut self, id: JobId) -> Option<&mut Job> {
        self.jobs.get_mut(id.get())
    }

    /// The unfinished jobs in the order of their submission.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (JobId, &Job)> {
        self.jobs.iter().map(|(id, job)| (JobId::new(id), job))
    }

    pub(crate) fn runner(&self, id: JobId) -> Option<Rc<dyn RunJob>> {
        self.jobs.get(id.get()).map(|job| Rc::clone(&job.runner))
    }

    /// The job whose code runs, if it is one's.
    pub(crate) fn current_job(&mut self) -> Option<(JobId, &mut Job)> {
        let id = self.current?;
        Some((id, self.jobs.get_mut(id.get())?))
    }

    /// Forgets a job that has ended; its runner is returned to be dropped outside the borrow.
    pub(crate) fn finish(&mut self, id: JobId) -> Option<Rc<dyn RunJob>> {
        self.jobs.remove(id.get()).map(|job| job.runner)
    }

    /// Takes all jobs that have not ended, in the order of their submission, and forgets the events.
    pub(crate) fn take_all(&mut self) -> Vec<(JobId, Rc<dyn RunJob>)> {
        self.events.clear();
        self.yielded.clear();
        self.jobs.take_all().map(|(id, job)| (JobId::new(id), job.runner)).collect()
    }

    fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    fn schedule(&mut self, at: u64, sequence: u64, due: Due) {
        self.events.push(Reverse(Event::new(at, sequence, due)));
    }

    /// A worker takes a job: it begins at that instant, if that is now then at the next poll, and never inside the statement that submits it.
    pub(crate) fn start(&mut self, id: JobId, now: u64, at: u64) {
        let sequence = self.next_sequence();
        let Some(job) = self.jobs.get_mut(id.get()) else { return };
        (job.sequence, job.phase, job.since) = (sequence, Phase::Running, now);
        self.schedule(at, sequence, Due::Job(id));
    }

    /// A job blocks until an instant; returns what is to be suspended for that.
    pub(crate) fn sleep_until(&mut self, id: JobId, at: u64) -> Option<Rc<dyn RunJob>> {
        let job = self.jobs.get_mut(id.get())?;
        job.phase = Phase::Sleeping;
        let (sequence, runner) = (job.sequence, Rc::clone(&job.runner));
        self.schedule(at, sequence, Due::Job(id));
        Some(runner)
    }

    /// A job blocks until it is woken; false if that has happened already.
    pub(crate) fn wait(&mut self, id: JobId, now: u64) -> bool {
        let Some(job) = self.jobs.get_mut(id.get()) else { return true };
        if !job.woken {
            (job.phase, job.since) = (Phase::Waiting, now);
        }
        !job.woken
    }

    /// A job lets the loop, if one runs, have its turn.
    pub(crate) fn give_way(&mut self, id: JobId) {
        if let Some(job) = self.jobs.get_mut(id.get()) {
            job.phase = Phase::Running;
            self.yielded.push(id);
        }
    }

    /// The jobs that gave way go on now.
    #[inline]
    pub(crate) fn readmit(&mut self, now: u64) {
        if !self.yielded.is_empty() {
            self.readmit_all(now);
        }
    }

    #[inline(never)]
    fn readmit_all(&mut self, now: u64) {
        for id in std::mem::take(&mut self.yielded) {
            let sequence = self.next_sequence();
            self.schedule(now, sequence, Due::Job(id));
        }
    }

    /// True if nothing is scheduled outside the loops.
    #[inline]
    pub(crate) fn is_quiet(&self) -> bool {
        self.events.is_empty() && self.yielded.is_empty()
    }

    pub(crate) fn any_gave_way(&self) -> bool {
        !self.yielded.is_empty()
    }

    /// A job's waker was called.
    pub(crate) fn wake(&mut self, id: JobId, now: u64) {
        let Some(job) = self.jobs.get_mut(id.get()) else { return };
        job.woken = true;
        if job.phase == Phase::Waiting {
            job.phase = Phase::Running;
            self.resume_soon(id, now);
        }
    }

    /// A job goes on at this instant, behind what is due already.
    pub(crate) fn resume_soon(&mut self, id: JobId, now: u64) {
        let sequence = self.next_sequence();
        self.schedule(now, sequence, Due::Job(id));
    }

    /// Schedules a closure of the executors' own.
    pub(crate) fn call(&mut self, at: u64, closure: Key) {
        let sequence = self.next_sequence();
        self.schedule(at, sequence, Due::Call(closure));
    }

    /// When the next event falls due. What a job that is gone was to wake for is no event any more.
    pub(crate) fn next_at(&mut self) -> Option<u64> {
        loop {
            let &Reverse(event) = self.events.peek()?;
            match event.due {
                Due::Job(id) if self.jobs.get(id.get()).is_none() => drop(self.events.pop()),
                Due::Job(_) | Due::Call(_) => return Some(event.at()),
            }
        }
    }

    /// Takes the next event that is due at `limit` or before, and is one still.
    pub(crate) fn pop_due(&mut self, limit: u64) -> Option<(u64, Fallen)> {
        while self.events.peek()?.0.at() <= limit {
            let Reverse(event) = self.events.pop()?;
            match event.due {
                Due::Job(id) => {
                    if let Some(runner) = self.runner(id) {
                        return Some((event.at(), Fallen::Job(id, runner)));
                    }
                }
                Due::Call(key) => return Some((event.at(), Fallen::Call(key))),
            }
        }
        None
    }

    /// Notes what a job waits for.
    pub(crate) fn add_wait(&mut self, registration: u64, job: JobId, future: Key) {
        self.waits.insert(registration, (job, future));
    }

    pub(crate) fn remove_wait(&mut self, registration: u64) {
        self.waits.remove(&registration);
    }

    /// The futures that a job waits for.
    pub(crate) fn waits(&self, job: JobId) -> impl Iterator<Item = Key> {
        self.waits.values().filter(move |(waiting, _)| *waiting == job).map(|&(_, future)| future)
    }
}
