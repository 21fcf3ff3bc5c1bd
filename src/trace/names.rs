//! What a person calls the tasks, jobs and resources that events mention by number.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::panic::Location;

use super::actor::{Actor, Label};
use super::digest::Digester;
use super::paths::{Paths, path_fits};
use super::text::{Strings, write_name};
use crate::ident::{JobId, ResourceId, TaskId};

// What the digest knows each sort of entry by.
const NUMBERED_TASK: u64 = 1;
const NAMED_TASK: u64 = 2;
const RESOURCE: u64 = 3;
const JOB: u64 = 4;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct ResourceName {
    kind: &'static str,
    label: ResourceLabel,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ResourceLabel {
    Number(u32),
    /// Index in `resource_names`.
    Name(u32),
}

/// The names of a run: it only grows, and every name is found by its number in constant time.
///
/// A task without a name of its own costs 16 bytes.
///
/// ```
/// use std::panic::Location;
/// use seedbed::trace::{Label, Names};
/// let mut names = Names::new();
/// let main = names.add_task(None, Label::Text("main"), Location::caller());
/// let ticker = names.add_task(Some(main), Label::Text("ticker"), Location::caller());
/// let first = names.add_task(Some(ticker), Label::Number(1), Location::caller());
/// assert_eq!(names.path(first), "main/ticker/1");
/// assert_eq!(names.label(first), "1");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Names {
    tasks: Paths,
    jobs: Strings,
    resources: Vec<ResourceName>,
    resource_names: Strings,
    /// How many resources of a kind have no name; kinds are few.
    unnamed: Vec<(&'static str, u32)>,
    /// How many resources have this kind and name, by a hash of both. Should two hashes ever be equal, a name gets a `#2`
    /// that it does not need.
    named_resources: BTreeMap<u64, u32>,
    digester: Digester,
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names")
            .field("tasks", &self.tasks.len())
            .field("resources", &self.resources.len())
            .field("jobs", &self.jobs.len())
            .finish_non_exhaustive()
    }
}

