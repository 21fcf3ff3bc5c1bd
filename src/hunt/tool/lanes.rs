//! Lanes: whoever does something in a trace, each under one key.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::hunt::records::Line;
use crate::ident::{JobId, LoopId, ResourceId, TaskId, WorkerId};
use crate::trace::{Actor, Doer, Event, Names, Trace};

/// The lane of plain code outside every loop, and of the run itself.
const OUTSIDE: &str = "outside";

/// How the pools of simulated processes name their jobs.
const PROCESSES: &str = "processes/";

/// Everybody whom a trace names.
pub(super) struct Lanes<'a> {
    names: &'a Names,
    tasks: BTreeSet<TaskId>,
    jobs: BTreeSet<JobId>,
    workers: BTreeSet<WorkerId>,
    loops: BTreeSet<LoopId>,
    resources: BTreeSet<ResourceId>,
    /// By path, for those who are known by nothing else.
    by_path: BTreeMap<String, TaskId>,
}

/// A place in the trace: what went before it and is not said again.
pub(super) struct Cursor {
    polls: u64,
    event_loop: LoopId,
    /// Who has the turn, as far as the trace tells.
    turn: Option<Actor>,
}

impl<'a> Lanes<'a> {
    pub(super) fn of(trace: &'a Trace) -> Self {
        let mut lanes = Self {
            names: trace.names(),
            tasks: BTreeSet::new(),
            jobs: BTreeSet::new(),
            workers: BTreeSet::new(),
            // There is the first loop, whatever was left out of the trace.
            loops: BTreeSet::from([LoopId::new(0)]),
            resources: BTreeSet::new(),
            by_path: BTreeMap::new(),
        };
        for entry in trace.events() {
            entry.tasks().for_each(|task| lanes.add_task(task));
            match entry.event() {
                Event::JobStarted { worker, .. } => drop(lanes.workers.insert(worker)),
                Event::JobSubmitted { job, .. } => drop(lanes.jobs.insert(job)),
                _ => {}
            }
            lanes.resources.extend(entry.event().resource());
            match entry.event().doer() {
                Doer::Loop(event_loop) => drop(lanes.loops.insert(event_loop)),
                Doer::Actor(Actor::Job(job)) => drop(lanes.jobs.insert(job)),
                Doer::Network | Doer::Actor(_) => {}
            }
        }
        lanes
    }

    /// A task, and those it descends from.
    fn add_task(&mut self, task: TaskId) {
        let mut next = Some(task);
        while let Some(task) = next.filter(|task| self.tasks.insert(*task)) {
            self.by_path.insert(self.names.path(task), task);
            next = self.names.parent(task);
        }
    }

    /// How many tasks there are.
    pub(super) fn tasks(&self) -> usize {
        self.tasks.len()
    }

    /// The lane of a path, as a failure tells it; of a job, behind the word.
    pub(super) fn lane_of(&self, path: &str, is_job: bool) -> String {
        if is_job {
            let label = path.strip_prefix("job ").unwrap_or(path);
            let job = self.jobs.iter().find(|job| self.names.job(**job) == label);
            return job.map(ToString::to_string).unwrap_or_default();
        }
        self.by_path.get(path).map(ToString::to_string).unwrap_or_default()
    }

    /// A record for each lane, tasks before those that they spawned, and one for each resource.
    pub(super) fn tell(&self, hunt: &str, mut write: impl FnMut(Line) -> io::Result<()>) -> io::Result<()> {
        let lane = |lane: &str, id: u32, path: &str, kind: &str| {
            Line::new("task", hunt).with("id", &id).with("lane", lane).with("path", path).with("kind", kind)
        };
        write(lane(OUTSIDE, 0, "-", "outside"))?;
        for event_loop in &self.loops {
            let nth = event_loop.get() + 1;
            let path = if nth == 1 { "(loop)".to_owned() } else { format!("(loop {nth})") };
            write(lane(&loop_lane(*event_loop), event_loop.get(), &path, "loop"))?;
        }
        for task in &self.tasks {
            let label = self.names.label(*task);
            let name = (!label.bytes().all(|byte| byte.is_ascii_digit())).then_some(label);
            let record = lane(&task.to_string(), task.get(), &self.names.path(*task), "task")
                .with("name", &name)
                .with("parent", &self.names.parent(*task).map(TaskId::get))
                .with("spawned_at", &self.names.location(*task).map(ToString::to_string));
            write(record)?;
        }
        for job in &self.jobs {
            let label = self.names.job(*job);
            let kind = if label.starts_with(PROCESSES) { "process" } else { "thread" };
            write(lane(&job.to_string(), job.get(), &label, kind).with("name", &label))?;
        }
        for worker in &self.workers {
            write(lane(&worker.to_string(), worker.get(), &format!("worker {}", worker.get()), "worker"))?;
        }
        for resource in &self.resources {
            let record = Line::new("resource", hunt).with_plain("id", resource);
            write(record.with("name", &self.names.resource(*resource)))?;
        }
        Ok(())
    }

    /// Before the first event.
    pub(super) fn start(&self) -> Cursor {
        Cursor { polls: 0, event_loop: LoopId::new(0), turn: None }
    }
}

impl Cursor {
    /// How many steps of tasks there were, with this one.
    pub(super) fn step(&self, event: Event) -> u64 {
        self.polls + u64::from(matches!(event, Event::Polled { .. }))
    }

    /// Whose event it is.
    pub(super) fn lane(&self, event: Event) -> String {
        match event.doer() {
            Doer::Loop(event_loop) => loop_lane(event_loop),
            // What happens between hosts is the doing of no lane.
            Doer::Network => OUTSIDE.to_owned(),
            Doer::Actor(who) => self.lane_of(who),
        }
    }

    fn lane_of(&self, who: Actor) -> String {
        match who {
            Actor::Outside => OUTSIDE.to_owned(),
            Actor::Callback => loop_lane(self.event_loop),
            Actor::Task(task) => task.to_string(),
            Actor::Job(job) => job.to_string(),
        }
    }

    /// Who had the turn when a task was woken, be it the task itself; nobody where the loop did it, for a timer say.
    pub(super) fn woken_by(&self, event: Event) -> Option<String> {
        let is_wake = matches!(event, Event::Woken { .. });
        self.turn.filter(|_| is_wake).map(|turn| self.lane_of(turn))
    }

    /// Goes on behind an event.
    pub(super) fn pass(&mut self, event: Event) {
        self.polls = self.step(event);
        if let Event::LoopStarted { event_loop } = event {
            self.event_loop = event_loop;
        }
        self.turn = match event {
            Event::Polled { task } => Some(Actor::Task(task)),
            // What comes next is the loop's own doing, or that of a job which says nothing of it.
            Event::LoopStarted { .. }
            | Event::LoopStopped { .. }
            | Event::CallbackRun { .. }
            | Event::TimerFired { .. }
            | Event::JobStarted { .. } => None,
            _ => match event.doer() {
                Doer::Actor(who @ Actor::Job(_)) => Some(who),
                _ => self.turn,
            },
        };
    }
}

fn loop_lane(event_loop: LoopId) -> String {
    format!("loop{}", event_loop.get())
}
