//! What strikes at await points: cancellations and panics.

use std::rc::Rc;

use super::arena::Key;
use super::cut_short::Cancelled;
use super::frames::FrameIndex;
use super::future::Kind as FutureKind;
use super::machine::Kernel;
use super::step::Next;
use super::strikes::{POINTS_MAX, Panicking, Point, TARGET};
use super::tasks::{RunTask, Task};
use crate::choice::{Kind, Strike, SubjectKey};
use crate::ident::TaskId;
use crate::instant::Instant;
use crate::trace::{Actor, Event};

/// Whose step is under way, and in which frame.
pub(crate) struct Stepping(Option<TaskId>, Option<TaskId>, FrameIndex);

impl Kernel {
    /// A task that may be struck is given a step: what strikes it now, in the place of its poll.
    pub(super) fn strike_at_step(&mut self, id: TaskId, runner: &Rc<dyn RunTask>) -> Option<Next> {
        // The end of the step is to be looked at.
        self.asked = true;
        let due = self.strikes.due.iter().position(|&(task, ..)| task == id);
        let due = due.map(|at| self.strikes.due.swap_remove(at));
        match due {
            Some((_, Strike::DroppedWoken, _)) => Some(Next::Drop(id, Rc::clone(runner), Cancelled::default())),
            Some((_, Strike::Panicked, nth)) => {
                Some(Next::Poll(id, Rc::new(Panicking { runner: Rc::clone(runner), nth })))
            }
            Some((_, Strike::CancelledWoken, _)) => {
                // Nobody in the program asked.
                let current = self.current.take();
                self.cancel_task(id, None, &None);
                self.current = current;
                None
            }
            _ => {
                let watched = self.strikes.watched.filter(|&subject| subject == self.subject(id));
                let probe = watched.and(self.strikes.probe)?;
                let check = self.tasks.get(id).is_some_and(|task| task.check_cancel);
                // A watched run is plain; should it cancel all the same, that goes first.
                (!check).then(|| Next::Poll(id, probe(Rc::clone(runner))))
            }
        }
    }

    /// Ends a task at its next step, whatever it would catch. Returns its coroutine, whose contents may be dropped at once unless it
    /// is what runs.
    pub(crate) fn kill(&mut self, id: TaskId) -> Option<Rc<dyn RunTask>> {
        let task = self.tasks.get_mut(id)?;
        // So that its step goes the long way, where what strikes it is looked for.
        task.check_cancel = true;
        let runner = task.runner();
        self.strikes.kills = true;
        self.strikes.due.retain(|&(other, ..)| other != id);
        self.strikes.due.push((id, Strike::DroppedWoken, 0));
        self.queue_step(id);
        (self.current != Some(id) && self.stepping != Some(id)).then_some(runner)
    }

    /// What is done now is done as if in a step of that task. Returns whose step it is.
    pub(crate) fn step_in(&mut self, id: TaskId) -> Stepping {
        let before = Stepping(self.current, self.stepping, self.frame);
        (self.current, self.stepping, self.frame) = (Some(id), Some(id), None);
        before
    }

    /// Goes on with the step that was under way before.
    pub(crate) fn step_back(&mut self, before: Stepping) {
        let Stepping(current, stepping, frame) = before;
        (self.current, self.stepping, self.frame) = (current, stepping, frame);
    }

    /// A task was left suspended: asks what strikes it there. False if it is to end.
    pub(super) fn strike_at_await(&mut self, id: TaskId) -> bool {
        let Some(task) = self.tasks.get(id).filter(|task| !task.hidden) else { return true };
        let (runner, queued) = (task.runner(), task.queued);
        let subject = self.subject(id);
        let Some((strike, nth)) = self.strike(subject, id, None) else { return true };
        match strike {
            Strike::Cancelled => self.cancel_task(id, None, &None),
            // Its next step is scheduled: it is met there.
            Strike::Dropped if queued => self.strikes.due.push((id, Strike::DroppedWoken, nth)),
            Strike::Dropped => {
                self.raised = Some((runner, Cancelled::default()));
                (self.current, self.stepping) = (Some(id), Some(id));
                return false;
            }
            Strike::CancelledWoken | Strike::DroppedWoken | Strike::Panicked => {
                self.strikes.due.push((id, strike, nth));
            }
        }
        true
    }

    /// The future that a sweep wraps returned `Pending`: what strikes it there, and the number of the await point.
    pub(crate) fn strike_target(&mut self, id: TaskId, frame: u32) -> Option<(Strike, u32)> {
        if !self.strikes.is_on() {
            return None;
        }
        let subject = SubjectKey::of_path(TARGET);
        self.picker.choices.introduce(subject, || TARGET.into());
        self.strike(subject, id, Some(frame))
    }

    /// Asks about one await point, and tells in the trace what comes of it.
    fn strike(&mut self, subject: SubjectKey, id: TaskId, inside: FrameIndex) -> Option<(Strike, u32)> {
        let nth = self.strikes.count(subject);
        if self.strikes.watched == Some(subject) && self.strikes.points.len() < POINTS_MAX {
            let waits_for = self.awaited(id, inside);
            let stack = self.strikes.stack.take();
            self.strikes.points.push(Point { at: self.now, waits_for, stack });
        }
        // A run whose main task is struck says nothing of the program, so that a policy is not asked; nor of a sweep's target.
        let may_be_proposed = inside.is_none() && self.names.parent(id).is_some();
        let mut strike = None;
        for (kind, asks) in [(Kind::Cancel, self.strikes.cancels), (Kind::Panic, self.strikes.panics)] {
            if asks {
                let answers = Strike::answers(kind);
                let answer = match may_be_proposed {
                    true => self.picker.decide(subject, kind, answers),
                    false => self.picker.decide_by_plan(subject, kind, answers),
                };
                strike = strike.or(Strike::of(kind, answer));
            }
        }
        let strike = strike?;
        let mut how = strike.at(&self.awaited(id, inside));
        if inside.is_some() {
            how.insert_str(0, &format!("{TARGET} "));
        }
        let how = self.recorder.text(&how);
        self.emit(Event::AwaitStruck { who: Actor::Task(id), kind: strike.kind(), nth, how });
        Some((strike, nth))
    }

    /// What a task waits for, inside a frame of it or altogether.
    fn awaited(&self, id: TaskId, inside: FrameIndex) -> String {
        let Some(task) = self.tasks.get(id) else { return String::new() };
        let in_frame = |frame: FrameIndex| {
            inside.is_none() || task.known_extra().is_some_and(|extra| extra.frames.is_inside(frame, inside))
        };
        let waits: Vec<Key> = task.waits().filter(|wait| in_frame(wait.frame())).map(|wait| wait.future).collect();
        match &waits[..] {
            [] if task.queued => "its next turn".to_owned(),
            [] => "a future of another library".to_owned(),
            waits => waits.iter().map(|&key| self.awaited_future(key)).collect::<Vec<_>>().join(", or "),
        }
    }

    fn awaited_future(&self, key: Key) -> String {
        let sleeps_on = match self.find(key) {
            Some(future) => (future.kind == FutureKind::Sleep).then(|| future.loop_id()),
            // A sleep that is awaited plainly has no future.
            None => key.alarm_of().and_then(|id| self.tasks.get(id)).map(Task::loop_id),
        };
        let until = sleeps_on.and_then(|loop_id| self.loops[loop_id.get() as usize].deadline_of(key));
        match until {
            Some(until) => format!("a sleep until {}s", Instant::from_nanos(until)),
            None => self.describe(key),
        }
    }
}
