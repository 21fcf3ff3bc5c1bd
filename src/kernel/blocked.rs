//! Who waits for whom: the words of a deadlock, and its cycle.

use super::arena::Key;
use super::future::Kind;
use super::machine::Kernel;
use super::stop::BlockedTask;
use crate::ident::TaskId;
use crate::instant::Instant;

impl Kernel {
    /// The unfinished tasks, in the order of their creation, each with what it waits for.
    pub(crate) fn blocked_tasks(&self) -> Vec<BlockedTask> {
        self.tasks.ids().into_iter().filter_map(|id| self.blocked_task(id)).collect()
    }

    fn blocked_task(&self, id: TaskId) -> Option<BlockedTask> {
        let task = self.tasks.get(id).filter(|task| !task.hidden)?;
        let waits: Vec<_> = task.waits().collect();
        let waits_for = match waits[..] {
            [] => "a future of another library, or one that nothing wakes".to_owned(),
            _ => waits.iter().map(|wait| self.describe(wait.future)).collect::<Vec<_>>().join(", or "),
        };
        let since = waits.iter().map(|wait| wait.since).min().unwrap_or(self.now);
        let mut held_by: Vec<String> =
            waits.iter().flat_map(|wait| self.holders(wait.future)).map(|holder| self.names.path(holder)).collect();
        held_by.dedup();
        Some(BlockedTask {
            task: self.names.path(id),
            waits_for,
            since: Instant::from_nanos(since),
            held_by,
            spawned_at: self.names.location(id).map_or_else(String::new, ToString::to_string),
        })
    }

    /// A future in words, as the object of "waits for".
    fn describe(&self, key: Key) -> String {
        let Some(future) = self.futures.get(key) else { return "a future that is gone".to_owned() };
        let name = future.extra.as_ref().and_then(|extra| extra.name.as_deref());
        match future.kind {
            Kind::Promise => name.map_or_else(|| "a promise".to_owned(), |name| format!("promise {name}")),
            Kind::Sleep => "a sleep".to_owned(),
            Kind::Task(id) => format!("task {}", self.names.path(id)),
            Kind::Gather => "a gather".to_owned(),
            Kind::Shield => "a shielded future".to_owned(),
            Kind::Resource(id) => self.names.resource(id),
            Kind::Job(id) => format!("job {}", self.names.job(id)),
            Kind::Other(words) => words.to_owned(),
        }
    }

    /// The tasks that could end a wait for this future.
    fn holders(&self, key: Key) -> Vec<TaskId> {
        let Some(future) = self.futures.get(key) else { return Vec::new() };
        match future.kind {
            Kind::Task(id) => vec![id],
            Kind::Resource(id) => self.resources.holders(id).to_vec(),
            Kind::Gather => {
                let children = future.extra.iter().flat_map(|extra| &extra.children);
                children.flat_map(|&child| self.holders(child)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The first cycle of tasks that wait for each other, as paths: each waits for the next, the last for the first.
    pub(crate) fn cycle(&self) -> Vec<String> {
        for start in self.tasks.ids() {
            if let Some(cycle) = self.cycle_from(start) {
                return cycle.into_iter().map(|id| self.names.path(id)).collect();
            }
        }
        Vec::new()
    }

    /// A shortest way from a task back to itself.
    fn cycle_from(&self, start: TaskId) -> Option<Vec<TaskId>> {
        let mut ways = std::collections::VecDeque::from([vec![start]]);
        let mut seen = std::collections::BTreeSet::new();
        while let Some(way) = ways.pop_front() {
            let &last = way.last().expect("seedbed bug: an empty way, please report");
            let Some(task) = self.tasks.get(last) else { continue };
            for next in task.waits().flat_map(|wait| self.holders(wait.future)) {
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
