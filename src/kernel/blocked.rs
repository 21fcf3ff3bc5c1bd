//! Who waits for whom: the words of a deadlock, and its cycle.

use std::collections::{BTreeSet, VecDeque};

use super::arena::Key;
use super::future::{Kind, Purpose};
use super::machine::Kernel;
use super::outside::Phase;
use super::stop::BlockedTask;
use crate::ident::{JobId, TaskId};
use crate::instant::Instant;
use crate::trace::Actor;

impl Kernel {
    /// The unfinished tasks, then the jobs that wait, each in the order of their creation and with what it waits for.
    pub(crate) fn blocked(&self) -> Vec<BlockedTask> {
        let tasks = self.tasks.ids().into_iter().filter_map(|id| self.blocked_task(id));
        tasks.chain(self.outside.iter().filter_map(|(id, _)| self.blocked_job(id))).collect()
    }

    fn blocked_task(&self, id: TaskId) -> Option<BlockedTask> {
        let task = self.tasks.get(id).filter(|task| !task.hidden)?;
        Some(BlockedTask {
            task: self.names.path(id),
            waits_for: self.describe_all(task.waits().map(|wait| wait.future)),
            since: Instant::from_nanos(task.waits_since()),
            held_by: self.held_by(Actor::Task(id)),
            spawned_at: self.names.location(id).map_or_else(String::new, ToString::to_string),
            is_job: false,
        })
    }

    fn blocked_job(&self, id: JobId) -> Option<BlockedTask> {
        let job = self.outside.get(id)?;
        let waits_for = match job.phase {
            Phase::Queued => format!("a worker of {}", self.outside.pool_name(job.pool)),
            Phase::Waiting => self.describe_all(self.outside.waits(id)),
            Phase::Running | Phase::Sleeping => return None,
        };
        Some(BlockedTask {
            task: self.name_of(Actor::Job(id)),
            waits_for,
            since: Instant::from_nanos(job.since),
            held_by: self.held_by(Actor::Job(id)),
            spawned_at: job.submitted_at.to_string(),
            is_job: true,
        })
    }

    fn name_of(&self, actor: Actor) -> String {
        match actor {
            Actor::Job(id) => format!("job {}", self.names.job(id)),
            _ => self.names.actor(actor),
        }
    }

    fn held_by(&self, waiting: Actor) -> Vec<String> {
        let mut held_by: Vec<String> =
            self.awaited_by(waiting).into_iter().map(|holder| self.name_of(holder)).collect();
        held_by.dedup();
        held_by
    }

    fn describe_all(&self, waits: impl Iterator<Item = Key>) -> String {
        let words: Vec<String> = waits.map(|key| self.describe(key)).collect();
        if words.is_empty() {
            "a future of another library, or one that nothing wakes".to_owned()
        } else {
            words.join(", or ")
        }
    }

    /// A future in words, as the object of "waits for".
    pub(super) fn describe(&self, key: Key) -> String {
        let Some(future) = self.find(key) else {
            return if key.alarm_of().is_some() { "a sleep" } else { "a future that is gone" }.to_owned();
        };
        let name = future.extra.as_ref().and_then(|extra| extra.name.as_deref());
        match future.kind {
            Kind::Promise => name.map_or_else(|| "a promise".to_owned(), |name| format!("promise {name}")),
            Kind::Sleep => "a sleep".to_owned(),
            Kind::Task(id) => format!("task {}", self.names.path(id)),
            Kind::Gather => "a gather".to_owned(),
            Kind::Shield => "a shielded future".to_owned(),
            Kind::Resource(id) => self.names.resource(id),
            Kind::Job(id) => format!("job {}", self.names.job(id)),
            Kind::Other(purpose) => words_of(purpose).to_owned(),
        }
    }

    /// The tasks and jobs that could end a wait for this future.
    fn holders(&self, key: Key) -> Vec<Actor> {
        let Some(future) = self.find(key) else { return Vec::new() };
        match future.kind {
            Kind::Task(id) => vec![Actor::Task(id)],
            Kind::Job(id) => self.outside.get(id).map(|_| Actor::Job(id)).into_iter().collect(),
            Kind::Resource(id) => self.resources.holders(id).iter().map(|&id| Actor::Task(id)).collect(),
            Kind::Gather => {
                let children = future.extra.iter().flat_map(|extra| &extra.children);
                children.flat_map(|&child| self.holders(child)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The tasks and jobs that could end what this one waits for.
    fn awaited_by(&self, waiting: Actor) -> Vec<Actor> {
        match waiting {
            Actor::Task(id) => {
                let waits = self.tasks.get(id).into_iter().flat_map(|task| task.waits());
                waits.flat_map(|wait| self.holders(wait.future)).collect()
            }
            Actor::Job(id) => match self.outside.get(id) {
                Some(job) if job.phase == Phase::Queued => {
                    let others = self.outside.iter().filter(|(_, other)| other.pool == job.pool);
                    let busy = others.filter(|(_, other)| other.phase != Phase::Queued);
                    busy.map(|(id, _)| Actor::Job(id)).collect()
                }
                _ => self.outside.waits(id).flat_map(|key| self.holders(key)).collect(),
            },
            Actor::Outside | Actor::Callback => Vec::new(),
        }
    }

    /// The first cycle of tasks and jobs that wait for each other, by name: each waits for the next, the last for the
    /// first.
    pub(crate) fn cycle(&self) -> Vec<String> {
        let tasks = self.tasks.ids().into_iter().map(Actor::Task);
        let jobs = self.outside.iter().map(|(id, _)| Actor::Job(id));
        let cycle = tasks.chain(jobs).find_map(|start| self.cycle_from(start)).unwrap_or_default();
        cycle.into_iter().map(|actor| self.name_of(actor)).collect()
    }

    /// A shortest way from a task or job back to itself.
    fn cycle_from(&self, start: Actor) -> Option<Vec<Actor>> {
        let mut ways = VecDeque::from([vec![start]]);
        let mut seen = BTreeSet::new();
        while let Some(way) = ways.pop_front() {
            let &last = way.last().expect("seedbed bug: an empty way, please report");
            for next in self.awaited_by(last) {
                if next == start {
                    return Some(way);
                }
                if seen.insert(next) {
                    ways.push_back(way.iter().copied().chain([next]).collect());
                }
            }
        }
        None
    }
}

/// The object of "waits for".
fn words_of(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::DefaultExecutor => "the last job of the default executor",
        Purpose::Pool => "the last job of a pool, with the loop blocked",
        Purpose::Wait => "any or all of several futures (wait)",
        Purpose::WaitFor => "a future that was cancelled (wait_for)",
        Purpose::TaskGroup => "the children of its task group",
        Purpose::AsCompleted => "the next future to finish (as_completed)",
        Purpose::Clock => "the clock, which it moves by hand",
        Purpose::Rest => "everything else to come to rest",
    }
}
