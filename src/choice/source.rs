//! `ChoiceSource`: answers one run's questions: a policy proposes, a plan overrides, the recorder remembers.

use std::sync::Arc;

use super::address::StreamKey;
use super::departures::Departures;
use super::ending::{Ending, ReplayMode};
use super::faults::FaultSet;
use super::kind::Kind;
use super::names::SubjectCollision;
use super::plan::Plan;
use super::record::Record;
use super::subject::SubjectKey;
use super::turns::{Activation, Turn, Turns, queue_key};
use crate::ident::LoopId;

/// One run's answers.
///
/// Every nondeterministic answer of a run comes from [`decide`](ChoiceSource::decide) or, for the order of ready tasks, from
/// [`next_turn`](ChoiceSource::next_turn). Without a plan and without a recorder both cost the proposal and one comparison, and
/// nothing is counted or allocated: that is how a sweep runs, because its seed says it all.
///
/// Questions of one stream are numbered from 0 as they are asked. A question with one possible answer, or none, is answered 0 without a
/// proposal, and is numbered too, so that addresses do not depend on bounds.
///
/// # Examples
///
/// ```
/// use seedbed::choice::{ChoiceSource, Kind, ReplayMode, SubjectKey};
///
/// let link = SubjectKey::of_path("n0→n2 vote");
/// let mut found = ChoiceSource::propose().record();
/// found.introduce(link, || "n0→n2 vote".into());
/// let answers = [0, 1, 0].map(|proposal| found.decide(link, Kind::Lost, 2, || proposal));
///
/// let departures = found.finish()?.departures;
/// assert_eq!(departures.to_string(), "n0→n2 vote lost 1 = 1");
///
/// let mut again = ChoiceSource::replay(&departures, ReplayMode::Strict)?;
/// assert_eq!(answers, [(); 3].map(|()| again.decide(link, Kind::Lost, 2, || unreachable!())));
/// assert_eq!(again.finish()?.mismatches, []);
/// # Ok::<(), seedbed::choice::SubjectCollision>(())
/// ```
#[derive(Debug)]
pub struct ChoiceSource {
    /// Whether there is a plan or a recorder. Invariant: where not, everything below stays empty.
    watching: bool,
    /// How the plan is followed; `None` where there is no plan, which is not the same as an empty one.
    mode: Option<ReplayMode>,
    plan: Plan,
    /// The plan holds for so many questions; those after them are proposed as without a plan.
    questions_planned: u64,
    /// Questions so far, where anybody watches.
    questions: u64,
    turns: Turns,
    record: Option<Record>,
}

impl ChoiceSource {
    fn new(mode: Option<ReplayMode>, plan: Plan) -> ChoiceSource {
        let watching = mode.is_some();
        let (questions_planned, questions) = (u64::MAX, 0);
        ChoiceSource { watching, mode, plan, questions_planned, questions, turns: Turns::default(), record: None }
    }

    /// Lets the plan hold for the first questions only.
    pub(crate) fn only_first(self, questions: u64) -> ChoiceSource {
        ChoiceSource { questions_planned: questions, ..self }
    }

    /// Says after which event of the run the questions are asked that follow, so that those that do not fit have a place.
    pub(crate) fn after(&mut self, event: u64) {
        if self.watching {
            self.plan.after(event);
        }
    }

    /// Counts a question, and returns the mode in which it is answered.
    fn next_mode(&mut self) -> Option<ReplayMode> {
        self.questions += 1;
        self.mode.filter(|_| self.questions <= self.questions_planned)
    }

    /// Starts a run in which every answer is the proposed one.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{ChoiceSource, Kind, SubjectKey};
    ///
    /// let mut source = ChoiceSource::propose();
    /// assert_eq!(source.decide(SubjectKey::of_path("main"), Kind::Branch, 3, || 2), 2);
    /// ```
    pub fn propose() -> ChoiceSource {
        ChoiceSource::new(None, Plan::default())
    }

