//! The policy of a run, what overrides it, and what remembers.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::choice::{
    ChoiceSource, Departures, Ending, FaultSet, Kind, StreamKey, SubjectCollision, SubjectKey, Turn, sub_seed,
};
use crate::ident::LoopId;
use crate::policy::{self, Fifo, Observation, Policy, Profile, Profiler};
use crate::seed::Seed;
use crate::trace::{Digest, Digester};

/// What a run is told of fault points, beside what its policy draws.
#[derive(Default, Debug)]
pub(super) struct Forced {
    /// Names, and whether they strike. The first one of a name counts.
    pub(super) points: Vec<(String, bool)>,
    /// Points are asked about only because some are in the list: the others do not strike.
    pub(super) alone: bool,
}

/// Who picks, and how.
pub(crate) struct Orders {
    pub(crate) seed: Seed,
    pub(crate) policy: Box<dyn Policy>,
    /// A plan or a recorder, if there is one.
    pub(crate) choices: Option<Box<ChoiceSource>>,
    pub(crate) stall: Duration,
    /// What the run is like is to be told at its end.
    pub(crate) profile: bool,
    /// Fault points that strike, or do not, whatever is drawn.
    pub(crate) forced: Vec<(String, bool)>,
}

/// The policy of a run, what overrides it, and what remembers.
#[derive(Debug)]
pub(crate) struct Picker {
    pub(crate) seed: Seed,
    pub(super) policy: Box<dyn Policy>,
    pub(crate) choices: ChoiceSource,
    /// False while the head of the queue is always right: nothing is asked then.
    pub(super) explores: bool,
    /// The kinds of faults that are asked about: those that the policy or the plan may answer.
    pub(super) faults: FaultSet,
    /// Whether more is asked than which task goes next, and somebody is told what happens: not under a policy that only picks.
    pub(super) is_attentive: bool,
    /// Whether somebody is to be told at once which tasks become ready (the plan, or the trace), or may have them wait (a fault).
    pub(super) tells_ready: bool,
    /// The same, where a step that is made ready has to go the long way for it: without a policy or plan, the plain wake tells the trace.
    pub(super) wakes_slowly: bool,
    /// Subjects of the tasks by their number; kept only while attentive, else made from the path when asked for.
    pub(super) subjects: Vec<SubjectKey>,
    /// Generators made so far, by the subject that asked.
    generators: BTreeMap<SubjectKey, u32>,
    /// Virtual nanoseconds for which a task that is ready may be kept waiting while the clock moves.
    pub(super) stall: u64,
    /// Fault points that strike, or do not, whatever is drawn.
    pub(super) forced: Forced,
    profiler: Option<Profiler>,
    /// Turns so far, while exploring.
    turns: u64,
    /// What departed from FIFO order so far.
    schedule: Digester,
}

impl Picker {
    /// The picker of no run yet, to be renewed.
    pub(super) fn unused() -> Self {
        Self {
            explores: false,
            is_attentive: false,
            tells_ready: false,
            wakes_slowly: false,
            seed: Seed::default(),
            policy: Box::new(Fifo),
            choices: ChoiceSource::propose(),
            subjects: Vec::new(),
            generators: BTreeMap::new(),
            stall: 0,
            profiler: None,
            faults: FaultSet::NONE,
            forced: Forced::default(),
            turns: 0,
            schedule: Digester::new(),
        }
    }

    /// Becomes the picker of another run, in the memory of this one; `recording` says that the trace keeps events.
    pub(super) fn renew(&mut self, orders: Orders, recording: bool) {
        let Self {
            seed,
            policy,
            choices,
            explores,
            is_attentive,
            tells_ready,
            wakes_slowly,
            subjects,
            generators,
            stall,
            profiler,
            faults,
            turns,
            schedule,
            // See `force`.
            forced: _,
        } = self;
        (*seed, *policy) = (orders.seed, orders.policy);
        match orders.choices {
            Some(ordered) => *choices = *ordered,
            None if choices.is_watching() => *choices = ChoiceSource::propose(),
            // A source that only proposes holds nothing.
            None => {}
        }
        let is_told = choices.is_watching() || orders.profile;
        *explores = !policy.is_plain() || is_told;
        *is_attentive = is_told || !(policy.is_plain() || policy.only_picks());
        *faults = policy.faults().union(choices.faults());
        *tells_ready = choices.is_watching() || recording || faults.contains(Kind::Wake);
        *wakes_slowly = *explores && *tells_ready;
        (*turns, *schedule) = (0, Digester::new());
        subjects.clear();
        // Clearing an empty map would still cost two calls.
        if !generators.is_empty() {
            generators.clear();
        }
        *stall = u64::try_from(orders.stall.as_nanos()).unwrap_or(u64::MAX);
        *profiler = orders.profile.then(Profiler::default);
        self.force(orders.forced);
    }

