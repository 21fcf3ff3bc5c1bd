//! Who runs next: the head of the ready queue, unless a policy or a plan says otherwise.

use std::collections::BTreeMap;

use super::loops::Ready;
use super::machine::Kernel;
use crate::choice::{ChoiceSource, Kind, StreamKey, SubjectKey, Turn, sub_seed};
use crate::ident::{LoopId, TaskId};
use crate::policy::{self, Policy};
use crate::seed::Seed;
use crate::trace::{Actor, Event};

/// The policy of a run, what overrides it, and what remembers.
#[derive(Debug)]
pub(crate) struct Picker {
    pub(crate) seed: Seed,
    policy: Box<dyn Policy>,
    pub(crate) choices: ChoiceSource,
    /// False while the head of the queue is always right: nothing is asked then.
    explores: bool,
    /// Generators made so far, by the subject that asked.
    generators: BTreeMap<SubjectKey, u32>,
    candidates: Vec<TaskId>,
}

impl Picker {
    pub(crate) fn new(seed: Seed, policy: Box<dyn Policy>, choices: ChoiceSource) -> Self {
        let explores = !policy.is_plain() || choices.is_watching();
        Self { seed, policy, choices, explores, generators: BTreeMap::new(), candidates: Vec::new() }
    }

    pub(crate) fn policy_name(&self) -> String {
        self.policy.name()
    }

    /// Answers a question that is not about whose turn it is.
    pub(crate) fn decide(&mut self, subject: SubjectKey, kind: Kind, bound: u32) -> u32 {
        let policy = &mut self.policy;
        self.choices.decide(subject, kind, bound, || policy.answer(kind, bound))
    }

    /// Names the subject of questions asked outside every task, for the record.
    pub(crate) fn introduce_outside(&mut self, subject: SubjectKey) {
        if self.choices.is_watching() && subject == SubjectKey::of_path("(outside)") {
            self.choices.introduce(subject, || std::sync::Arc::from("(outside)"));
        }
    }

    /// Takes the choices out at the end of the run.
    pub(crate) fn take_choices(&mut self) -> ChoiceSource {
        std::mem::replace(&mut self.choices, ChoiceSource::propose())
    }

    pub(crate) fn is_watching(&self) -> bool {
        self.choices.is_watching()
    }

    /// The seed of a generator of random numbers for user code: one choice, drawn from the seed of the run.
    pub(crate) fn generator_seed(&mut self, subject: SubjectKey) -> Seed {
        let count = self.generators.entry(subject).or_insert(0);
        let n = *count;
        *count += 1;
        let stream = StreamKey { subject, kind: Kind::Rng };
        let seed = self.seed;
        let draw = || (sub_seed(stream, n, 0).get() ^ seed.derive("rng").get()) as u32 % u32::MAX;
        let answer = self.choices.decide(subject, Kind::Rng, u32::MAX, draw);
        sub_seed(stream, n, answer)
    }
}

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
    /// A task was put at the end of the ready queue.
    #[inline]
    pub(crate) fn note_ready(&mut self, loop_id: LoopId, subject: SubjectKey) {
        if self.picker.explores {
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
