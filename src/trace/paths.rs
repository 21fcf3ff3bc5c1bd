//! The tree of tasks, and the paths of tasks in it.

use std::fmt::{self, Write};
use std::panic::Location;

use super::actor::Label;
use super::text::Strings;
use crate::ident::TaskId;

/// A path of more labels than this is shortened to its last ones, half of this many.
const LABELS_MAX: u32 = 32;

/// In `Node::parent`: none. No task has this number.
const NO_PARENT: u32 = u32::MAX;

/// In `Node::label`: the other bits are the number of a string.
const IS_TEXT: u32 = 1 << 31;

#[derive(Clone, Copy, Debug)]
struct Node {
    /// Index in `Paths::places`.
    place: u32,
    parent: u32,
    label: u32,
    /// Number of labels in the path. Invariant: one more than the parent's.
    depth: u32,
}

const _: () = assert!(size_of::<Node>() == 16, "a million tasks are to cost 16 MB of names");

/// Two runs are the same run even when an unrelated edit moved their spawns to other lines.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        (self.parent, self.label) == (other.parent, other.label)
    }
}

impl Eq for Node {}

/// The tasks of a run, by number, each with its parent and its label.
#[derive(Clone, Default)]
pub(super) struct Paths {
    nodes: Vec<Node>,
    labels: Strings,
    /// Where tasks were spawned, the place that was looked up last at `last_place`: a program has few, and mostly a task is
    /// spawned where the one before it was.
    places: Vec<&'static Location<'static>>,
    last_place: u32,
}

impl PartialEq for Paths {
    fn eq(&self, other: &Self) -> bool {
        (&self.nodes, &self.labels) == (&other.nodes, &other.labels)
    }
}

impl Eq for Paths {}

impl Paths {
    pub(super) const fn new() -> Self {
        Self { nodes: Vec::new(), labels: Strings::new(), places: Vec::new(), last_place: 0 }
    }

    pub(super) fn add(
        &mut self,
        parent: Option<TaskId>,
        label: Label<'_>,
        location: &'static Location<'static>,
    ) -> TaskId {
        let id = u32::try_from(self.nodes.len()).ok().filter(|&id| id != NO_PARENT);
        let id = id.expect("a run may have 4294967295 tasks, and this one has them all");
        let depth = parent.and_then(|parent| self.node(parent)).map_or(0, |parent| parent.depth) + 1;
        let parent = parent.map_or(NO_PARENT, TaskId::get);
        assert!(parent == NO_PARENT || parent < id, "seedbed bug: a task that is older than its parent, please report");
        let label = match label {
            Label::Number(number) if number < IS_TEXT => number,
            Label::Number(number) => self.labels.push(|text| write!(text, "{number}")) | IS_TEXT,
            Label::Text(name) => self.labels.push(|text| text.write_str(name)) | IS_TEXT,
        };
        let place = self.place_of(location);
        self.nodes.push(Node { place, parent, label, depth });
        TaskId::new(id)
    }

    /// As `add`, for a task that has a parent and a number.
    #[inline]
    pub(super) fn add_child(&mut self, parent: TaskId, number: u32, location: &'static Location<'static>) {
        match self.node(parent) {
            Some(above) if number < IS_TEXT && self.nodes.len() < NO_PARENT as usize => {
                let depth = above.depth + 1;
                let place = self.place_of(location);
                self.nodes.push(Node { place, parent: parent.get(), label: number, depth });
            }
            _ => drop(self.add(Some(parent), Label::Number(number), location)),
        }
    }

    #[inline]
    fn place_of(&mut self, location: &'static Location<'static>) -> u32 {
        match self.places.get(self.last_place as usize) {
            Some(&last) if std::ptr::eq(last, location) => self.last_place,
            _ => self.find_place(location),
        }
    }

    #[inline(never)]
    fn find_place(&mut self, location: &'static Location<'static>) -> u32 {
        let known = self.places.iter().position(|&known| known == location);
        let at = known.unwrap_or_else(|| {
            self.places.push(location);
            self.places.len() - 1
        });
        self.last_place = u32::try_from(at).expect("seedbed bug: tasks were spawned in too many places, please report");
        self.last_place
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.labels.clear();
        self.places.clear();
    }

    fn node(&self, task: TaskId) -> Option<&Node> {
        self.nodes.get(task.get() as usize)
    }

    pub(super) fn location(&self, task: TaskId) -> Option<&'static Location<'static>> {
        self.places.get(self.node(task)?.place as usize).copied()
    }

    pub(super) fn parent(&self, task: TaskId) -> Option<TaskId> {
        self.node(task).map(|node| node.parent).filter(|&parent| parent != NO_PARENT).map(TaskId::new)
    }

    /// Writes the path, shortened where it is very long.
    pub(super) fn write_path(&self, out: &mut String, task: TaskId) {
        let depth = self.node(task).map_or(0, |node| node.depth);
        if depth <= LABELS_MAX {
            self.write_labels(out, task, LABELS_MAX);
        } else {
            out.push('…');
            out.push_str(&(depth - LABELS_MAX / 2).to_string());
            out.push('/');
            self.write_labels(out, task, LABELS_MAX / 2);
        }
    }

