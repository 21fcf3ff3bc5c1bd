//! Asking for a cancellation, as CPython 3.13 does it: down to the innermost future that can be cancelled.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::arena::Key;
use super::frames::FrameIndex;
use super::future::{Kind, State, Wait};
use super::machine::Kernel;
use crate::ident::TaskId;
use crate::trace::Event;

type Message = Option<Arc<str>>;

/// A task or a gather that was asked, and is passing the request on.
struct Asked {
    who: Who,
    /// What it waits for, and whether a combinator's waker is told.
    waits: Vec<(Key, bool)>,
    /// How many of those were asked.
    at: usize,
    /// One of them took the request.
    passed: bool,
    /// One of them waits for this very task.
    circular: bool,
}

#[derive(Clone, Copy)]
enum Who {
    Task(TaskId, FrameIndex),
    Gather(Key),
}

impl Kernel {
    /// Cancels a future of any kind; false if it was done (or nothing of it could be cancelled).
    pub(crate) fn cancel(&mut self, key: Key, message: &Message) -> bool {
        if message.is_none() && key.task().is_some_and(|id| self.cancel_sleeper(id)) {
            return true;
        }
        let mut asking = Vec::new();
        let took = self.ask(key, message, &mut asking);
        took.unwrap_or_else(|| self.pass_on(asking, message))
    }

    /// Requests the cancellation of what a task runs inside `target`.
    pub(crate) fn cancel_task(&mut self, id: TaskId, target: FrameIndex, message: &Message) {
        if message.is_none() && target.is_none() && self.cancel_sleeper(id) {
            return;
        }
        let asked = self.request(id, target, message);
        self.pass_on(asked.into_iter().collect(), message);
    }

    /// Passes requests on, along chains of waits and into gathers of gathers, depth first; says whether the first one
    /// asked took it. A loop, not a recursion, because chains may be long. Whoever was asked on the way is not asked
    /// again: tasks may wait for each other in a circle.
    fn pass_on(&mut self, mut asking: Vec<Asked>, message: &Message) -> bool {
        let mut path: BTreeSet<TaskId> = asking.iter().filter_map(Asked::task).collect();
        while let Some(asked) = asking.last_mut() {
            let Some(&(key, wrapped)) = asked.waits.get(asked.at) else {
                let Some(done) = asking.pop() else { break };
                let took = self.end_asking(&done, message);
                done.task().map(|id| path.remove(&id));
                match asking.last_mut() {
                    Some(outer) if took => self.passed(outer),
                    // A circle through a gather: nothing in it will wake who waits for the gather.
                    Some(outer) => outer.circular |= done.circular,
                    None => return took,
                }
                continue;
            };
            asked.at += 1;
            if self.task_of(key).is_some_and(|id| path.contains(&id)) {
                asked.circular = true;
                continue;
            }
            if let Who::Task(id, _) = asked.who
                && wrapped
                && self.hold(id, key, message)
            {
                self.passed(asked);
                continue;
            }
            match self.ask(key, message, &mut asking) {
                Some(true) => asking.last_mut().into_iter().for_each(|asked| self.passed(asked)),
                Some(false) => {}
                None => path.extend(asking.last().and_then(Asked::task)),
            }
        }
        false
    }

    /// Asks one future: says whether it took the request, or nothing if it has others to ask first.
    fn ask(&mut self, key: Key, message: &Message, asking: &mut Vec<Asked>) -> Option<bool> {
        let Some(future) = self.find_mut(key) else { return Some(false) };
        if future.is_done() {
            return Some(false);
        }
        let asked = match future.kind {
            Kind::Task(id) => {
                if message.is_none() && self.cancel_sleeper(id) {
                    return Some(true);
                }
                self.request(id, None, message)
            }
            Kind::Gather => {
                let children = future.extra().children.iter().map(|&child| (child, false)).collect();
                Some(Asked::new(Who::Gather(key), children))
            }
            _ => {
                if message.is_some() || future.extra.is_some() {
                    future.extra().message.clone_from(message);
                }
                self.settle(key, State::Cancelled);
                return Some(true);
            }
        };
        asking.push(asked?);
        None
    }

