//! Who runs next: the head of the ready queue, unless a policy or a plan says otherwise.

use std::sync::Arc;

use super::loops::Ready;
use super::machine::Kernel;
use crate::choice::{Kind, SubjectKey, Turn};
use crate::ident::{LoopId, TaskId};
use crate::policy;
use crate::trace::{Actor, Event, Label};

/// What was picked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Pick {
    Run(Ready),
    /// The clock moves to this instant while tasks wait.
    Clock(u64),
    /// The queue is empty.
    Nothing,
}

impl Kernel {
    /// The subject of a task's choices: the hash of its path.
    pub(crate) fn subject(&self, task: TaskId) -> SubjectKey {
        match self.picker.subjects.get(task.get() as usize) {
            Some(&subject) => subject,
            None => SubjectKey::of_path(&self.names.full_path(task)),
        }
    }

    /// The subject of what is asked now.
    pub(crate) fn current_subject(&mut self) -> SubjectKey {
        let task = self.current.filter(|&id| self.tasks.get(id).is_some());
        let subject = task.map_or_else(|| SubjectKey::of_path("(outside)"), |id| self.subject(id));
        self.picker.introduce_outside(subject);
        subject
    }

    /// Makes the subject of a new task from its parent's, and tells the record its path.
    pub(crate) fn introduce_task(&mut self, id: TaskId, parent: Option<TaskId>, label: Label<'_>) {
        if !self.picker.explores {
            return;
        }
        let above = parent.map(|parent| self.subject(parent));
        let subject = match (above, label) {
            (Some(above), Label::Number(number)) => above.nth_child(number),
            (Some(above), Label::Text(label)) => above.child(label),
            (None, Label::Number(number)) => SubjectKey::of_path(&number.to_string()),
            (None, Label::Text(label)) => SubjectKey::of_path(label),
        };
        self.picker.subjects.push(subject);
        let names = &self.names;
        self.picker.choices.introduce(subject, || Arc::from(names.full_path(id)));
    }

    /// A task was put at the end of the ready queue.
    #[inline]
    pub(crate) fn note_ready(&mut self, loop_id: LoopId, task: TaskId) {
        if self.picker.explores {
            let subject = self.subject(task);
            self.picker.choices.task_ready(loop_id, subject);
        }
    }

    /// Takes the next handle. What stands in front of the first task's step is taken in order; among the steps, the
    /// policy proposes and the plan decides.
    #[inline]
    pub(crate) fn pick(&mut self, loop_id: LoopId) -> Pick {
        let event_loop = &mut self.loops[loop_id.get() as usize];
        if !self.picker.explores || !matches!(event_loop.ready.front(), Some(Ready::Step(_))) {
            return event_loop.ready.pop_front().map_or(Pick::Nothing, Pick::Run);
        }
        self.pick_step(loop_id)
    }

    #[inline(never)]
    fn pick_step(&mut self, loop_id: LoopId) -> Pick {
        let next_event = self.next_event(loop_id);
        let may_expire = next_event.is_some() && !self.manual_time;
        let mut candidates = std::mem::take(&mut self.picker.candidates);
        candidates.clear();
        candidates.extend(self.loops[loop_id.get() as usize].ready.iter().filter_map(|handle| match handle {
            Ready::Step(id) => Some(*id),
            Ready::Expiry(_) | Ready::Call(_) => None,
        }));
        let policy = &mut self.picker.policy;
        let turn = self
            .picker
            .choices
            .next_turn(loop_id, may_expire, || policy.next(&policy::Ready::new(&candidates, may_expire)));
        let picked = match (turn, next_event) {
            (Turn::Clock, Some(at)) => Pick::Clock(at),
            (Turn::Clock, None) => unreachable!("seedbed bug: the clock was picked and nothing is due, please report"),
            (Turn::Task(place), _) => {
                let id = candidates[place as usize];
                let queue = &mut self.loops[loop_id.get() as usize].ready;
                let at = queue.iter().position(|handle| *handle == Ready::Step(id));
                let handle = at.and_then(|at| queue.remove(at));
                if place > 0 {
                    let (kind, who) = (Kind::Overtaken, Actor::from(id));
                    self.emit(Event::Chose { who, kind, nth: 0, value: place });
                }
                handle.map_or(Pick::Nothing, Pick::Run)
            }
        };
        self.picker.candidates = candidates;
        picked
    }

    /// When the next timer of a loop, or the next job, falls due.
    pub(crate) fn next_event(&mut self, loop_id: LoopId) -> Option<u64> {
        let timer = self.next_timer(loop_id).map(|timer| timer.deadline);
        [timer, self.outside.next_at()].into_iter().flatten().min()
    }
}
