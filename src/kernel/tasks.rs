//! The table of tasks: what runs, what it waits for, and how it is to be cancelled.

use std::mem::ManuallyDrop;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::arena::Key;
use super::frames::{FrameIndex, Frames};
use super::future::Cancelled;
use crate::ident::{LoopId, TaskId};

/// Where a future object lives: in which run, and under which key; and the task that it is, if it is one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Address {
    pub(crate) run: u32,
    pub(crate) key: Key,
    pub(crate) task: Option<TaskId>,
}

/// Anything that owns a future of the kernel's. The owner's `Drop` gives the future back.
pub(crate) trait Owner {
    fn address(&self) -> Address;
}

/// What a poll of a task's coroutine came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    Finished,
    /// The output is an error that counts as a failure.
    Failed,
}

/// A coroutine in its task; never called while the kernel is borrowed, because it runs user code.
pub(crate) trait RunTask: Owner {
    /// Polls the coroutine and keeps its output.
    fn poll(&self, cx: &mut Context<'_>) -> Poll<Outcome>;
    /// Drops the coroutine where it stands, or the output.
    fn drop_contents(&self);
}

/// One future that a task waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    pub(crate) future: Key,
    /// The frame in which the await stands.
    pub(crate) frame: FrameIndex,
    /// A cancellation of the task was passed on to this future.
    pub(crate) requested: bool,
    /// A combinator's waker is told, so code of other tasks may wait for the same future.
    pub(crate) wrapped: bool,
    /// A cancellation is thrown here at the next step, and the future is left as it is: see `Kernel::hold`.
    pub(crate) held: bool,
    /// Virtual nanoseconds.
    pub(crate) since: u64,
}

impl Wait {
    pub(crate) fn new(future: Key, frame: FrameIndex, since: u64) -> Self {
        Self { future, frame, requested: false, wrapped: false, held: false, since }
    }
}

/// The rarely used part of a task.
#[derive(Debug, Default)]
pub(crate) struct TaskExtra {
    pub(crate) frames: Frames,
    /// Waits beyond the first: a task has several only through `join!`, `select!` and the like.
    pub(crate) waits: Vec<Wait>,
    /// asyncio's `_must_cancel`, with the message: deliver at the next step.
    pub(crate) must_cancel: Option<Option<Arc<str>>>,
    /// The message that goes with waits that are `held`.
    pub(crate) held: Option<Arc<str>>,
    /// A cancellation raised by the code itself, outside every frame.
    pub(crate) raised: Option<Cancelled>,
    /// The first child of each name, and how many have the name.
    pub(crate) named_children: Vec<(TaskId, u32)>,
}

/// One unfinished task.
pub(crate) struct Task {
    pub(crate) id: TaskId,
    pub(crate) future: Key,
    pub(crate) loop_id: LoopId,
    /// Invariant: a task is in the ready queue at most once, and exactly while this is set.
    pub(crate) queued: bool,
    /// Some wait may be `requested`, or `extra` may hold a cancellation: the step must look.
    pub(crate) check_cancel: bool,
    /// Virtual nanoseconds at its last step: since then it waits, if it waits for something that the kernel does not know.
    pub(crate) stepped_at: u64,
    pub(crate) runner: Rc<dyn RunTask>,
    pub(crate) wait: Option<Wait>,
    pub(crate) extra: Option<Box<TaskExtra>>,
    /// Children without a name of their own so far; numbers the next one.
    pub(crate) children: u32,
    /// The loop's own, not the program's.
    pub(crate) hidden: bool,
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Task {
    pub(crate) fn extra(&mut self) -> &mut TaskExtra {
        self.extra.get_or_insert_default()
    }

    /// Marks the beginning of a step.
    #[inline]
    pub(super) fn begin_step(&mut self, now: u64) -> Rc<dyn RunTask> {
        debug_assert!(self.queued, "seedbed bug: a step that was not scheduled, please report");
        self.queued = false;
        self.stepped_at = now;
        Rc::clone(&self.runner)
    }

    pub(crate) fn waits(&self) -> impl Iterator<Item = &Wait> {
        self.wait.iter().chain(self.extra.iter().flat_map(|extra| &extra.waits))
    }

    pub(crate) fn waits_mut(&mut self) -> impl Iterator<Item = &mut Wait> {
        self.wait.iter_mut().chain(self.extra.iter_mut().flat_map(|extra| &mut extra.waits))
    }

    pub(crate) fn add_wait(&mut self, wait: Wait) {
        if self.wait.is_none() {
            self.wait = Some(wait);
        } else {
            self.extra().waits.push(wait);
        }
    }

    pub(crate) fn remove_wait(&mut self, future: Key) -> Option<Wait> {
        if self.wait.is_some_and(|wait| wait.future == future) {
            let next = self.extra.as_mut().and_then(|extra| extra.waits.pop());
            return std::mem::replace(&mut self.wait, next);
        }
        let waits = &mut self.extra.as_mut()?.waits;
        let at = waits.iter().position(|wait| wait.future == future)?;
        Some(waits.remove(at))
    }

    pub(crate) fn catches(&self) -> bool {
        self.extra.as_ref().is_some_and(|extra| extra.frames.any_catches())
    }
}

const FINISHED: u32 = u32::MAX;

/// All tasks of a run, found by their id, which is never used again.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    /// Slot of each task ever spawned, or `FINISHED`.
    slot_of: Vec<u32>,
    slots: Vec<Option<Task>>,
    free: Vec<u32>,
}

