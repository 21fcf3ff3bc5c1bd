//! The state of one run, and the small operations that everything else is made of.
//!
//! The kernel is data: it runs no user code and drops no user value while it is borrowed (`context::drive` does
//! both). Its methods stand in the files of this folder by topic.

use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

use super::arena::{Arena, Key};
use super::frames::FrameIndex;
use super::future::{Callback, Fut, Kind, PanicReport, State};
use super::handle::Ready;
use super::idle::Idle;
use super::limits::{Heartbeat, LimitKind, Limits};
use super::loops::{Loop, Target, Timer};
use super::outside::Outside;
use super::picker::Picker;
use super::resources::Resources;
use super::stop::Stop;
use super::tasks::{Address, RunTask, Task, Tasks};
use crate::ident::{LoopId, TaskId};
use crate::instant::Instant;
use crate::trace::{Actor, Event, Names, Recorder};

/// A callback that waits for its turn; taken out when it runs or is cancelled.
pub(crate) type Closure = Box<dyn FnOnce()>;

/// What is to be done with a waker of another library.
#[derive(Debug)]
pub(crate) enum Errand {
    Wake(Waker),
    /// It is no longer needed.
    Drop(Waker),
}

/// A panic, and whether anybody was told.
#[derive(Debug)]
pub(crate) struct PanicRecord {
    pub(crate) report: Arc<PanicReport>,
    pub(crate) observed: bool,
}

/// How the tasks of a run ended.
///
/// ```
/// let report = seedbed::Sim::new(0).run(async { seedbed::spawn(async {}).await });
/// assert_eq!((report.tasks.spawned, report.tasks.finished), (2, 2));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Counts {
    /// Tasks made; the sum of all others.
    pub spawned: u64,
    /// Tasks that returned.
    pub finished: u64,
    /// Fallible tasks that returned an error.
    pub failed: u64,
    /// Tasks that ended cancelled.
    pub cancelled: u64,
    /// Tasks that panicked.
    pub panicked: u64,
    /// Tasks that had not ended, and were dropped at the end of the run.
    pub leaked: u64,
}

/// All mutable state of one run.
pub(crate) struct Kernel {
    /// Number of the run in the process; wakers carry it, nothing else may depend on it.
    pub(crate) run: u32,
    /// Virtual nanoseconds since the start. Invariant: never decreases.
    pub(crate) now: u64,
    pub(crate) tasks: Tasks,
    pub(crate) futures: Arena<Fut>,
    pub(crate) closures: Arena<Closure>,
    pub(crate) loops: Vec<Loop>,
    /// The loop that `EventLoop::current` means outside a running one.
    pub(crate) current_loop: Option<LoopId>,
    pub(crate) running_loop: Option<LoopId>,
    /// The task whose step runs now.
    pub(crate) current: Option<TaskId>,
    /// The innermost frame being polled in that step.
    pub(crate) frame: FrameIndex,
    pub(crate) outside: Outside,
    /// For how long the step that runs now has blocked the loop.
    pub(crate) blocked_for: u64,
    pub(crate) idle: Idle,
    pub(crate) resources: Resources,
    pub(crate) picker: Picker,
    pub(crate) limits: Limits,
    pub(crate) steps: u64,
    /// Who is told of every step, if anybody is, and the limit on steps, which is 0 then in `limits`.
    pub(super) heartbeat: Option<(Arc<Heartbeat>, u64)>,
    /// Steps in a row that only woke themselves, at one instant.
    pub(crate) spins: u64,
    pub(crate) timer_sequence: u64,
    pub(crate) roots: u32,
    pub(crate) named_roots: Vec<(Box<str>, u32)>,
    pub(crate) names: Names,
    pub(crate) recorder: Recorder,
    pub(crate) stop: Option<Stop>,
    pub(crate) panics: Vec<PanicRecord>,
    pub(crate) counts: Counts,
    /// Paths of the tasks that the end of a loop's run found unfinished, and cancelled.
    pub(crate) leftovers: Vec<String>,
    /// Paths of the tasks that were dropped when the run was taken down.
    pub(crate) leaked: Vec<String>,
    /// What is to be done with wakers of other libraries once the kernel is no longer borrowed.
    pub(crate) errands: Vec<Errand>,
    pub(crate) registrations: u64,
    /// Set when something was scheduled on a closed loop; whoever asked reports it.
    pub(crate) hit_closed_loop: bool,
    /// The run is being taken down: nothing new starts.
    pub(crate) ending: bool,
    /// The loop runs for its own clean-up: its comings and goings are no events.
    pub(crate) hidden_run: bool,
    pub(crate) default_workers: usize,
    pub(crate) manual_time: bool,
}

