//! Who waits for whom in a deadlock.

use std::collections::BTreeMap;

use super::seconds::seconds;
use super::trace::Trace;

/// What a node of the graph stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeKind {
    /// A task.
    Task,
    /// What tasks wait for.
    Resource,
}

/// A task, or what tasks wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Which of the two.
    pub kind: NodeKind,
    /// Its name.
    pub name: String,
    /// Whether it lies on a circle of waiting.
    pub in_cycle: bool,
}

/// An arrow of the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// From which node.
    pub from: usize,
    /// To which.
    pub to: usize,
    /// What it says: since when, for a wait; `held by` for what somebody has.
    pub words: String,
    /// Whether it lies on a circle of waiting.
    pub in_cycle: bool,
}

/// Who waits for whom in a deadlock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// Tasks and resources.
    pub nodes: Vec<Node>,
    /// From a task to what it waits for, from there to who has it.
    pub edges: Vec<Edge>,
}

impl Graph {
    /// The graph of a trace's deadlock; `None` if it did not end in one.
    pub fn of(trace: &Trace) -> Option<Self> {
        if trace.blocked.is_empty() {
            return None;
        }
        let mut building = Building::default();
        let follows = |from: &str, to: &str| {
            let after = |cycle: &Vec<String>| {
                let next = cycle.iter().cycle().skip(1);
                cycle.iter().zip(next).any(|(one, next)| one == from && next == to)
            };
            trace.cycles.iter().any(after)
        };
        for one in &trace.blocked {
            let task = building.node(NodeKind::Task, &one.path);
            let Some(wanted) = &one.waits_for else { continue };
            let since = one.since_ns.map(|nanos| format!("since {}s", seconds(nanos))).unwrap_or_default();
            // A task that is waited for is a node already: it needs no box between.
            let awaited = wanted.strip_prefix("task ").filter(|path| one.held_by.iter().any(|holder| holder == path));
            if let Some(path) = awaited {
                let other = building.node(NodeKind::Task, path);
                building.edge(task, other, &since, follows(&one.path, path));
                continue;
            }
            let resource = building.node(NodeKind::Resource, wanted);
            let mut cyclic = false;
            for holder in &one.held_by {
                let other = building.node(NodeKind::Task, holder);
                let on_cycle = follows(&one.path, holder);
                cyclic |= on_cycle;
                building.edge(resource, other, "held by", on_cycle);
            }
            building.edge(task, resource, &since, cyclic);
        }
        Some(building.graph)
    }
}

#[derive(Default)]
struct Building {
    graph: Graph,
    places: BTreeMap<(NodeKind, String), usize>,
}

impl Building {
    fn node(&mut self, kind: NodeKind, name: &str) -> usize {
        let graph = &mut self.graph;
        *self.places.entry((kind, name.to_owned())).or_insert_with(|| {
            graph.nodes.push(Node { kind, name: name.to_owned(), in_cycle: false });
            graph.nodes.len() - 1
        })
    }

    fn edge(&mut self, from: usize, to: usize, words: &str, in_cycle: bool) {
        // Several tasks may wait for one thing: who has it is said once.
        match self.graph.edges.iter_mut().find(|edge| edge.from == from && edge.to == to) {
            Some(known) => known.in_cycle |= in_cycle,
            None => self.graph.edges.push(Edge { from, to, words: words.to_owned(), in_cycle }),
        }
        if in_cycle {
            self.graph.nodes[from].in_cycle = true;
            self.graph.nodes[to].in_cycle = true;
        }
    }
}