impl Tasks {
    /// The id that the next task gets.
    pub(crate) fn next_id(&self) -> TaskId {
        TaskId::new(u32::try_from(self.slot_of.len()).expect("seedbed bug: task ids ran out, please report"))
    }

    /// Number of unfinished tasks.
    pub(crate) fn live(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Forgets all tasks, which must have ended, and keeps the memory of their entries: not more than `kept` of each sort.
    pub(crate) fn renew(&mut self, kept: usize) {
        debug_assert_eq!(self.live(), 0, "seedbed bug: tasks were left in the table, please report");
        self.slot_of.clear();
        self.slots.clear();
        self.free.clear();
        self.slot_of.shrink_to(kept);
        self.slots.shrink_to(kept);
        self.free.shrink_to(kept);
    }

    /// Uses a number up for a task that needs no entry.
    pub(crate) fn skip(&mut self) {
        self.slot_of.push(FINISHED);
    }

    #[inline(always)]
    pub(crate) fn insert(&mut self, task: Task) {
        debug_assert_eq!(task.id, self.next_id(), "seedbed bug: task ids must be dense, please report");
        match self.free.pop() {
            Some(slot) => {
                // There is nothing to drop, which only we know: the compiler would keep a copy of the task meanwhile.
                let before = ManuallyDrop::new(self.slots[slot as usize].replace(task));
                debug_assert!(before.is_none(), "seedbed bug: a free slot holds a task, please report");
                self.slot_of.push(slot);
            }
            None => {
                let slot = u32::try_from(self.slots.len()).expect("seedbed bug: task slots ran out, please report");
                self.slots.push(Some(task));
                self.slot_of.push(slot);
            }
        }
    }

    pub(crate) fn get(&self, id: TaskId) -> Option<&Task> {
        let slot = *self.slot_of.get(id.get() as usize)?;
        self.slots.get(slot as usize)?.as_ref()
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, id: TaskId) -> Option<&mut Task> {
        let slot = *self.slot_of.get(id.get() as usize)?;
        self.slots.get_mut(slot as usize)?.as_mut()
    }

    pub(crate) fn remove(&mut self, id: TaskId) -> Option<Task> {
        let slot = std::mem::replace(self.slot_of.get_mut(id.get() as usize)?, FINISHED);
        let task = self.slots.get_mut(slot as usize)?.take()?;
        self.free.push(slot);
        Some(task)
    }

    /// Drops the entry of a task that has ended.
    #[inline(always)]
    pub(crate) fn free(&mut self, id: TaskId) {
        let slot = std::mem::replace(&mut self.slot_of[id.get() as usize], FINISHED);
        self.slots[slot as usize] = None;
        self.free.push(slot);
    }

    /// As `free`, for a task without an `extra`.
    #[inline(always)]
    pub(crate) fn free_plainly(&mut self, id: TaskId) {
        let slot = std::mem::replace(&mut self.slot_of[id.get() as usize], FINISHED);
        if let Some(Task { runner, extra, .. }) = self.slots[slot as usize].take() {
            debug_assert!(extra.is_none(), "seedbed bug: the extra of a task was lost, please report");
            // There is nothing to drop, which only the caller knows.
            let _none = ManuallyDrop::new(extra);
            drop(runner);
        }
        self.free.push(slot);
    }

    /// Ids of the unfinished tasks in the order of their creation.
    pub(crate) fn ids(&self) -> Vec<TaskId> {
        let mut ids: Vec<TaskId> = self.slots.iter().flatten().map(|task| task.id).collect();
        ids.sort_unstable();
        ids
    }
}
