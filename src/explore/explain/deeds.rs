//! What departures did, read from the trace of the run that has them.

use std::collections::BTreeMap;

use super::explanation::{Deed, Overtaker};
use crate::choice::{Address, Kind, path_label};
use crate::ident::TaskId;
use crate::instant::Instant;
use crate::kernel::{TARGET, job_path};
use crate::trace::{Actor, Event, Names, Trace};

/// What a departure did, and when.
pub(super) struct Told {
    pub(super) deed: Deed,
    pub(super) at: Option<Instant>,
    /// The position of its event.
    pub(super) event: Option<u64>,
}

/// One time that a task became ready and took its turn.
struct Activation {
    ready: u64,
    ready_since: Instant,
    /// The steps that overtook it: when, at which position, and whose.
    by: Vec<(Instant, u64, TaskId)>,
    has_run: bool,
}

/// The clock's moves between two steps.
struct Moves {
    /// The position of the first one.
    event: u64,
    to: Instant,
    expired: Vec<TaskId>,
    waiting: Vec<TaskId>,
}

/// An answer that was not plain.
struct Answer {
    at: Instant,
    event: u64,
    value: u32,
}

/// A fault that struck at an await point.
struct Strike {
    at: Instant,
    event: u64,
    kind: Kind,
    nth: u32,
    subject: String,
    who: String,
    how: String,
}

/// A trace, gone through once.
pub(super) struct Deeds<'a> {
    names: &'a Names,
    tasks: BTreeMap<String, TaskId>,
    activations: BTreeMap<TaskId, Vec<Activation>>,
    /// By who asked and about what: each answer that was not plain, in order. A fault point asks under its own name inside the task.
    answers: BTreeMap<(String, Kind), Vec<Answer>>,
    /// What struck at await points: when, at which position, whom and how.
    strikes: Vec<Strike>,
    /// By the step before them: its task and which activation of it.
    moves: BTreeMap<Option<(TaskId, usize)>, Moves>,
}

impl<'a> Deeds<'a> {
    /// Goes through a trace; nothing is told of one that is not whole, because steps could not be numbered.
    pub(super) fn read(trace: &'a Trace) -> Self {
        let mut deeds = Self {
            names: trace.names(),
            tasks: BTreeMap::new(),
            activations: BTreeMap::new(),
            answers: BTreeMap::new(),
            strikes: Vec::new(),
            moves: BTreeMap::new(),
        };
        if !trace.left_out().is_empty() {
            return deeds;
        }
        let (mut overtaking, mut last_step, mut moving) = (None, None, false);
        for entry in trace.events() {
            let (event, time) = (entry.index(), entry.time());
            if std::mem::take(&mut moving) {
                // The choice stands before the move, so its own time is that of before.
                deeds.moves.entry(last_step).and_modify(|moves| moves.to = time);
            }
            match entry.event() {
                Event::Woken { task } => deeds.ready(task, event, time),
                Event::Chose { who: Actor::Task(task), kind: Kind::Overtaken, .. } => overtaking = Some(task),
                Event::Chose { kind: Kind::Clock, .. } => {
                    deeds.clock_moved(last_step, event, time);
                    moving = true;
                }
                Event::Chose { who, kind, value, .. } => {
                    deeds.answers.entry((deeds.asker(who, kind), kind)).or_default().push(Answer {
                        at: time,
                        event,
                        value,
                    });
                }
                Event::Disturbed { on, kind, value } => {
                    let link = deeds.names.resource(on);
                    let subject = link.strip_prefix("link ").unwrap_or(&link).to_owned();
                    deeds.answers.entry((subject, kind)).or_default().push(Answer { at: time, event, value });
                }
                Event::Struck { who, .. } => {
                    let subject = format!("{}/{}", deeds.subject(who), path_label(entry.text().unwrap_or_default()));
                    let struck = Answer { at: time, event, value: 1 };
                    deeds.answers.entry((subject, Kind::Point)).or_default().push(struck);
                }
                Event::AwaitStruck { who, kind, nth, .. } => {
                    let text = entry.text().unwrap_or_default();
                    // Before what was done to a sweep's target stands the subject that it has.
                    let (subject, who, how) = match text.strip_prefix(TARGET) {
                        Some(how) => (TARGET.to_owned(), format!("the target in {}", deeds.names.actor(who)), how),
                        None => (deeds.subject(who), deeds.names.actor(who), text),
                    };
                    let how = how.trim_start().to_owned();
                    deeds.strikes.push(Strike { at: time, event, kind, nth, subject, who, how });
                }
                Event::Polled { task } => {
                    let overtook = overtaking.take() == Some(task);
                    last_step = deeds.ran(task, event, time, overtook);
                }
                Event::TimerFired { task } => deeds.timer_fired(last_step, task),
                _ => {}
            }
        }
        deeds
    }

    /// Whose question it was: faults of jobs are asked of the job, all else that a job asks is asked outside of every task.
    fn asker(&self, who: Actor, kind: Kind) -> String {
        match (who, kind) {
            (Actor::Job(job), Kind::Slow | Kind::Crash) => job_path(&self.names.job(job)),
            _ => self.subject(who),
        }
    }

    fn subject(&self, who: Actor) -> String {
        match who {
            Actor::Task(task) => self.names.full_path(task),
            Actor::Outside | Actor::Callback | Actor::Job(_) => "(outside)".to_owned(),
        }
    }