    /// Notes a request at a task, which is to pass it on.
    fn request(&mut self, id: TaskId, target: FrameIndex, message: &Message) -> Option<Asked> {
        let by = self.actor();
        let text = message.as_deref().map(|message| self.recorder.text(message));
        self.emit(Event::CancelRequested { task: id, by, message: text });
        self.tasks.get_mut(id)?.future.extra().requests += 1;
        self.asked(id, target)
    }

    fn asked(&mut self, id: TaskId, target: FrameIndex) -> Option<Asked> {
        self.alarm_to_future(id);
        let task = self.tasks.get(id)?;
        let waits = task.waits().filter(|wait| task.takes_request(wait.frame(), target));
        Some(Asked::new(Who::Task(id, target), waits.map(|wait| (wait.future, wait.wrapped)).collect()))
    }

    /// What was asked last by `asked` took the request.
    fn passed(&mut self, asked: &mut Asked) {
        asked.passed = true;
        if let Who::Task(id, _) = asked.who
            && let Some(task) = self.tasks.get_mut(id)
        {
            let (key, _) = asked.waits[asked.at - 1];
            task.check_cancel = true;
            task.waits_mut().filter(|wait| wait.future == key).for_each(|wait| wait.requested = true);
        }
    }

    /// Everything that `asked` waits for was asked.
    fn end_asking(&mut self, asked: &Asked, message: &Message) -> bool {
        match asked.who {
            Who::Gather(key) => {
                if asked.passed {
                    self.future_mut(key).extra().cancel_requested = true;
                }
                asked.passed
            }
            Who::Task(id, target) => {
                if asked.passed {
                    self.mark_other_branches(id, target, message);
                } else {
                    self.keep_request(id, target, message, asked.circular || asked.waits.is_empty());
                }
                true
            }
        }
    }

    /// A leaf under a combinator's waker may be polled by other tasks too (`futures::future::Shared`), which must not take
    /// it for settled. A future that only the leaf knows is left alone; the task is told by its next step.
    fn hold(&mut self, id: TaskId, key: Key, message: &Message) -> bool {
        let private = |kind| matches!(kind, Kind::Sleep | Kind::Resource(_) | Kind::Other(_));
        if !self.find(key).is_some_and(|future| !future.is_done() && private(future.kind)) {
            return false;
        }
        let Some(task) = self.tasks.get_mut(id) else { return false };
        task.waits_mut().filter(|wait| wait.future == key).for_each(|wait| wait.held = true);
        task.extra().held.clone_from(message);
        self.queue_step(id);
        true
    }

    /// A request was passed on in some branches of a task that waits for several things at once. The other branches, which
    /// wait for nothing that takes it, are told by the next step.
    fn mark_other_branches(&mut self, id: TaskId, target: FrameIndex, message: &Message) {
        let Some(task) = self.tasks.get_mut(id).filter(|task| task.catches()) else { return };
        let running = self.stepping == Some(id);
        let waits: Vec<Wait> = task.waits().copied().collect();
        let frames = &mut task.extra().frames;
        let (mut any, mut idle) = (false, false);
        for frame in frames.innermost(target) {
            let mut inside = waits.iter().filter(|wait| frames.catcher(wait.frame()) == Some(frame)).peekable();
            let waits_for_nothing = inside.peek().is_none();
            if !inside.any(|wait| wait.requested) {
                (any, idle) = (true, idle | waits_for_nothing);
                frames.set_pending(frame, message.clone());
            }
        }
        task.check_cancel |= any;
        self.asked |= any;
        if idle && !running {
            self.queue_step(id);
        }
    }

    /// Keeps a request for the task's next step (asyncio's `_must_cancel`), and sees to it that there is one: what the
    /// task waits for may take no request and wake it all the same (a gather whose children have ended); `idle` says
    /// that it waits for nothing of the kind.
    fn keep_request(&mut self, id: TaskId, target: FrameIndex, message: &Message, idle: bool) {
        let Some(task) = self.tasks.get_mut(id) else { return };
        task.check_cancel = true;
        let (running, loop_id) = (self.stepping == Some(id), task.loop_id());
        self.asked = true;
        match target {
            Some(frame) => task.extra().frames.set_pending(frame, message.clone()),
            None => task.extra().must_cancel = Some(message.clone()),
        }
        task.future.extra().message.clone_from(message);
        // asyncio only notes it, so it does not meet the closed loop here.
        if idle && !running && !self.event_loop(loop_id).closed {
            self.queue_step(id);
        }
    }