    /// Writes the last labels of the path, at most so many.
    pub(super) fn write_labels(&self, out: &mut String, task: TaskId, labels_max: u32) {
        let Some(last) = self.node(task) else {
            out.push_str(&format!("?{task}"));
            return;
        };
        // From the last label up to the first; no recursion, because a chain of spawns may be as long as memory allows.
        let mut way = vec![last];
        while let Some(parent) = way.last().and_then(|node| self.node(TaskId::new(node.parent)))
            && way.len() < labels_max as usize
        {
            way.push(parent);
        }
        for (nth, node) in way.iter().rev().enumerate() {
            if nth > 0 {
                out.push('/');
            }
            self.label_of(node, |label| out.push_str(label));
        }
    }

    fn label_of<R>(&self, node: &Node, read: impl FnOnce(&str) -> R) -> R {
        if node.label & IS_TEXT != 0 {
            read(self.labels.get(node.label & !IS_TEXT).unwrap_or_default())
        } else {
            read(&node.label.to_string())
        }
    }

    pub(super) fn has_label(&self, task: TaskId, text: &str) -> bool {
        self.node(task).is_some_and(|node| self.label_of(node, |label| label == text))
    }

    /// For every task whether the pattern means it: a path means that task and all that it spawned, directly or not; a
    /// star at the end stands for the rest of a label.
    pub(super) fn matching(&self, pattern: &str) -> Vec<bool> {
        /// How the path of a task compares with the pattern.
        #[derive(Clone, Copy)]
        enum Fit {
            Outside,
            /// Equal so far, for this many labels, and the pattern has more.
            Begun(usize),
            Inside,
        }
        let wanted: Vec<&str> = pattern.split('/').collect();
        let mut found: Vec<Fit> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            // A parent is older than its children, so it stands in `found`.
            let above = if node.parent == NO_PARENT { Fit::Begun(0) } else { found[node.parent as usize] };
            found.push(match above {
                Fit::Begun(labels) if !self.label_of(node, |label| fits(label, wanted[labels])) => Fit::Outside,
                Fit::Begun(labels) if labels + 1 == wanted.len() => Fit::Inside,
                Fit::Begun(labels) => Fit::Begun(labels + 1),
                Fit::Outside | Fit::Inside => above,
            });
        }
        found.into_iter().map(|fit| matches!(fit, Fit::Inside)).collect()
    }
}

/// Whether a label is the wanted one; a star at the end stands for any rest.
fn fits(label: &str, wanted: &str) -> bool {
    wanted.strip_suffix('*').map_or(label == wanted, |start| label.starts_with(start))
}

/// Whether a path is one that the pattern means, or below one; see [`Paths::matching`].
pub(super) fn path_fits(path: &str, pattern: &str) -> bool {
    let mut labels = path.split('/');
    pattern.split('/').all(|wanted| labels.next().is_some_and(|label| fits(label, wanted)))
}

impl fmt::Debug for Paths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paths").field("tasks", &self.nodes.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use super::{Label, Paths, path_fits};
    use crate::ident::TaskId;

    fn family() -> Paths {
        let mut paths = Paths::default();
        let here = Location::caller();
        let main = paths.add(None, Label::Text("main"), here);
        let two = paths.add(Some(main), Label::Number(2), here);
        paths.add(Some(two), Label::Text("transfer-1"), here);
        paths.add(Some(main), Label::Text("transfer-2"), here);
        paths.add(Some(two), Label::Number(u32::MAX), here);
        paths
    }

    fn all_paths(paths: &Paths) -> [String; 5] {
        [0, 1, 2, 3, 4].map(|task| {
            let mut path = String::new();
            paths.write_path(&mut path, TaskId::new(task));
            path
        })
    }

    #[test]
    fn paths_join_the_labels() {
        let paths = family();
        assert_eq!(all_paths(&paths), ["main", "main/2", "main/2/transfer-1", "main/transfer-2", "main/2/4294967295"],);
    }

    #[test]
    fn a_pattern_means_a_task_and_its_descendants() {
        let paths = family();
        let check = |pattern: &str, expected: [bool; 5]| {
            assert_eq!(paths.matching(pattern), expected, "{pattern}");
            let one_by_one = all_paths(&paths).map(|path| path_fits(&path, pattern));
            assert_eq!(one_by_one, expected, "{pattern}");
        };
        check("main", [true; 5]);
        check("main/2", [false, true, true, false, true]);
        check("main/transfer", [false; 5]);
        check("main/transfer-*", [false, false, false, true, false]);
        check("main/*/*", [false, false, true, false, true]);
        check("*", [true; 5]);
        check("", [false; 5]);
        check("main/2/transfer-1/x", [false; 5]);
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_has_short_paths() {
        let mut paths = Paths::default();
        let mut last = paths.add(None, Label::Text("main"), Location::caller());
        for _ in 0..100_000 {
            last = paths.add(Some(last), Label::Number(1), Location::caller());
        }
        let mut path = String::new();
        paths.write_path(&mut path, last);
        assert_eq!(path, format!("…99985{}", "/1".repeat(16)));
    }
}
