//! `Course`: the policy that follows one schedule, is plain after it, and notes where other schedules part from it.
//!
//! # Interchangeable tasks
//!
//! Where two tasks that could change names are ready and neither has had a step, only the one that is ready for longer is tried. Why no
//! failure is lost: say x and y are such, and a schedule runs y next. Exchange the names of x and y in all of what is left of it. That
//! is a schedule too, because up to here nothing was done by either; and it is the same run but for the names, because nothing in the
//! program tells them apart. It runs x next, so it is tried, or, by the same argument at a later place, one that is the same but for names.
//! A failure of the one is a failure of the other. (Symmetry reduction: Ip and Dill, *Better Verification Through Symmetry*, 1996.)
//!
//! The schedule that is tried instead may have more departures. So with a bound of departures nothing is left out: it could be that of a
//! schedule within the bound. (Bounds and reductions do not add up in general: Coons, Musuvathi, McKinley, *Bounded Partial-Order
//! Reduction*, OOPSLA 2013.)

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::links::Answer;
use crate::choice::{Kind, SubjectKey, Turn};
use crate::ident::TaskId;
use crate::policy::{Observation, Policy, Ready};

/// Which answers are tried besides the order of tasks, and how far.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// Whether the clock may move while tasks are ready.
    pub(super) clock: bool,
    /// Whether the branches of a `select!` are tried.
    pub(super) branches: bool,
    /// No schedule with more departures is noted.
    pub(super) departures_max: u32,
    /// Tasks that could change names with those of the same number.
    pub(super) groups: BTreeMap<SubjectKey, u32>,
}

/// A schedule that parts from the one that was run: the same answers, and then this one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Fork {
    pub(super) last: Answer,
    /// How many departures it has, all in all.
    pub(super) departures: u32,
}

/// What is known after the run.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// In the order of their questions, and of their answers.
    pub(super) forks: Vec<Fork>,
    /// How many questions had more than one answer.
    pub(super) asked: u32,
    /// Whether there are schedules with more departures than the scope has.
    pub(super) beyond: bool,
    /// Whether there were more forks than are ever run.
    pub(super) cut: bool,
    /// How many answers were left out, because they are others but for the names of tasks.
    pub(super) pruned: u64,
    /// The schedule did not fit: the run was not the same as the one in which it was found.
    pub(super) misfit: bool,
}

/// What is known of a task.
#[derive(Clone, Copy, Default, Debug)]
struct Known {
    /// Whether it was overtaken in its present wait for its turn.
    ///
    /// A departure is an activation that was overtaken, however often (`choice::turns`): the first pick that passes it over costs one, the
    /// others nothing.
    overtaken: bool,
    /// Those it could change names with, as long as it has had no step.
    group: Option<u32>,
}

#[derive(Debug)]
struct Course {
    scope: Scope,
    script: Vec<Answer>,
    /// How much of the script was answered.
    answered: usize,
    /// Departures of the script.
    departures: u32,
    /// How many forks of one number of departures are ever run.
    room: u32,
    /// By task.
    tasks: Vec<Known>,
    /// Whether the clock was moved since the last pick; a second time is part of the same departure.
    expired: bool,
    /// How many forks were noted, by departures.
    noted: Vec<u32>,
    notes: Notes,
}

impl Course {
    /// Answers the next question, `0..bound`, and notes the answers that were not given. `cost` says how many departures more each of
    /// them makes, in turn, or nothing for one that is to be left out.
    fn answer(&mut self, bound: u32, mut cost: impl FnMut(u32) -> Option<u32>) -> u32 {
        if bound < 2 {
            return 0;
        }
        let at = self.notes.asked;
        self.notes.asked = at.checked_add(1).expect("seedbed bug: more than 2^32 questions in a run, please report");
        if let Some(next) = self.script.get(self.answered) {
            if next.at > at {
                return 0;
            }
            self.answered += 1;
            self.notes.misfit |= next.answer >= bound;
            return if next.answer < bound { next.answer } else { 0 };
        }
        for answer in 1..bound {
            match cost(answer) {
                Some(cost) => {
                    let departures = self.departures.saturating_add(cost);
                    self.note(Fork { last: Answer { at, answer }, departures });
                }
                None => self.notes.pruned += 1,
            }
        }
        0
    }