    /// A wait of `id` is being ended by somebody else, before the cancellation that it was to bring was delivered.
    pub(crate) fn keep_undelivered(&mut self, id: TaskId, wait: Wait) {
        let of_future = self.find(wait.future).and_then(|future| future.extra.as_ref()?.message.clone());
        let Some(task) = self.tasks.get_mut(id) else { return };
        let extra = task.extra();
        let message = if wait.held { extra.held.clone() } else { of_future };
        let catcher = extra.frames.catcher(wait.frame());
        self.keep_request(id, catcher, &message, true);
    }

    fn task_of(&self, key: Key) -> Option<TaskId> {
        self.find(key)?.task()
    }

    /// As `uncancel`, for a task, which need not be known any more.
    pub(crate) fn uncancel_task(&mut self, id: TaskId) -> u32 {
        self.tasks.key(id).map_or(0, |key| self.uncancel(key))
    }

    /// asyncio's `uncancel`: one request less; at zero, those not yet delivered are withdrawn.
    pub(crate) fn uncancel(&mut self, key: Key) -> u32 {
        let Some(future) = self.find_mut(key) else { return 0 };
        let is_task = future.task().is_some();
        let Some(extra) = &mut future.extra else { return 0 };
        if extra.requests == 0 {
            return 0;
        }
        extra.requests -= 1;
        if extra.requests == 0 && is_task {
            extra.task.must_cancel = None;
            extra.task.frames.withdraw();
        }
        extra.requests
    }

    /// Takes the requests that were kept for a task: one for all of it, and those for frames. asyncio keeps one, with the
    /// last message, so a request absorbs those for frames inside its target.
    pub(super) fn take_kept(&mut self, id: TaskId) -> (Option<Message>, Vec<(u32, Message)>) {
        let Some(task) = self.tasks.get_mut(id) else { return (None, Vec::new()) };
        let Some(extra) = &mut task.future.extra else { return (None, Vec::new()) };
        let (last, extra) = (&extra.message, &mut extra.task);
        let (mut must_cancel, mut pending) = (extra.must_cancel.take(), extra.frames.take_pending());
        if pending.len() + usize::from(must_cancel.is_some()) < 2 {
            return (must_cancel, pending);
        }
        let frames: Vec<u32> = pending.iter().map(|&(frame, _)| frame).collect();
        let inside = |frame: u32, target: u32| frame != target && extra.frames.is_inside(Some(frame), Some(target));
        let all = must_cancel.is_some();
        pending.retain(|&(frame, _)| !all && !frames.iter().any(|&target| inside(frame, target)));
        if pending.len() < frames.len() {
            must_cancel.iter_mut().chain(pending.iter_mut().map(|(_, message)| message)).for_each(|message| {
                message.clone_from(last);
            });
        }
        (must_cancel, pending)
    }

    /// After a step that left the task suspended: a request made during the step is passed on to what it now waits
    /// for; if that takes none, it is kept for the next step.
    pub(crate) fn pass_on_requests(&mut self, id: TaskId) {
        let (must_cancel, pending) = self.take_kept(id);
        let must_cancel = must_cancel.map(|message| (None, message));
        let pending = pending.into_iter().map(|(frame, message)| (Some(frame), message));
        for (target, message) in must_cancel.into_iter().chain(pending) {
            let asked = self.asked(id, target);
            self.pass_on(asked.into_iter().collect(), &message);
        }
    }
}

impl Asked {
    fn new(who: Who, waits: Vec<(Key, bool)>) -> Self {
        Self { who, waits, at: 0, passed: false, circular: false }
    }

    fn task(&self) -> Option<TaskId> {
        match self.who {
            Who::Task(id, _) => Some(id),
            Who::Gather(_) => None,
        }
    }
}

impl super::tasks::Task {
    /// True if a request aimed at `target` concerns an await in `frame`. In a task with frames that catch, an await
    /// outside all of them cannot be unwound by itself, so the frames decide.
    fn takes_request(&self, frame: FrameIndex, target: FrameIndex) -> bool {
        let Some(extra) = self.known_extra() else { return true };
        extra.frames.is_inside(frame, target) && (!extra.frames.any_catches() || extra.frames.catcher(frame).is_some())
    }
}
