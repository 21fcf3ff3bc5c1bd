//! The integer waker: two numbers in the data pointer of a `RawWaker`. Cloning and dropping do nothing.
//!
//! The data pointer holds the number of the run (upper half) and that of the task or job (lower half). A wake looks
//! up the run of the calling thread; a number that is not found there does no harm: the task has finished, its run
//! has ended, or the caller is a thread of its own, in which case the wake is noted as a leak of determinism.

use std::collections::BTreeMap;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::current;
use crate::ident::{JobId, TaskId};

#[cfg(not(target_pointer_width = "64"))]
compile_error!("seedbed packs a run and a task into one pointer and needs a 64-bit target");

static TASK: RawWakerVTable = RawWakerVTable::new(|data| RawWaker::new(data, &TASK), wake_task, wake_task, |_| {});
static JOB: RawWakerVTable = RawWakerVTable::new(|data| RawWaker::new(data, &JOB), wake_job, wake_job, |_| {});

/// As `TASK`, and whoever clones it shows where it stands.
static PROBE: RawWakerVTable = RawWakerVTable::new(clone_probe, wake_task, wake_probe, |_| {});

/// Numbers of runs in the process, so that a waker knows its own wherever it is called. They reach no result.
static RUNS: AtomicU32 = AtomicU32::new(1);

/// The number of a new run.
pub(crate) fn next_run() -> u32 {
    RUNS.fetch_add(1, Ordering::Relaxed)
}

fn pack(run: u32, number: u32) -> *const () {
    let bits = usize::try_from(u64::from(run) << 32 | u64::from(number));
    std::ptr::without_provenance(bits.expect("seedbed bug: a pointer has 64 bits, please report"))
}

fn unpack(data: *const ()) -> (u32, u32) {
    let bits = data.addr() as u64;
    let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or(0);
    (half(bits >> 32), half(bits))
}

/// The waker of a task. There is nothing to drop, and a call that does nothing would be made at each step.
#[inline]
pub(crate) fn task_waker(run: u32, task: TaskId) -> ManuallyDrop<Waker> {
    // SAFETY: the functions of the table treat the data pointer as a number and never dereference it, so the contract
    // of `RawWaker` (clone, wake and drop may be called from any thread, any number of times) holds trivially.
    ManuallyDrop::new(unsafe { Waker::new(pack(run, task.get()), &TASK) })
}

/// The waker of a job in a simulated executor.
pub(crate) fn job_waker(run: u32, job: JobId) -> Waker {
    // SAFETY: as for `task_waker`.
    unsafe { Waker::new(pack(run, job.get()), &JOB) }
}

/// True if this is that task's own waker, not one that a combinator wrapped around it.
pub(crate) fn is_own(waker: &Waker, run: u32, task: TaskId) -> bool {
    std::ptr::eq(waker.vtable(), &raw const TASK) && waker.data() == pack(run, task.get())
}

/// The waker of a task whose await points are looked at.
pub(crate) fn probe_waker(run: u32, task: TaskId) -> ManuallyDrop<Waker> {
    // SAFETY: as for `task_waker`; cloning looks the number up, too.
    ManuallyDrop::new(unsafe { Waker::new(pack(run, task.get()), &PROBE) })
}

/// True if this is that task's own waker in the form that shows where it is polled.
#[cold]
pub(crate) fn is_probe(waker: &Waker, run: u32, task: TaskId) -> bool {
    std::ptr::eq(waker.vtable(), &raw const PROBE) && waker.data() == pack(run, task.get())
}

/// A leaf of another library keeps the waker: the stack is that of its await. What it keeps is the plain waker.
fn clone_probe(data: *const ()) -> RawWaker {
    note_stack(data);
    RawWaker::new(data, &TASK)
}

/// A task that wakes itself waits for its next turn, here.
fn wake_probe(data: *const ()) {
    note_stack(data);
    wake_task(data);
}

fn note_stack(data: *const ()) {
    let (run, _) = unpack(data);
    current::of_run_plainly(run, |kernel| {
        kernel.strikes.note_stack();
        true
    });
}

fn wake_task(data: *const ()) {
    let (run, number) = unpack(data);
    if !current::of_run_plainly(run, |kernel| kernel.wake_plainly(TaskId::new(number))) {
        wake_task_otherwise(data);
    }
}

// Out of line, so that the plain wake calls nothing and need not save a register.
#[cold]
#[inline(never)]
fn wake_task_otherwise(data: *const ()) {
    let (run, number) = unpack(data);
    let id = TaskId::new(number);
    if current::of_run(run, |kernel| kernel.wake_task(id)).is_none() {
        foreign(run, number);
    }
}

fn wake_job(data: *const ()) {
    let (run, number) = unpack(data);
    current::of_run(run, |kernel| kernel.wake_job(JobId::new(number)));
}

/// Wakes that came while their run was not the calling thread's: tasks by run. Bounded, since most belong to runs that
/// have ended and nobody will ask.
static FOREIGN: Mutex<BTreeMap<u32, Vec<u32>>> = Mutex::new(BTreeMap::new());
static FOREIGN_RUNS: AtomicUsize = AtomicUsize::new(0);
const FOREIGN_RUNS_MAX: usize = 64;
const FOREIGN_TASKS_MAX: usize = 16;

#[cold]
#[inline(never)]
fn foreign(run: u32, task: u32) {
    let mut table = FOREIGN.lock().unwrap_or_else(PoisonError::into_inner);
    let tasks = table.entry(run).or_default();
    if tasks.len() < FOREIGN_TASKS_MAX && !tasks.contains(&task) {
        tasks.push(task);
    }
    while table.len() > FOREIGN_RUNS_MAX {
        table.pop_first();
    }
    FOREIGN_RUNS.store(table.len(), Ordering::Release);
}

/// Takes the tasks of this run that another thread tried to wake.
pub(crate) fn take_foreign(run: u32) -> Vec<TaskId> {
    if FOREIGN_RUNS.load(Ordering::Acquire) == 0 {
        return Vec::new();
    }
    let mut table = FOREIGN.lock().unwrap_or_else(PoisonError::into_inner);
    let tasks = table.remove(&run).unwrap_or_default();
    FOREIGN_RUNS.store(table.len(), Ordering::Release);
    tasks.into_iter().map(TaskId::new).collect()
}