    fn note(&mut self, fork: Fork) {
        if fork.departures > self.scope.departures_max {
            self.notes.beyond = true;
            return;
        }
        let line = fork.departures as usize;
        if line >= self.noted.len() {
            self.noted.resize(line + 1, 0);
        }
        if self.noted[line] >= self.room {
            self.notes.cut = true;
            return;
        }
        self.noted[line] += 1;
        self.notes.forks.push(fork);
    }

    fn turn(&mut self, ready: &Ready<'_>) -> Turn {
        let count = ready.len();
        let clock = self.scope.clock && ready.may_expire();
        let known = std::mem::take(&mut self.tasks);
        let expiry = u32::from(!self.expired);
        let at = |place: u32| -> Known {
            let task = ready.task(place).and_then(|task| known.get(task.get() as usize));
            task.copied().unwrap_or_default()
        };
        // How many departures a pick makes: of those in front of it, the ones that nobody has overtaken yet.
        let (mut cost, mut groups) = (0, Vec::new());
        let answer = self.answer(count + u32::from(clock), |answer| {
            if answer == count {
                return Some(expiry);
            }
            let passed = at(answer - 1);
            cost += u32::from(!passed.overtaken);
            groups.extend(passed.group);
            let is_other_name = at(answer).group.is_some_and(|group| groups.contains(&group));
            (!is_other_name).then_some(cost)
        });
        self.tasks = known;
        if answer == count {
            self.expired = true;
            return Turn::Clock;
        }
        self.ran(ready, answer);
        Turn::Task(answer)
    }

    /// The task at that place runs, and overtakes those in front of it.
    fn ran(&mut self, ready: &Ready<'_>, place: u32) {
        self.expired = false;
        for (at, task) in (0..=place).zip(ready.tasks()) {
            let known = self.known(task);
            if at == place { *known = Known::default() } else { known.overtaken = true }
        }
    }

    fn known(&mut self, task: TaskId) -> &mut Known {
        let number = task.get() as usize;
        if number >= self.tasks.len() {
            self.tasks.resize(number + 1, Known::default());
        }
        &mut self.tasks[number]
    }
}

/// The policy of one run, and the handle to its notes.
#[derive(Clone, Debug)]
pub(super) struct Follow(Rc<RefCell<Course>>);

impl Follow {
    /// Follows this schedule, which has so many departures; notes at most `room` forks of each number of departures.
    pub(super) fn new(scope: &Scope, script: Vec<Answer>, departures: u32, room: u32) -> Self {
        Self(Rc::new(RefCell::new(Course {
            scope: scope.clone(),
            script,
            answered: 0,
            departures,
            room,
            tasks: Vec::new(),
            expired: false,
            noted: Vec::new(),
            notes: Notes::default(),
        })))
    }

    /// What was noted, after the run.
    pub(super) fn into_notes(self) -> Notes {
        let mut course = self.0.borrow_mut();
        let unanswered = course.answered < course.script.len();
        Notes { misfit: course.notes.misfit || unanswered, ..std::mem::take(&mut course.notes) }
    }
}

impl Policy for Follow {
    fn name(&self) -> String {
        "exhaustive".to_owned()
    }

    fn next(&mut self, ready: &Ready<'_>) -> Turn {
        self.0.borrow_mut().turn(ready)
    }

    fn observe(&mut self, event: Observation) {
        let mut course = self.0.borrow_mut();
        if let Observation::Spawned { task, subject, .. } = event
            && let Some(&group) = course.scope.groups.get(&subject)
        {
            course.known(task).group = Some(group);
        }
    }

    fn answer(&mut self, kind: Kind, bound: u32) -> u32 {
        let mut course = self.0.borrow_mut();
        match kind {
            Kind::Branch if course.scope.branches => course.answer(bound, |_| Some(1)),
            _ => 0,
        }
    }
}
