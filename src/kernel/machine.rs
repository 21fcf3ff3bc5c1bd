//! The state of one run, and the small operations that everything else is made of.
//!
//! The kernel is data: it runs no user code and drops no user value while it is borrowed (`context::drive` does
//! both). Its methods stand in the files of this folder by topic.

use std::any::Any;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

use super::alarms::Alarms;
use super::arena::{Arena, Key};
use super::aside::Aside;
use super::cut_short::{Cancelled, PanicReport};
use super::frames::FrameIndex;
use super::future::{Fut, LOOPS_MAX, Registered};
use super::handle::{Pick, Ready};
use super::idle::Idle;
use super::limits::{Heartbeat, LimitKind, Limits};
use super::loop_list::Loops;
use super::loops::Loop;
use super::marks::Marks;
use super::outside::Outside;
use super::picker::Picker;
use super::resources::Resources;
use super::stop::Stop;
use super::strikes::Strikes;
use super::tasks::{Address, RunTask, Task, Tasks};
use super::wall::Wall;
use crate::choice;
use crate::ident::{LoopId, TaskId};
use crate::instant::Instant;
use crate::trace::{Actor, Event, Names, Recorder};

/// A callback that waits for its turn; taken out when it runs or is cancelled.
pub(crate) type Closure = Box<dyn FnOnce()>;

/// What a callback does.
pub(crate) enum Call {
    Closure(Closure),
    /// The deadline of a timeout has passed: this frame of the task is cancelled, unless that deadline was withdrawn.
    Timeout(TaskId, u32, u64),
    /// A task that a fault had put aside comes back to the ready queue.
    Release(TaskId),
    /// What this loop was run for is done.
    Stop(LoopId),
}

impl Call {
    pub(crate) fn into_closure(self) -> Option<Closure> {
        match self {
            Self::Closure(closure) => Some(closure),
            Self::Timeout(..) | Self::Release(_) | Self::Stop(_) => None,
        }
    }
}