    /// Tells the policy what happened.
    #[inline]
    pub(super) fn observe(&mut self, event: Observation) {
        if self.is_attentive {
            self.observe_attentively(event);
        }
    }

    #[inline(never)]
    fn observe_attentively(&mut self, event: Observation) {
        self.policy.observe(event);
        if let Some(profiler) = &mut self.profiler {
            profiler.observe(event);
        }
    }

    /// An expiry has its turn.
    pub(super) fn timer_expired(&mut self) {
        self.profiler.iter_mut().for_each(Profiler::timer_expired);
    }

    /// Who goes next on that loop.
    pub(super) fn next_turn(&mut self, loop_id: LoopId, ready: &policy::Ready<'_>) -> Turn {
        self.profiler.iter_mut().for_each(|profiler| profiler.turn(ready));
        let policy = &mut self.policy;
        let turn = self.choices.next_turn(loop_id, ready.may_expire(), || policy.next(ready));
        self.note_turn(turn);
        turn
    }

    /// As `next_turn`, while nobody but the policy is to be asked.
    #[inline]
    pub(super) fn propose_turn(&mut self, ready: &policy::Ready<'_>) -> Turn {
        let turn = self.policy.next(ready);
        self.note_turn(turn);
        turn
    }

    #[inline]
    fn note_turn(&mut self, turn: Turn) {
        self.turns += 1;
        match turn {
            Turn::PLAIN => {}
            Turn::Task(place) => self.schedule.feed(self.turns, place.into()),
            Turn::Clock => self.schedule.feed(self.turns, u64::MAX),
        }
    }

    /// What the run was like, if that was to be told.
    pub(crate) fn take_profile(&mut self) -> Profile {
        self.profiler.take().map(Profiler::finish).unwrap_or_default()
    }

    /// Takes the policy out at the end of the run: it may be the user's.
    pub(super) fn take_policy(&mut self) -> Box<dyn Policy> {
        std::mem::replace(&mut self.policy, Box::new(Fifo))
    }

    /// Whether faults of a kind may strike in this run, so that it is to be asked about.
    #[inline]
    pub(crate) fn asks(&self, kind: Kind) -> bool {
        self.faults.contains(kind)
    }

    /// From now on nothing is asked about these: they cannot strike any more.
    pub(crate) fn leave_out(&mut self, kinds: FaultSet) {
        self.faults = self.faults.without(kinds);
    }

    pub(crate) fn policy_name(&self) -> String {
        self.policy.name()
    }

    /// Answers a question that is not about whose turn it is.
    pub(super) fn decide(&mut self, subject: SubjectKey, kind: Kind, bound: u32) -> u32 {
        let policy = &mut self.policy;
        let answer = self.choices.decide(subject, kind, bound, || policy.answer(kind, bound));
        self.note_answer(subject, kind, answer);
        answer
    }

    /// Counts an answer among the departures of the run, if it is one.
    pub(super) fn note_answer(&mut self, subject: SubjectKey, kind: Kind, answer: u32) {
        if answer > 0 {
            self.schedule.feed(subject.get(), (u64::from(answer) << 8) | kind as u64);
        }
    }

    /// As `decide`, where only a plan may say anything but the plain answer.
    pub(super) fn decide_by_plan(&mut self, subject: SubjectKey, kind: Kind, bound: u32) -> u32 {
        self.choices.decide(subject, kind, bound, || 0)
    }

    /// Names the subject of questions asked outside every task, for the record.
    pub(crate) fn introduce_outside(&mut self, subject: SubjectKey) {
        if self.choices.is_watching() && subject == SubjectKey::of_path("(outside)") {
            self.choices.introduce(subject, || std::sync::Arc::from("(outside)"));
        }
    }

    /// The fingerprint of what departed from FIFO order.
    pub(crate) fn schedule(&self) -> Digest {
        self.schedule.digest()
    }

    /// Ends the choices of the run.
    pub(crate) fn finish_choices(&mut self) -> Result<Ending, SubjectCollision> {
        if !self.choices.is_watching() {
            return Ok(Ending { departures: Departures::default(), mismatches: Vec::new(), questions: 0 });
        }
        std::mem::replace(&mut self.choices, ChoiceSource::propose()).finish()
    }

    /// The seed of a generator of random numbers for user code, and the choice that it is made of: drawn from the seed of the run.
    pub(super) fn generator_seed(&mut self, subject: SubjectKey) -> (u32, Seed) {
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
        (answer, sub_seed(stream, n, answer))
    }
}
