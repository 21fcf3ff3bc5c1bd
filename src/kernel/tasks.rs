//! The table of tasks: what runs, what it waits for, and how it is to be cancelled.

use std::any::Any;
use std::mem::ManuallyDrop;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::arena::Key;
use super::future::{Fut, Kind, TaskExtra, Wait};
use crate::ident::{LoopId, TaskId};

/// Where a future object lives: in which run, and under which key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Address {
    pub(crate) run: u32,
    pub(crate) key: Key,
}

/// Anything that owns a future of the kernel's, and the place of its value. The owner's `Drop` gives the future back.
///
/// It does not say the type of the value, so that one pointer serves every handle: who holds a handle knows the type.
pub(crate) trait Owner {
    fn address(&self) -> Address;
    /// Moves the value out, into an `Option` of its type, if it is there.
    fn take(&self, into: &mut dyn Any);
    /// Shows the value where it is, if it is there (and not in use at this moment).
    fn read(&self, reader: &mut dyn FnMut(&dyn Any));
    /// Stores the value, out of an `Option` of its type; leaves it there where values come from a coroutine.
    fn put(&self, from: &mut dyn Any);
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

/// One task and its future object, from the spawn until the task has ended and nobody can ask for its end any more.
pub(crate) struct Task {
    /// Invariant: its kind is this task, or the entry is vacant.
    pub(crate) future: Fut,
    /// None once the task has ended.
    runner: Option<Rc<dyn RunTask>>,
    pub(crate) wait: Option<Wait>,
    /// Virtual nanoseconds: when `wait` began. Without one, its last step or the end of its last wait: since then it waits,
    /// if it waits for something that the kernel does not know.
    since: u64,
    /// Children without a name of their own so far; numbers the next one.
    pub(crate) children: u32,
    /// Invariant: a task is in the ready queue at most once, and exactly while this is set; a fault may keep it from there for a while (`aside`).
    pub(crate) queued: bool,
    /// Some wait may be `requested`, or `extra` may hold a cancellation: the step must look.
    pub(crate) check_cancel: bool,
    /// The loop's own, not the program's.
    pub(crate) hidden: bool,
}

const _: () = assert!(size_of::<Task>() == 80, "a million tasks are to cost 80 MB of entries");

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task").field("id", &self.future.task()).finish_non_exhaustive()
    }
}

impl Task {
    #[inline]
    pub(crate) fn new(id: TaskId, loop_id: LoopId, runner: Rc<dyn RunTask>, hidden: bool, now: u64) -> Self {
        Self {
            future: Fut::new(loop_id, Kind::Task(id)),
            runner: Some(runner),
            wait: None,
            since: now,
            children: 0,
            queued: true,
            check_cancel: false,
            hidden,
        }
    }

    #[inline]
    pub(crate) fn loop_id(&self) -> LoopId {
        self.future.loop_id()
    }

    pub(crate) fn extra(&mut self) -> &mut TaskExtra {
        &mut self.future.extra().task
    }

    pub(crate) fn known_extra(&self) -> Option<&TaskExtra> {
        self.future.extra.as_ref().map(|extra| &extra.task)
    }

    pub(crate) fn known_extra_mut(&mut self) -> Option<&mut TaskExtra> {
        self.future.extra.as_mut().map(|extra| &mut extra.task)
    }

    /// The coroutine of a task that has not ended.
    #[inline]
    pub(crate) fn runner(&self) -> Rc<dyn RunTask> {
        match &self.runner {
            Some(runner) => Rc::clone(runner),
            None => unreachable!("seedbed bug: a task that has ended was to run, please report"),
        }
    }

    /// Marks the beginning of a step.
    #[inline]
    pub(super) fn begin_step(&mut self, now: u64) -> Rc<dyn RunTask> {
        debug_assert!(self.queued, "seedbed bug: a step that was not scheduled, please report");
        self.queued = false;
        if self.wait.is_none() {
            self.since = now;
        }
        self.runner()
    }