    /// Starts a run that follows a plan.
    ///
    /// # Errors
    ///
    /// [`SubjectCollision`] where two subjects of the plan have the same key.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{ChoiceSource, Departures, ReplayMode, SubjectKey, Turn};
    ///
    /// // The plain run, whatever a policy would like.
    /// let mut source = ChoiceSource::replay(&Departures::new(), ReplayMode::Strict)?;
    /// let queue = seedbed::LoopId::new(0);
    /// source.task_ready(queue, SubjectKey::of_path("main/a"));
    /// source.task_ready(queue, SubjectKey::of_path("main/b"));
    /// assert_eq!(source.next_turn(queue, false, || Turn::Task(1)), Turn::PLAIN);
    /// # Ok::<(), seedbed::choice::SubjectCollision>(())
    /// ```
    pub fn replay(departures: &Departures, mode: ReplayMode) -> Result<ChoiceSource, SubjectCollision> {
        Ok(ChoiceSource::new(Some(mode), Plan::new(departures, mode == ReplayMode::Strict)?))
    }

    /// Turns the recorder on: [`finish`](ChoiceSource::finish) will return the departures of the run, whoever decided them.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::ChoiceSource;
    ///
    /// let source = ChoiceSource::propose().record();
    /// assert!(source.finish()?.departures.is_empty());
    /// # Ok::<(), seedbed::choice::SubjectCollision>(())
    /// ```
    pub fn record(self) -> ChoiceSource {
        ChoiceSource { watching: true, record: Some(Record::default()), ..self }
    }

    /// Tells whether there is a plan or a recorder: whether more happens than that proposals are returned.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::ChoiceSource;
    ///
    /// assert!(!ChoiceSource::propose().is_watching());
    /// assert!(ChoiceSource::propose().record().is_watching());
    /// ```
    #[inline]
    pub fn is_watching(&self) -> bool {
        self.watching
    }

    /// Returns the kinds of faults of the plan; none where there is no plan.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{ChoiceSource, FaultSet};
    ///
    /// assert_eq!(ChoiceSource::propose().faults(), FaultSet::NONE);
    /// ```
    pub fn faults(&self) -> FaultSet {
        self.plan.faults()
    }

    /// Tells the recorder the path of a subject; it must know each subject that asks. Without a recorder, `path` is not called.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{ChoiceSource, SubjectKey};
    ///
    /// ChoiceSource::propose().introduce(SubjectKey::of_path("main"), || unreachable!("nobody wants to know"));
    /// ```
    #[inline]
    pub fn introduce(&mut self, subject: SubjectKey, path: impl FnOnce() -> Arc<str>) {
        if let Some(record) = &mut self.record {
            record.introduce(subject, path);
        }
    }

    /// Answers a question with a number from `0..bound`; 0 is the plain answer.
    ///
    /// `propose` is called where the answer is not given by the plan or the mode, and is not certain: with a recorder as often as
    /// without one, so that recording does not change a run.
    ///
    /// # Panics
    ///
    /// If a policy proposes a number that is not below `bound`.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{ChoiceSource, Kind, SubjectKey};
    ///
    /// let main = SubjectKey::of_path("main");
    /// let mut source = ChoiceSource::propose();
    /// assert_eq!(source.decide(main, Kind::Late, 1_000, || 250), 250);
    /// assert_eq!(source.decide(main, Kind::Late, 1, || unreachable!("there is nothing to decide")), 0);
    /// ```
    #[inline]
    pub fn decide(&mut self, subject: SubjectKey, kind: Kind, bound: u32, propose: impl FnOnce() -> u32) -> u32 {
        let propose = || {
            let answer = if bound > 1 { propose() } else { 0 };
            assert!(
                answer < bound.max(1),
                "a policy proposed {answer} to a question of kind {kind}: propose less than {bound}"
            );
            answer
        };
        if !self.watching {
            return propose();
        }
        let mode = self.next_mode();
        let (n, planned) = self.ask(subject, kind, bound);
        let answer = match (planned, mode) {
            (_, None) | (None, Some(ReplayMode::Continue)) => propose(),
            (Some(answer), Some(_)) => answer,
            (None, Some(ReplayMode::Strict | ReplayMode::Lenient)) => 0,
        };
        if let Some(record) = &mut self.record {
            record.remember(subject, kind, n, answer);
        }
        answer
    }

