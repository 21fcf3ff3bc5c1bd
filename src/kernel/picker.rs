//! The policy of a run, what overrides it, and what remembers.

use std::collections::BTreeMap;

use crate::choice::{ChoiceSource, Kind, StreamKey, SubjectKey, sub_seed};
use crate::ident::TaskId;
use crate::policy::Policy;
use crate::seed::Seed;

/// The policy of a run, what overrides it, and what remembers.
#[derive(Debug)]
pub(crate) struct Picker {
    pub(crate) seed: Seed,
    pub(super) policy: Box<dyn Policy>,
    pub(crate) choices: ChoiceSource,
    /// False while the head of the queue is always right: nothing is asked then.
    pub(super) explores: bool,
    /// Subjects of the tasks by their number; kept only while exploring, else made from the path when asked for.
    pub(super) subjects: Vec<SubjectKey>,
    /// Generators made so far, by the subject that asked.
    generators: BTreeMap<SubjectKey, u32>,
    pub(super) candidates: Vec<TaskId>,
}

impl Picker {
    pub(crate) fn new(seed: Seed, policy: Box<dyn Policy>, choices: ChoiceSource) -> Self {
        let explores = !policy.is_plain() || choices.is_watching();
        let (subjects, generators, candidates) = (Vec::new(), BTreeMap::new(), Vec::new());
        Self { seed, policy, choices, explores, subjects, generators, candidates }
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

    /// The seed of a generator of random numbers for user code: one choice, drawn from the seed of the run.
    pub(crate) fn generator_seed(&mut self, subject: SubjectKey) -> Seed {
        let count = self.generators.entry(subject).or_insert(0);
        let n = *count;
        *count += 1;
        let stream = StreamKey { subject, kind: Kind::Rng };
        let seed = self.seed;
        let draw = || {
            let bits = sub_seed(stream, n, 0).get() ^ seed.derive("rng").get();
            u32::try_from(bits % u64::from(u32::MAX)).expect("seedbed bug: a remainder out of range, please report")
        };
        let answer = self.choices.decide(subject, Kind::Rng, u32::MAX, draw);
        sub_seed(stream, n, answer)
    }
}
