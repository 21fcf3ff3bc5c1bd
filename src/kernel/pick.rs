//! Who runs next: the head of the ready queue, unless a policy or a plan says otherwise.

use std::sync::Arc;

use super::handle::{Pick, Ready};
use super::loops::Loop;
use super::machine::Kernel;
use crate::choice::{Kind, SubjectKey, Turn};
use crate::ident::{LoopId, TaskId};
use crate::instant::Instant;
use crate::policy::{self, Observation};
use crate::seed::Seed;
use crate::trace::{Actor, Event, Label};

/// The subject of what is asked outside all tasks.
pub(super) const OUTSIDE: SubjectKey = SubjectKey::of_path("(outside)");

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
        let subject = task.map_or_else(|| OUTSIDE, |id| self.subject(id));
        self.picker.introduce_outside(subject);
        subject
    }

    /// Makes the subject of a new task from its parent's, and tells the record its path.
    pub(crate) fn introduce_task(&mut self, id: TaskId, parent: Option<TaskId>, label: Label<'_>) {
        if !self.picker.is_attentive {
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
        self.picker.observe(Observation::Spawned { task: id, parent, subject });
    }

    /// A task was put at the end of the ready queue.
    #[inline]
    pub(crate) fn note_ready(&mut self, loop_id: LoopId, task: TaskId) {
        if self.picker.tells_ready {
            self.tell_ready(loop_id, task);
        }
    }

    #[inline(never)]
    fn tell_ready(&mut self, loop_id: LoopId, task: TaskId) {
        if self.picker.choices.is_watching() {
            let subject = self.subject(task);
            self.picker.choices.task_ready(loop_id, subject);
        }
        if self.tasks.get(task).is_some_and(|task| !task.hidden) {
            self.recorder.aside(Instant::from_nanos(self.now), Event::Woken { task });
        }
    }

    /// Shows in the trace an answer that is not plain, to a question of the code that runs now which is not about whose turn it is.
    pub(crate) fn show_choice(&mut self, kind: Kind, value: u32) {
        if value > 0 {
            let who = self.actor();
            self.recorder.aside(Instant::from_nanos(self.now), Event::Chose { who, kind, nth: 0, value });
        }
    }

    /// Picks the next handle. Expiries and callbacks are taken in order; among the steps of tasks, the policy proposes and the plan
    /// decides.
    #[inline]
    pub(crate) fn pick(&mut self, loop_id: LoopId) -> Pick {
        if !self.picker.explores {
            let event_loop = &mut self.loops[loop_id.get() as usize];
            return event_loop.ready.pop_front().map_or(Pick::Nothing, Pick::Run);
        }
        self.pick_open(loop_id)
    }

    #[inline(never)]
    fn pick_open(&mut self, loop_id: LoopId) -> Pick {
        if self.picker.is_attentive {
            return self.pick_attentively(loop_id);
        }
        let Loop { ready, open, .. } = &mut self.loops[loop_id.get() as usize];
        while let Some(handle) = ready.pop_front() {
            open.admit(handle, self.now);
        }
        ready.clear_taken();
        if let Some(handle) = open.take_other() {
            return Pick::Run(handle);
        }
        if open.steps.len() == 0 {
            return Pick::Nothing;
        }
        match self.picker.propose_turn(&policy::Ready::new(&open.steps, false)) {
            Turn::Task(place) => self.take_step(loop_id, place),
            Turn::Clock => panic!("a policy proposed the clock, which it had said it would not"),
        }
    }

    /// As `pick_open`, under a policy, plan or recorder that follows what happens, or may move the clock.
    #[inline(never)]
    fn pick_attentively(&mut self, loop_id: LoopId) -> Pick {
        let Loop { ready, open, .. } = &mut self.loops[loop_id.get() as usize];
        while let Some(handle) = ready.pop_front() {
            open.admit(handle, self.now);
            if let Ready::Step(task) = handle {
                self.picker.observe(Observation::Ready { task });
            }
        }
        ready.clear_taken();
        if let Some(handle) = open.take_other() {
            if let Ready::Expiry(_) = handle {
                self.picker.timer_expired();
            }
            return Pick::Run(handle);
        }
        if open.steps.len() == 0 {
            return Pick::Nothing;
        }
        let next_event = self.next_candidate(loop_id);
        let open = &mut self.loops[loop_id.get() as usize].open;
        match self.picker.next_turn(loop_id, &policy::Ready::new(&open.steps, next_event.is_some())) {
            Turn::Task(place) => self.take_step(loop_id, place),
            Turn::Clock => {
                open.moving_clock();
                let at = next_event.expect("a policy proposed the clock, which cannot move now: propose a task");
                self.emit(Event::Chose { who: Actor::Callback, kind: Kind::Clock, nth: 0, value: 1 });
                self.picker.observe(Observation::Expired);
                Pick::Clock(at)
            }
        }
    }

    /// Answers a question that is not about whose turn it is.
    pub(crate) fn decide(&mut self, subject: SubjectKey, kind: Kind, bound: u32) -> u32 {
        self.picker.choices.after(self.recorder.total());
        self.picker.decide(subject, kind, bound)
    }

    /// The seed of a generator of random numbers for user code, and the choice that it is made of.
    pub(crate) fn generator_seed(&mut self, subject: SubjectKey) -> (u32, Seed) {
        self.picker.choices.after(self.recorder.total());
        self.picker.generator_seed(subject)
    }

    #[inline(always)]
    fn take_step(&mut self, loop_id: LoopId, place: u32) -> Pick {
        let open = &mut self.loops[loop_id.get() as usize].open;
        let ready = open.steps.len();
        let task = open.take_step(place).unwrap_or_else(|| nobody(place, ready));
        self.picker.observe(Observation::Ran { task });
        if place > 0 {
            let (kind, who) = (Kind::Overtaken, Actor::from(task));
            self.emit(Event::Chose { who, kind, nth: 0, value: place });
        }
        Pick::Run(Ready::Step(task))
    }

    /// When the next timer or job falls due, if the clock may move there while tasks are ready.
    fn next_candidate(&mut self, loop_id: LoopId) -> Option<u64> {
        let (_, since) = self.loops[loop_id.get() as usize].open.steps.first()?;
        self.next_event(loop_id).filter(|&at| self.may_expire(at, since))
    }

    /// Whether the clock may move to that instant while somebody is ready since another one.
    fn may_expire(&self, at: u64, since: u64) -> bool {
        at <= self.last_instant && !self.manual_time && at.saturating_sub(since) <= self.picker.stall
    }

    /// The deadline that a new timer gets: how late it will expire is a choice, in nanoseconds, bounded by what the timer is to last
    /// and by what a task may be kept waiting.
    #[cold]
    pub(super) fn perturbed(&mut self, deadline: u64) -> u64 {
        let latest = deadline.saturating_sub(self.now).min(self.picker.stall);
        let bound = u32::try_from(latest).unwrap_or(u32::MAX).saturating_add(1);
        // Only who watches asks whose timer it is.
        let subject = if self.picker.choices.is_watching() { self.current_subject() } else { OUTSIDE };
        let late = self.decide(subject, Kind::Late, bound);
        if late > 0 {
            let who = self.actor();
            self.emit(Event::Chose { who, kind: Kind::Late, nth: 0, value: late });
        }
        deadline.saturating_add(late.into())
    }

    /// When the next timer of a loop, or the next job, falls due.
    pub(crate) fn next_event(&mut self, loop_id: LoopId) -> Option<u64> {
        let timer = self.next_timer(loop_id).map(|timer| timer.deadline);
        [timer, self.outside.next_at()].into_iter().flatten().min()
    }
}

/// A plan was held against those who are ready; what a policy proposed, where there is no plan, was not.
#[cold]
fn nobody(place: u32, ready: u32) -> TaskId {
    panic!("a policy proposed task {place} of {ready}: the first that is ready is task 0")
}