impl std::fmt::Debug for Kernel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kernel").field("now", &self.now).field("steps", &self.steps).finish_non_exhaustive()
    }
}

impl Kernel {
    // Always inline: at each place the event is known, and folding it into the digest is a handful of instructions.
    #[inline(always)]
    pub(crate) fn emit(&mut self, event: Event) {
        self.recorder.event(Instant::from_nanos(self.now), event);
    }

    /// Who does what is done now.
    pub(crate) fn actor(&self) -> Actor {
        match (self.outside.current, self.current) {
            (Some(job), _) => Actor::Job(job),
            (None, Some(task)) => Actor::Task(task),
            (None, None) if self.running_loop.is_some() => Actor::Callback,
            (None, None) => Actor::Outside,
        }
    }

    pub(crate) fn future(&self, key: Key) -> &Fut {
        self.futures.get(key).expect("seedbed bug: a future outlived its kernel entry, please report")
    }

    pub(crate) fn future_mut(&mut self, key: Key) -> &mut Fut {
        self.futures.get_mut(key).expect("seedbed bug: a future outlived its kernel entry, please report")
    }

    pub(crate) fn event_loop(&mut self, id: LoopId) -> &mut Loop {
        &mut self.loops[id.get() as usize]
    }

    pub(crate) fn new_loop(&mut self) -> LoopId {
        let id = LoopId::new(u32::try_from(self.loops.len()).expect("seedbed bug: too many loops, please report"));
        self.loops.push(Loop::default());
        self.current_loop = Some(id);
        id
    }

    /// The running loop, else the current one, else a new one (asyncio's `get_event_loop`). To a job, it is the loop
    /// that it was submitted from.
    pub(crate) fn loop_for_calls(&mut self) -> LoopId {
        let home = self.outside.current_job().map(|(_, job)| job.loop_id);
        match home.or(self.running_loop).or(self.current_loop) {
            Some(id) => id,
            None => self.new_loop(),
        }
    }

    pub(crate) fn new_future(&mut self, loop_id: LoopId, kind: Kind) -> Address {
        let key = self.futures.insert(Fut::new(loop_id, kind));
        Address { run: self.run, key, task: None }
    }

    /// Gives a future's entry back; false if it was settled.
    #[inline]
    pub(crate) fn release_future(&mut self, key: Key) -> bool {
        let Some(future) = self.futures.get_mut(key) else { return false };
        let pending = !future.is_done();
        if pending {
            for callback in future.take_callbacks() {
                if let Callback::Wake(_, waker) = callback {
                    self.errands.push(Errand::Drop(*waker));
                }
            }
        }
        self.futures.discard(key);
        pending
    }

    /// Puts a handle at the end of a loop's ready queue. False (and noted) if that loop is closed.
    pub(crate) fn make_ready(&mut self, loop_id: LoopId, handle: Ready) -> bool {
        let event_loop = &mut self.loops[loop_id.get() as usize];
        if event_loop.closed {
            self.hit_closed_loop = true;
            return false;
        }
        event_loop.ready.push_back(handle);
        true
    }

    /// Schedules the next step of a task, unless it is scheduled or done already.
    pub(crate) fn queue_step(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get_mut(id) else { return };
        if task.queued {
            return;
        }
        let loop_id = task.loop_id;
        let event_loop = &mut self.loops[loop_id.get() as usize];
        if event_loop.closed {
            self.hit_closed_loop = true;
            return;
        }
        task.queued = true;
        event_loop.ready.push_back(Ready::Step(id));
        self.note_ready(loop_id, id);
    }

    /// Schedules a callback with a handle of its own.
    pub(crate) fn call_soon(&mut self, loop_id: LoopId, closure: Closure) -> Result<Key, Closure> {
        if self.loops[loop_id.get() as usize].closed {
            return Err(closure);
        }
        let key = self.closures.insert(closure);
        self.make_ready(loop_id, Ready::Call(key));
        Ok(key)
    }