impl Names {
    /// No names yet.
    ///
    /// ```
    /// use seedbed::trace::Names;
    /// assert_eq!(Names::new(), Names::default());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            tasks: Paths::new(),
            jobs: Strings::new(),
            resources: Vec::new(),
            resource_names: Strings::new(),
            unnamed: Vec::new(),
            named_resources: BTreeMap::new(),
            digester: Digester::new(),
        }
    }

    /// Enters the next task; its number is one more than the last one's. The location where it was spawned is no part of
    /// the digest, so that unrelated edits do not change it.
    ///
    /// # Panics
    ///
    /// If the numbers run out, after two billion at the earliest.
    ///
    /// ```
    /// use std::panic::Location;
    /// use seedbed::trace::{Label, Names};
    /// let mut names = Names::new();
    /// let main = names.add_task(None, Label::Text("main"), Location::caller());
    /// let child = names.add_task(Some(main), Label::Text("ticker"), Location::caller());
    /// assert_eq!(names.path(child), "main/ticker");
    /// ```
    pub fn add_task(
        &mut self,
        parent: Option<TaskId>,
        label: Label<'_>,
        location: &'static Location<'static>,
    ) -> TaskId {
        let above = parent.map_or(0, |parent| u64::from(parent.get()) + 1);
        match label {
            Label::Number(number) => self.digester.feed(NUMBERED_TASK, above << 32 | u64::from(number)),
            Label::Text(name) => {
                self.digester.feed(NAMED_TASK, above);
                self.digester.feed_text(name);
            }
        }
        self.tasks.add(parent, label, location)
    }

    /// As `add_task`, for a task that has a parent and no name of its own.
    #[inline]
    pub(crate) fn add_child(&mut self, parent: TaskId, number: u32, location: &'static Location<'static>) {
        self.digester.feed(NUMBERED_TASK, (u64::from(parent.get()) + 1) << 32 | u64::from(number));
        self.tasks.add_child(parent, number, location);
    }

    /// Enters the next resource: its kind (`lock`), and its name if it has one. Resources without a name are numbered
    /// from 1 within their kind; the second with a name that is taken becomes `lock accounts#2`.
    ///
    /// # Panics
    ///
    /// If the numbers run out, after two billion at the earliest.
    ///
    /// ```
    /// use seedbed::trace::Names;
    /// let mut names = Names::new();
    /// let (named, other) = (names.add_resource("lock", Some("accounts")), names.add_resource("lock", None));
    /// assert_eq!((names.resource(named), names.resource(other)), ("lock accounts".to_owned(), "lock 1".to_owned()));
    /// ```
    pub fn add_resource(&mut self, kind: &'static str, name: Option<&str>) -> ResourceId {
        self.digester.feed(RESOURCE, u64::from(name.is_some()));
        self.digester.feed_text(kind);
        let label = match name {
            None => ResourceLabel::Number(self.next_unnamed(kind)),
            Some(name) => ResourceLabel::Name(self.add_resource_name(kind, name)),
        };
        let id = u32::try_from(self.resources.len())
            .expect("a run may have 4294967295 resources, and this one has them all");
        self.resources.push(ResourceName { kind, label });
        ResourceId::new(id)
    }

    /// Enters the next job under the label that its executor gives it, such as `pool/3`.
    ///
    /// # Panics
    ///
    /// If the numbers run out, after two billion at the earliest.
    ///
    /// ```
    /// use seedbed::trace::Names;
    /// let mut names = Names::new();
    /// let job = names.add_job(format_args!("{}/{}", "pool", 3));
    /// assert_eq!(names.job(job), "pool/3");
    /// ```
    pub fn add_job(&mut self, label: impl fmt::Display) -> JobId {
        let index = self.jobs.push(|text| write!(text, "{label}"));
        self.digester.feed(JOB, 0);
        self.digester.feed_text(self.jobs.get(index).unwrap_or_default());
        JobId::new(index)
    }

    /// The path of a task: the labels from its first ancestor down to itself. One of more than 32 labels begins with
    /// how many are left out (`…84/1/1/…`), so that a long chain of spawns cannot make a trace explode;
    /// [`full_path`](Self::full_path) does not shorten.
    ///
    /// ```
    /// use std::panic::Location;
    /// use seedbed::trace::{Label, Names};
    /// let mut names = Names::new();
    /// let mut task = names.add_task(None, Label::Text("main"), Location::caller());
    /// for _ in 1..100 {
    ///     task = names.add_task(Some(task), Label::Number(1), Location::caller());
    /// }
    /// assert_eq!(names.path(task), "…84/1/1/1/1/1/1/1/1/1/1/1/1/1/1/1/1");
    /// ```
    #[must_use]
    pub fn path(&self, task: TaskId) -> String {
        let mut path = String::new();
        self.tasks.write_path(&mut path, task);
        path
    }

    /// The path of a task with all of its labels.
    ///
    /// ```
    /// use std::panic::Location;
    /// use seedbed::trace::{Label, Names};
    /// let mut names = Names::new();
    /// let main = names.add_task(None, Label::Text("main"), Location::caller());
    /// assert_eq!(names.full_path(main), "main");
    /// ```
    #[must_use]
    pub fn full_path(&self, task: TaskId) -> String {
        let mut path = String::new();
        self.tasks.write_labels(&mut path, task, u32::MAX);
        path
    }

    /// The last label of a task's path.
    ///
    /// ```
    /// use std::panic::Location;
    /// use seedbed::trace::{Label, Names};
    /// let mut names = Names::new();
    /// let main = names.add_task(None, Label::Text("main"), Location::caller());
    /// assert_eq!(names.label(main), "main");
    /// ```
    #[must_use]
    pub fn label(&self, task: TaskId) -> String {
        let mut label = String::new();
        self.tasks.write_labels(&mut label, task, 1);
        label
    }

    /// True if the last label of a task's path is this text.
    pub(crate) fn has_label(&self, task: TaskId, text: &str) -> bool {
        self.tasks.has_label(task, text)
    }

    /// Where a task was spawned.
    ///
    /// ```
    /// use std::panic::Location;
    /// use seedbed::trace::{Label, Names};
    /// let (mut names, here) = (Names::new(), Location::caller());
    /// let main = names.add_task(None, Label::Text("main"), here);
    /// assert_eq!(names.location(main), Some(here));
    /// ```
    #[must_use]
    pub fn location(&self, task: TaskId) -> Option<&'static Location<'static>> {
        self.tasks.location(task)
    }

    /// The task that spawned a task.
    ///
    /// ```
    /// use std::panic::Location;
    /// use seedbed::trace::{Label, Names};
    /// let mut names = Names::new();
    /// let main = names.add_task(None, Label::Text("main"), Location::caller());
    /// let child = names.add_task(Some(main), Label::Number(1), Location::caller());
    /// assert_eq!((names.parent(child), names.parent(main)), (Some(main), None));
    /// ```
    #[must_use]
    pub fn parent(&self, task: TaskId) -> Option<TaskId> {
        self.tasks.parent(task)
    }

    /// A resource in words: its kind, and its name or number.
    ///
    /// ```
    /// use seedbed::trace::Names;
    /// let mut names = Names::new();
    /// let queue = names.add_resource("queue", Some("mail"));
    /// assert_eq!(names.resource(queue), "queue mail");
    /// ```
    #[must_use]
    pub fn resource(&self, resource: ResourceId) -> String {
        let Some(name) = self.resources.get(resource.get() as usize) else {
            return format!("?{resource}");
        };
        let kind = name.kind;
        match name.label {
            ResourceLabel::Number(number) => format!("{kind} {number}"),
            ResourceLabel::Name(index) => format!("{kind} {}", self.resource_names.get(index).unwrap_or_default()),
        }
    }

    /// The label of a job.
    ///
    /// ```
    /// use seedbed::trace::Names;
    /// let mut names = Names::new();
    /// let job = names.add_job("processes/1");
    /// assert_eq!(names.job(job), "processes/1");
    /// ```
    #[must_use]
    pub fn job(&self, job: JobId) -> String {
        self.jobs.get(job.get()).map_or_else(|| format!("?{job}"), str::to_owned)
    }

    /// What stands in the task column of a trace for an actor.
    ///
    /// ```
    /// use seedbed::trace::{Actor, Names};
    /// assert_eq!(Names::new().actor(Actor::Outside), "-");
    /// ```
    #[must_use]
    pub fn actor(&self, actor: Actor) -> String {
        match actor {
            Actor::Outside => "-".to_owned(),
            Actor::Callback => "(callback)".to_owned(),
            Actor::Task(task) => self.path(task),
            Actor::Job(job) => self.job(job),
        }
    }

    /// Forgets all names and keeps the memory for the next run.
    ///
    /// ```
    /// use seedbed::trace::Names;
    /// let mut names = Names::new();
    /// names.add_job("pool/1");
    /// names.clear();
    /// assert_eq!(names, Names::new());
    /// ```
    pub fn clear(&mut self) {
        self.tasks.clear();
        self.resources.clear();
        self.jobs.clear();
        self.resource_names.clear();
        self.unnamed.clear();
        self.named_resources.clear();
        self.digester = Digester::new();
    }

    /// Stands for all names that were given, and their order.
    pub(super) fn digester(&self) -> Digester {
        self.digester
    }

    /// For every task and every job whether the pattern means it; see [`Paths::matching`].
    pub(super) fn matching(&self, pattern: &str) -> (Vec<bool>, Vec<bool>) {
        let jobs = (0..).map_while(|job| self.jobs.get(job));
        (self.tasks.matching(pattern), jobs.map(|label| path_fits(label, pattern)).collect())
    }

    fn next_unnamed(&mut self, kind: &'static str) -> u32 {
        if let Some((_, count)) = self.unnamed.iter_mut().find(|(known, _)| *known == kind) {
            *count += 1;
            return *count;
        }
        self.unnamed.push((kind, 1));
        1
    }

    fn add_resource_name(&mut self, kind: &str, name: &str) -> u32 {
        self.digester.feed_text(name);
        let mut key = Digester::new();
        key.feed_text(kind);
        key.feed_text(name);
        let nth = self.named_resources.entry(key.digest().get()).or_default();
        *nth += 1;
        self.resource_names.push(|text| {
            write_name(text, name)?;
            if *nth > 1 { write!(text, "#{nth}") } else { Ok(()) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Names;
    use crate::ident::{JobId, ResourceId, TaskId};

    #[test]
    fn resources_are_told_apart() {
        let mut names = Names::new();
        let given = [("lock", Some("a")), ("lock", None), ("queue", None), ("lock", Some("a")), ("queue", Some("a"))];
        let shown = given.map(|(kind, name)| {
            let id = names.add_resource(kind, name);
            names.resource(id)
        });
        assert_eq!(shown, ["lock a", "lock 1", "queue 1", "lock a#2", "queue a"]);
        let like_a_number = names.add_resource("lock", Some("1"));
        assert_eq!(names.resource(like_a_number), "lock \"1\"");
    }

    /// A stale number in a message must not turn the message into a panic.
    #[test]
    fn unknown_numbers_have_a_name() {
        let names = Names::new();
        assert_eq!(names.path(TaskId::new(7)), "?t7");
        assert_eq!(names.job(JobId::new(7)), "?j7");
        assert_eq!(names.resource(ResourceId::new(7)), "?r7");
    }

    #[test]
    fn a_name_changes_the_digester() {
        let digest = |kind, name| {
            let mut names = Names::new();
            names.add_resource(kind, name);
            names.digester()
        };
        assert_ne!(digest("lock", Some("a")), digest("lock", Some("b")));
        assert_ne!(digest("lock", Some("a")), digest("lock", None));
    }
}