    pub(crate) fn waits(&self) -> impl Iterator<Item = &Wait> {
        let others = self.known_extra().into_iter().flat_map(|extra| &extra.waits);
        self.wait.iter().chain(others.map(|(wait, _)| wait))
    }

    pub(crate) fn waits_mut(&mut self) -> impl Iterator<Item = &mut Wait> {
        let others = self.future.extra.iter_mut().flat_map(|extra| &mut extra.task.waits);
        self.wait.iter_mut().chain(others.map(|(wait, _)| wait))
    }

    /// When the first of its waits began, or its last step if the kernel knows of none.
    pub(crate) fn waits_since(&self) -> u64 {
        let others = self.known_extra().into_iter().flat_map(|extra| &extra.waits);
        others.map(|&(_, since)| since).fold(self.since, u64::min)
    }

    /// Begins the one wait of a task.
    #[inline]
    pub(super) fn set_wait(&mut self, wait: Wait, now: u64) {
        (self.wait, self.since) = (Some(wait), now);
    }

    pub(crate) fn add_wait(&mut self, wait: Wait, now: u64) {
        if self.wait.is_none() {
            self.set_wait(wait, now);
        } else {
            self.extra().waits.push((wait, now));
        }
    }

    /// Ends the one wait of a task.
    #[inline]
    pub(super) fn clear_wait(&mut self, now: u64) {
        (self.wait, self.since) = (None, now);
    }

    /// Ends the first wait of a task; another takes its place.
    pub(super) fn end_first_wait(&mut self, now: u64) {
        match self.known_extra_mut().and_then(|extra| extra.waits.pop()) {
            Some((next, since)) => self.set_wait(next, since),
            None => self.clear_wait(now),
        }
    }

    pub(crate) fn remove_wait(&mut self, future: Key, now: u64) -> Option<Wait> {
        if let Some(wait) = self.wait.filter(|wait| wait.future == future) {
            self.end_first_wait(now);
            return Some(wait);
        }
        let waits = &mut self.known_extra_mut()?.waits;
        let at = waits.iter().position(|(wait, _)| wait.future == future)?;
        Some(waits.remove(at).0)
    }

    pub(crate) fn catches(&self) -> bool {
        self.known_extra().is_some_and(|extra| extra.frames.any_catches())
    }
}

const FREED: u32 = u32::MAX;

/// All tasks of a run, found by their id, which is never used again, or by the key of their future.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    /// Slot of each task ever spawned, or `FREED`.
    slot_of: Vec<u32>,
    /// Invariant: a vacant entry has no runner, is the future of no task, and holds nothing that would have to be dropped.
    slots: Vec<Task>,
    free: Vec<u32>,
    /// Number of unfinished tasks.
    live: usize,
}

impl Tasks {
    /// The id that the next task gets, and the key of its future.
    #[inline]
    pub(crate) fn next(&self) -> (TaskId, Key) {
        let id = self.next_id();
        let slot = self.free.last().copied().unwrap_or_else(|| self.next_slot());
        (id, Key::of_task(slot, id))
    }

    /// The id that the next task gets.
    pub(crate) fn next_id(&self) -> TaskId {
        TaskId::new(u32::try_from(self.slot_of.len()).expect("seedbed bug: task ids ran out, please report"))
    }

    fn next_slot(&self) -> u32 {
        let slot = u32::try_from(self.slots.len()).ok().filter(|&slot| Key::is_slot(slot));
        slot.expect("seedbed bug: task slots ran out, please report")
    }

    /// Number of unfinished tasks.
    pub(crate) fn live(&self) -> usize {
        self.live
    }