impl From<Closure> for Call {
    fn from(closure: Closure) -> Self {
        Self::Closure(closure)
    }
}

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
    /// The future objects that are no tasks.
    pub(crate) futures: Arena<Fut>,
    /// Wakers of other libraries that are registered with a future.
    pub(super) wakers: Arena<Registered>,
    /// Alarms that have become futures, by their key, until the sleep is over or dropped: see `Kernel::alarm_to_future`.
    pub(super) alarms: Alarms,
    pub(crate) closures: Arena<Call>,
    pub(crate) loops: Loops,
    /// The loop that `EventLoop::current` means outside a running one.
    pub(crate) current_loop: Option<LoopId>,
    pub(crate) running_loop: Option<LoopId>,
    /// Handles left in the pass of the running loop; what is made ready meanwhile waits for the next one. Invariant: zero
    /// once a verdict stands, so that a step need not look for one.
    pub(super) batch: usize,
    /// What was picked for the next turn, and is no plain step of a task.
    pub(super) picked: Option<Pick>,
    /// The task whose step runs now.
    pub(crate) current: Option<TaskId>,
    /// The same, but also while a job goes on because that step blocks.
    pub(super) stepping: Option<TaskId>,
    /// It was woken during its own step.
    pub(super) woke_itself: bool,
    /// Since the step began, a cancellation was raised, or a request was kept at some task.
    pub(super) asked: bool,
    /// The innermost frame being polled in that step.
    pub(crate) frame: FrameIndex,
    /// Frames whose deadline has passed, of tasks that have ended with them open.
    pub(super) expired_at_end: Vec<(TaskId, u32)>,
    /// Cancellations that were thrown at frames and not taken up yet: at most so many.
    pub(super) thrown: u32,
    /// Some frame of the run stood under a combinator, and keeps its waker.
    pub(super) wraps_frames: bool,
    /// The coroutine of the current task, and a cancellation that it raised outside every frame: it is to be dropped next.
    pub(super) raised: Option<(Rc<dyn RunTask>, Cancelled)>,
    pub(crate) outside: Outside,
    /// For how long the step that runs now has blocked the loop.
    pub(crate) blocked_for: u64,
    pub(super) aside: Aside,
    pub(crate) idle: Idle,
    pub(crate) resources: Resources,
    pub(crate) picker: Picker,
    /// Who is struck at await points, and whose are kept.
    pub(crate) strikes: Strikes,
    pub(crate) limits: Limits,
    /// Up to so many steps are begun by the short way: the limit, or none where a fault may have a task stand still.
    pub(super) plain_until: u64,
    /// The last instant that `limits` allows, in virtual nanoseconds.
    pub(super) last_instant: u64,
    pub(crate) steps: u64,
    /// Who is told of every step, if anybody is, and the limit on steps, which is 0 then in `limits`.
    pub(super) heartbeat: Option<(Arc<Heartbeat>, u64)>,
    /// The number of steps when the clock moved last.
    pub(super) moved_at_step: u64,
    /// Steps in a row that only woke themselves, at one instant.
    pub(crate) spins: u64,
    pub(crate) timer_sequence: u64,
    pub(crate) roots: u32,
    /// The first task of each name that has no parent, and how many have the name.
    pub(crate) named_roots: Vec<(TaskId, u32)>,
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
    /// How often the run was at each point of the program.
    pub(crate) marks: Marks,
    /// What the simulated machine believes the time of day to be.
    pub(crate) wall: Wall,
    /// The network, once something of it was used; known to `net` only.
    pub(crate) net: Option<Box<dyn Any>>,
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

    pub(crate) fn event_loop(&mut self, id: LoopId) -> &mut Loop {
        &mut self.loops[id.get() as usize]
    }

    pub(crate) fn new_loop(&mut self) -> LoopId {
        let id = u32::try_from(self.loops.len()).ok().filter(|&id| (id as usize) < LOOPS_MAX);
        let id = LoopId::new(id.expect("seedbed bug: too many loops, please report"));
        self.loops.push();
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
    #[inline]
    pub(crate) fn queue_step(&mut self, id: TaskId) {
        if !self.queue_plainly(id) {
            self.queue_step_otherwise(id);
        }
    }

    /// As `queue_step`, while nobody who chooses is to be told at once, and the queue has a place left; false, with nothing done, in any other
    /// case.
    #[inline(always)]
    pub(super) fn queue_plainly(&mut self, id: TaskId) -> bool {
        let Some(task) = self.tasks.get_mut(id) else { return false };
        if task.queued {
            return true;
        }
        // An index that may panic would make the caller save registers for the unwinding.
        let Some(event_loop) = self.loops.get_mut(task.loop_id().get() as usize) else { return false };
        if self.picker.wakes_slowly || event_loop.closed || !event_loop.ready.push_in_place(Ready::Step(id)) {
            return false;
        }
        task.queued = true;
        if self.recorder.is_recording() && !task.hidden {
            self.recorder.aside(Instant::from_nanos(self.now), Event::Woken { task: id });
        }
        true
    }

    #[cold]
    #[inline(never)]
    fn queue_step_otherwise(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get_mut(id) else { return };
        if task.queued {
            return;
        }
        let loop_id = task.loop_id();
        let event_loop = &mut self.loops[loop_id.get() as usize];
        if event_loop.closed {
            self.hit_closed_loop = true;
            return;
        }
        if self.picker.asks(choice::Kind::Wake) && self.wake_is_late(id) {
            return;
        }
        let Some(task) = self.tasks.get_mut(id) else { return };
        let event_loop = &mut self.loops[loop_id.get() as usize];
        task.queued = true;
        event_loop.ready.push_back(Ready::Step(id));
        self.note_ready(loop_id, id);
    }

    /// Schedules a callback with a handle of its own.
    pub(crate) fn call_soon(&mut self, loop_id: LoopId, call: impl Into<Call>) -> Result<Key, Call> {
        let call = call.into();
        if self.loops[loop_id.get() as usize].closed {
            return Err(call);
        }
        let key = self.closures.insert(call);
        self.make_ready(loop_id, Ready::Call(key));
        Ok(key)
    }

    /// Ends the run with a verdict; the first one stays.
    pub(crate) fn stop_with(&mut self, stop: Stop) {
        self.stop.get_or_insert(stop);
        self.batch = 0;
    }

    pub(crate) fn trip(&mut self, limit: LimitKind, bound: String, task: Option<TaskId>, detail: String) {
        let who = task.map_or_else(|| self.actor(), Actor::Task);
        let text = self.recorder.text(limit.name());
        self.emit(Event::LimitReached { who, limit: text });
        let task = task.map(|id| self.names.path(id));
        self.stop_with(Stop::Limit { limit, bound, task, detail });
    }

    /// Enters a new task into the tables and schedules its first step; its loop is open.
    pub(crate) fn spawn(
        &mut self,
        loop_id: LoopId,
        label: Option<&str>,
        hidden: bool,
        root: bool,
        location: &'static Location<'static>,
        make: impl FnOnce(Address) -> Rc<dyn RunTask>,
    ) {
        let (id, key) = self.tasks.next();
        match (label, self.current.filter(|_| !root)) {
            (None, Some(parent)) => self.number_task(id, parent, location),
            (label, parent) => self.name_task(id, parent, label, location),
        }
        let runner = make(Address { run: self.run, key });
        self.tasks.insert(Task::new(id, loop_id, runner, hidden, self.now));
        if !hidden {
            let by = self.actor();
            self.counts.spawned += 1;
            self.emit(Event::Spawned { task: id, by });
        }
        self.make_ready(loop_id, Ready::Step(id));
        self.note_ready(loop_id, id);
        if self.tasks.live() > self.limits.tasks as usize {
            self.trip_tasks(id);
        }
    }

    #[cold]
    #[inline(never)]
    fn trip_tasks(&mut self, id: TaskId) {
        let bound = self.limits.tasks.to_string();
        self.trip(LimitKind::Tasks, bound, Some(id), "one task too many was spawned".to_owned());
    }
}