    /// Numbers a question and looks the answer up; one that is out of bounds becomes plain.
    fn ask(&mut self, subject: SubjectKey, kind: Kind, bound: u32) -> (u32, Option<u32>) {
        debug_assert!(!kind.is_of_turns(), "seedbed bug: turns are not asked with `decide`, please report");
        let asked = self.plan.ask(StreamKey { subject, kind }, self.record.is_some());
        let answer = asked.planned.map(|planned| {
            if planned.answer < bound {
                return planned.answer;
            }
            self.plan.out_of_bounds(planned, bound);
            0
        });
        (asked.n, answer)
    }

    /// Says that a task became ready: it stands behind all that are ready on that loop.
    ///
    /// # Examples
    ///
    /// See [`next_turn`](ChoiceSource::next_turn).
    #[inline]
    pub fn task_ready(&mut self, queue: LoopId, subject: SubjectKey) {
        if self.watching {
            let is_first = self.turns.join(queue, subject, &mut self.plan, self.record.is_some());
            if is_first {
                self.introduce(queue_key(queue), || queue.to_string().into());
            }
        }
    }

    /// Chooses who goes next while at least one task is ready on that loop; the chosen task is no longer ready.
    ///
    /// `may_expire` says whether the clock may be chosen, because a timer waits and nothing forbids it. While there is a plan or a
    /// recorder, every task that becomes ready must have been told ([`task_ready`](ChoiceSource::task_ready)).
    ///
    /// # Panics
    ///
    /// If a policy proposes a task that is not there, or the clock where it may not be chosen.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{ChoiceSource, SubjectKey, Turn};
    ///
    /// let queue = seedbed::LoopId::new(0);
    /// let mut source = ChoiceSource::propose().record();
    /// for path in ["main/a", "main/b", "main/c"] {
    ///     source.introduce(SubjectKey::of_path(path), || path.into());
    ///     source.task_ready(queue, SubjectKey::of_path(path));
    /// }
    /// source.next_turn(queue, true, || Turn::Task(2)); // main/c overtakes both
    /// source.next_turn(queue, true, || Turn::Clock); // after main/c, a timer expires
    /// source.next_turn(queue, true, || Turn::Task(1)); // main/b overtakes main/a, which still waits at the end
    ///
    /// let departures = source.finish()?.departures;
    /// assert_eq!(departures.to_string(), "main/a overtaken 0 = 2\nmain/b overtaken 0 = 1\nmain/c clock 0 = 1");
    /// # Ok::<(), seedbed::choice::SubjectCollision>(())
    /// ```
    #[inline]
    pub fn next_turn(&mut self, queue: LoopId, may_expire: bool, propose: impl FnOnce() -> Turn) -> Turn {
        if !self.watching {
            return propose();
        }
        let mode = self.next_mode();
        let proposal = match mode {
            Some(ReplayMode::Strict | ReplayMode::Lenient) => None,
            Some(ReplayMode::Continue) | None => Some(propose()),
        };
        let (turn, before) = self.turns.next(queue, may_expire, proposal, mode.is_some());
        if let Some(before) = before {
            self.settle(&before);
        }
        turn
    }

    /// Compares the final numbers of one activation with the plan, and records them.
    fn settle(&mut self, activation: &Activation) {
        for (kind, number, planned) in activation.answers() {
            if let Some(planned) = planned.filter(|planned| planned.answer > number) {
                self.plan.out_of_bounds(planned, number.saturating_add(1));
            }
            if let Some(record) = &mut self.record {
                record.remember(activation.subject, kind, activation.n, number);
            }
        }
    }