    /// True if the table holds nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.slots.len() == self.free.len()
    }

    /// Forgets all tasks, of which none may be left, and keeps the memory of their entries: not more than `kept` of each sort.
    pub(crate) fn renew(&mut self, kept: usize) {
        debug_assert!(self.is_empty(), "seedbed bug: tasks were left in the table, please report");
        self.slot_of.clear();
        self.slots.clear();
        self.free.clear();
        self.live = 0;
        self.slot_of.shrink_to(kept);
        self.slots.shrink_to(kept);
        self.free.shrink_to(kept);
    }

    /// Uses a number up for a task that needs no entry.
    pub(crate) fn skip(&mut self) {
        self.slot_of.push(FREED);
    }

    /// Enters the task that `next` has announced.
    #[inline(always)]
    pub(crate) fn insert(&mut self, task: Task) {
        debug_assert_eq!(
            task.future.kind,
            Kind::Task(self.next_id()),
            "seedbed bug: task ids must be dense, please report"
        );
        self.live += 1;
        match self.free.pop() {
            Some(slot) => {
                // There is nothing to drop, which only we know: the compiler would keep a copy of the task meanwhile.
                let _vacant = ManuallyDrop::new(std::mem::replace(&mut self.slots[slot as usize], task));
                self.slot_of.push(slot);
            }
            None => {
                let slot = self.next_slot();
                self.slots.push(task);
                self.slot_of.push(slot);
            }
        }
    }

    /// An unfinished task.
    pub(crate) fn get(&self, id: TaskId) -> Option<&Task> {
        let slot = *self.slot_of.get(id.get() as usize)?;
        self.slots.get(slot as usize).filter(|task| task.runner.is_some())
    }

    /// An unfinished task.
    #[inline]
    pub(crate) fn get_mut(&mut self, id: TaskId) -> Option<&mut Task> {
        let slot = *self.slot_of.get(id.get() as usize)?;
        self.slots.get_mut(slot as usize).filter(|task| task.runner.is_some())
    }

    /// The key of a task's future.
    pub(crate) fn key(&self, id: TaskId) -> Option<Key> {
        let slot = *self.slot_of.get(id.get() as usize)?;
        (slot != FREED).then(|| Key::of_task(slot, id))
    }

    /// The future of a task, finished or not.
    #[inline]
    pub(super) fn future(&self, slot: u32, id: TaskId) -> Option<&Fut> {
        let future = &self.slots.get(slot as usize)?.future;
        (future.kind == Kind::Task(id)).then_some(future)
    }

    /// The future of a task, finished or not.
    #[inline]
    pub(super) fn future_mut(&mut self, slot: u32, id: TaskId) -> Option<&mut Fut> {
        let future = &mut self.slots.get_mut(slot as usize)?.future;
        (future.kind == Kind::Task(id)).then_some(future)
    }

    /// Ends a task; what is left of it is its future.
    #[inline]
    pub(crate) fn end(&mut self, id: TaskId) -> Option<Rc<dyn RunTask>> {
        let runner = self.get_mut(id)?.runner.take();
        self.live -= 1;
        runner
    }

    /// Frees the entry of a task that has ended and whose future holds nothing, where that needs no memory; false, with
    /// nothing done, in any other case.
    #[inline(always)]
    pub(super) fn forget_if_bare(&mut self, slot: u32, id: TaskId) -> bool {
        let room = self.free.len() < self.free.capacity();
        match self.future_mut(slot, id) {
            Some(future) if room && future.is_bare() => future.kind = VACANT,
            _ => return false,
        }
        if let Some(place) = self.slot_of.get_mut(id.get() as usize) {
            *place = FREED;
        }
        self.free.push(slot);
        true
    }

    /// Frees the entry of a task that has ended.
    pub(super) fn free(&mut self, slot: u32, id: TaskId) {
        let Some(future) = self.future_mut(slot, id) else { return };
        (future.kind, future.first, future.extra) = (VACANT, None, None);
        self.slot_of[id.get() as usize] = FREED;
        self.free.push(slot);
    }

    /// Ids of the unfinished tasks in the order of their creation.
    pub(crate) fn ids(&self) -> Vec<TaskId> {
        let unfinished = self.slots.iter().filter(|task| task.runner.is_some());
        let mut ids: Vec<TaskId> = unfinished.filter_map(|task| task.future.task()).collect();
        ids.sort_unstable();
        ids
    }
}

/// The kind of the future in a vacant entry.
const VACANT: Kind = Kind::Promise;