    fn ready(&mut self, task: TaskId, event: u64, time: Instant) {
        let activations = self.activations.entry(task).or_default();
        if activations.is_empty() {
            self.tasks.insert(self.names.full_path(task), task);
        }
        activations.push(Activation { ready: event, ready_since: time, by: Vec::new(), has_run: false });
    }

    /// A task took its turn; returns which one it was.
    fn ran(&mut self, task: TaskId, event: u64, time: Instant, overtook: bool) -> Option<(TaskId, usize)> {
        let activations = self.activations.get_mut(&task)?;
        let nth = activations.len().checked_sub(1)?;
        activations[nth].has_run = true;
        let ready = activations[nth].ready;
        if overtook {
            let waiting = self.activations.values_mut().filter_map(|activations| activations.last_mut());
            for waiting in waiting.filter(|waiting| !waiting.has_run && waiting.ready < ready) {
                waiting.by.push((time, event, task));
            }
        }
        Some((task, nth))
    }

    fn clock_moved(&mut self, after: Option<(TaskId, usize)>, event: u64, now: Instant) {
        let is_waiting = |activations: &[Activation]| activations.last().is_some_and(|last| !last.has_run);
        let waiting = self.activations.iter().filter(|(_, activations)| is_waiting(activations));
        let waiting: Vec<TaskId> = waiting.map(|(task, _)| *task).collect();
        let moves =
            self.moves.entry(after).or_insert(Moves { event, to: now, expired: Vec::new(), waiting: Vec::new() });
        moves.waiting.extend(waiting);
    }

    fn timer_fired(&mut self, after: Option<(TaskId, usize)>, task: Option<TaskId>) {
        if let (Some(moves), Some(task)) = (self.moves.get_mut(&after), task) {
            moves.expired.push(task);
        }
    }

    /// What a departure did; `before` says how many departures of its stream there are before it.
    pub(super) fn tell(&self, address: &Address, before: usize) -> Told {
        match address.kind() {
            Kind::Overtaken => self.overtaken(address),
            Kind::Clock => self.clock(address),
            Kind::Cancel | Kind::Panic => self.struck(address),
            kind => self.answered(address, kind, before),
        }
        .unwrap_or(Told { deed: Deed::Untold, at: None, event: None })
    }

    fn overtaken(&self, address: &Address) -> Option<Told> {
        let task = *self.tasks.get(address.subject())?;
        let activation = self.activations.get(&task)?.get(address.n() as usize)?;
        let mut by: Vec<Overtaker> = Vec::new();
        for (_, _, other) in &activation.by {
            let name = self.names.path(*other);
            match by.iter_mut().find(|known| known.task == name) {
                Some(known) => known.steps += 1,
                None => by.push(Overtaker { task: name, steps: 1 }),
            }
        }
        let (at, event) = activation.by.first().map(|(at, event, _)| (*at, *event)).unzip();
        let spawned_at = self.names.location(task).map(|place| format!("{}:{}", place.file(), place.line()));
        let deed = Deed::Overtaken {
            task: self.names.path(task),
            ready_since: activation.ready_since,
            spawned_at,
            by,
            ran: activation.has_run,
        };
        Some(Told { deed, at, event })
    }

    fn clock(&self, address: &Address) -> Option<Told> {
        // What the clock did before the first step is told of the loop, which is no task.
        let after = self.tasks.get(address.subject()).map(|task| (*task, address.n() as usize));
        let moves = self.moves.get(&after)?;
        let name = |tasks: &[TaskId]| {
            let mut names: Vec<String> = tasks.iter().map(|task| self.names.path(*task)).collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        let deed = Deed::Clock { to: moves.to, expired: name(&moves.expired), waiting: name(&moves.waiting) };
        Some(Told { deed, at: Some(moves.to), event: Some(moves.event) })
    }

    fn struck(&self, address: &Address) -> Option<Told> {
        let is_it = |strike: &&Strike| {
            (strike.kind, strike.nth, strike.subject.as_str()) == (address.kind(), address.n(), address.subject())
        };
        let Strike { at, event, who, how, .. } = self.strikes.iter().find(is_it)?;
        let deed = Deed::Struck { who: who.clone(), how: how.clone() };
        Some(Told { deed, at: Some(*at), event: Some(*event) })
    }

    fn answered(&self, address: &Address, kind: Kind, before: usize) -> Option<Told> {
        let answers = self.answers.get(&(address.subject().to_owned(), kind))?;
        let Answer { at, event, value } = *answers.get(before)?;
        let (asker, point) = match kind {
            Kind::Point => address.subject().rsplit_once('/').unwrap_or((address.subject(), "")),
            _ => (address.subject(), ""),
        };
        let who = match self.tasks.get(asker) {
            Some(task) => self.names.path(*task),
            None if asker.starts_with("job ") || kind.is_of_network() => asker.to_owned(),
            None => "code outside of every task".to_owned(),
        };
        let deed = match kind {
            Kind::Branch => Deed::Branch { who },
            Kind::Rng => Deed::Drew { who },
            Kind::Late => Deed::Late { who, nanos: value.into() },
            Kind::Point => Deed::Point { who, name: point.to_owned() },
            kind if kind.is_fault() => Deed::Fault { kind, who, value },
            _ => Deed::Untold,
        };
        Some(Told { deed, at: Some(at), event: Some(event) })
    }
}