    /// Ends the run: settles the tasks that still wait for their turn, and returns what was recorded and where the plan did not fit.
    ///
    /// # Errors
    ///
    /// [`SubjectCollision`] where the recorder met two subjects with the same key.
    ///
    /// # Panics
    ///
    /// If a recorded subject was never introduced, or by a path that an address cannot hold: bugs of seedbed.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{ChoiceSource, Departures, ReplayMode};
    /// use std::num::NonZeroU32;
    ///
    /// let departures = Departures::from_iter([("main/b overtaken 3".parse().unwrap(), NonZeroU32::MIN)]);
    /// let ending = ChoiceSource::replay(&departures, ReplayMode::Strict)?.finish()?;
    /// assert_eq!(
    ///     ending.mismatches[0].to_string(),
    ///     "main/b overtaken 3 = 1: never asked, because nothing of that subject and kind was asked",
    /// );
    /// # Ok::<(), seedbed::choice::SubjectCollision>(())
    /// ```
    pub fn finish(mut self) -> Result<Ending, SubjectCollision> {
        for activation in std::mem::take(&mut self.turns).end() {
            self.settle(&activation);
        }
        let departures = self.record.map(Record::into_departures).transpose()?.unwrap_or_default();
        Ok(Ending { departures, mismatches: self.plan.into_mismatches(), questions: self.questions })
    }
}

#[cfg(test)]
mod tests {
    use super::{ChoiceSource, Departures, Kind, LoopId, ReplayMode, SubjectKey, Turn};

    const MAIN: SubjectKey = SubjectKey::of_path("main");

    fn departures(lines: &[&str]) -> Departures {
        let entry =
            |line: &&str| line.split_once(" = ").map(|(a, v)| (a.parse().unwrap(), v.parse().unwrap())).unwrap();
        lines.iter().map(entry).collect()
    }

    #[test]
    fn a_question_without_a_choice_is_numbered_and_not_proposed() {
        let mut source = ChoiceSource::propose().record();
        source.introduce(MAIN, || "main".into());
        let answers = [0, 1, 2, 9]
            .map(|bound| source.decide(MAIN, Kind::Late, bound, || bound.checked_sub(1).filter(|a| *a > 0).unwrap()));
        assert_eq!(answers, [0, 0, 1, 8]);
        assert_eq!(source.finish().unwrap().departures, departures(&["main late 2 = 1", "main late 3 = 8"]));
    }

    #[test]
    fn strict_tells_every_misfit_and_the_others_none() {
        let plan = departures(&[
            "main late 0 = 3",
            "main late 1 = 3",
            "main late 7 = 1",
            "main overtaken 0 = 2",
            "l0 clock 0 = 1",
        ]);
        for mode in [ReplayMode::Strict, ReplayMode::Lenient, ReplayMode::Continue] {
            let mut source = ChoiceSource::replay(&plan, mode).unwrap();
            assert_eq!([4, 3].map(|bound| source.decide(MAIN, Kind::Late, bound, || 1)), [3, 0]);
            source.task_ready(LoopId::new(0), MAIN);
            assert_eq!(source.next_turn(LoopId::new(0), false, || Turn::PLAIN), Turn::PLAIN);
            let told = source.finish().unwrap().mismatches.iter().map(ToString::to_string).collect::<Vec<_>>();
            let strict = [
                "main late 1 = 3: out of bounds, the largest possible answer was 2",
                "l0 clock 0 = 1: out of bounds, the largest possible answer was 0",
                "main overtaken 0 = 2: out of bounds, the largest possible answer was 0",
                "main late 7 = 1: never asked, the last question of that subject and kind was number 1",
            ];
            assert_eq!(told, if mode == ReplayMode::Strict { &strict[..] } else { &[] });
        }
    }

    #[test]
    #[should_panic(expected = "a policy proposed 3 to a question of kind branch: propose less than 3")]
    fn a_proposal_out_of_bounds_is_refused() {
        ChoiceSource::propose().decide(MAIN, Kind::Branch, 3, || 3);
    }
}