    pub(crate) fn add_timer(&mut self, loop_id: LoopId, deadline: u64, target: Target) {
        let deadline = if self.picker.explores { self.perturbed(deadline) } else { deadline };
        self.timer_sequence += 1;
        let timer = Timer { deadline, sequence: self.timer_sequence, target };
        self.loops[loop_id.get() as usize].add_timer(timer);
    }

    /// Notes that the target of a timer was removed.
    pub(crate) fn timer_cancelled(&mut self, loop_id: LoopId) {
        let (futures, closures) = (&self.futures, &self.closures);
        self.loops[loop_id.get() as usize].timer_cancelled(|target| is_live(futures, closures, target));
    }

    /// The earliest live timer of a loop.
    pub(crate) fn next_timer(&mut self, loop_id: LoopId) -> Option<Timer> {
        let (futures, closures) = (&self.futures, &self.closures);
        self.loops[loop_id.get() as usize].next_timer(|target| is_live(futures, closures, target))
    }

    /// The task that a timer will wake, if it is one task's.
    pub(crate) fn waiter_of(&self, target: Target) -> Option<TaskId> {
        let Target::Settle(key) = target else { return None };
        match self.futures.get(key)?.first {
            Some(Callback::Step(task)) => Some(task),
            _ => None,
        }
    }

    /// Moves the timers that are due to the ready queue, in (deadline, sequence) order.
    pub(crate) fn move_due_timers(&mut self, loop_id: LoopId) {
        let now = self.now;
        while let Some(timer) = self.loops[loop_id.get() as usize].pop_due(now) {
            if !is_live(&self.futures, &self.closures, timer.target) {
                continue;
            }
            if timer.deadline < now {
                let task = self.waiter_of(timer.target);
                self.emit(Event::Late { task, nanos: now - timer.deadline });
            }
            let handle = match timer.target {
                Target::Settle(key) => Ready::Expiry(key),
                Target::Call(key) => Ready::Call(key),
            };
            self.make_ready(loop_id, handle);
        }
    }

    /// A deadline `nanos` from now; the end of time if the clock would overflow.
    pub(crate) fn deadline_after(&self, nanos: u128) -> u64 {
        u64::try_from(nanos).map_or(u64::MAX, |nanos| self.now.saturating_add(nanos))
    }

    /// Ends the run with a verdict; the first one stays.
    pub(crate) fn stop_with(&mut self, stop: Stop) {
        self.stop.get_or_insert(stop);
    }

    pub(crate) fn trip(&mut self, limit: LimitKind, bound: String, task: Option<TaskId>, detail: String) {
        let who = task.map_or_else(|| self.actor(), Actor::Task);
        let text = self.recorder.text(limit.name());
        self.emit(Event::LimitReached { who, limit: text });
        let task = task.map(|id| self.names.path(id));
        self.stop_with(Stop::Limit { limit, bound, task, detail });
    }

    /// Enters a new task into the tables and schedules its first step.
    pub(crate) fn spawn(
        &mut self,
        loop_id: LoopId,
        label: Option<&str>,
        hidden: bool,
        location: &'static Location<'static>,
        make: impl FnOnce(Address) -> Rc<dyn RunTask>,
    ) {
        let id = self.tasks.next_id();
        let parent = self.current;
        self.name_task(id, parent, label, location);
        let key = self.futures.insert(Fut::new(loop_id, Kind::Task(id)));
        let runner = make(Address { run: self.run, key, task: Some(id) });
        self.tasks.insert(Task {
            id,
            future: key,
            loop_id,
            queued: false,
            running: false,
            woke_itself: false,
            check_cancel: false,
            stepped_at: self.now,
            runner,
            wait: None,
            extra: None,
            children: 0,
            hidden,
        });
        if !hidden {
            let by = self.actor();
            self.counts.spawned += 1;
            self.emit(Event::Spawned { task: id, by });
        }
        self.queue_step(id);
        if self.tasks.live() > self.limits.tasks as usize {
            let bound = self.limits.tasks.to_string();
            self.trip(LimitKind::Tasks, bound, Some(id), "one task too many was spawned".to_owned());
        }
    }

    /// The state of a future as a reader outside sees it.
    pub(crate) fn state(&self, key: Key) -> State {
        self.futures.get(key).map_or(State::Cancelled, |future| future.state)
    }
}

fn is_live(futures: &Arena<Fut>, closures: &Arena<Closure>, target: Target) -> bool {
    match target {
        Target::Settle(key) => futures.get(key).is_some(),
        Target::Call(key) => closures.get(key).is_some(),
    }
}
