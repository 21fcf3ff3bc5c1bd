//! Lanes: who can do something in a run, each a row of a page.

use std::collections::BTreeMap;

use crate::record::TaskRecord;

/// What sort of actor a lane is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneKind {
    /// A loop, or what happens outside of all tasks.
    Loop,
    /// A task.
    Task,
    /// A job on a simulated thread, or such a thread.
    Thread,
    /// A job in a simulated process, or such a process.
    Process,
}

impl LaneKind {
    /// Its name in the files that are written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Loop => "loop",
            Self::Task => "task",
            Self::Thread => "thread",
            Self::Process => "process",
        }
    }

    fn of(record: &TaskRecord) -> Self {
        match record.kind.as_str() {
            "thread" | "worker" => Self::Thread,
            "process" => Self::Process,
            "loop" | "outside" => Self::Loop,
            _ => Self::Task,
        }
    }
}

/// Who can do something in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The key by which records name it.
    pub key: String,
    /// Its path in the tree of tasks, or its label.
    pub path: String,
    /// What sort it is.
    pub kind: LaneKind,
    /// How many lanes above it in the tree are shown.
    pub depth: usize,
    /// Its path without that of its parent.
    pub short: String,
    /// Where in the source it was spawned.
    pub spawned_at: Option<String>,
}

/// Collects the lanes of a trace, and then puts them in order.
#[derive(Default, Debug)]
pub(super) struct Lanes {
    all: Vec<Lane>,
    by_key: BTreeMap<String, usize>,
}

impl Lanes {
    pub(super) fn add(&mut self, record: &TaskRecord) {
        let key = if record.lane.is_empty() { format!("t{}", record.id) } else { record.lane.clone() };
        let kind = LaneKind::of(record);
        let lane = Lane {
            path: if record.path.is_empty() { key.clone() } else { record.path.clone() },
            kind: if key.starts_with("loop") { LaneKind::Loop } else { kind },
            depth: 0,
            short: String::new(),
            spawned_at: record.spawned_at.clone(),
            key: key.clone(),
        };
        // A record that names a lane again knows more of it than the event that named it first.
        match self.by_key.get(&key) {
            Some(&known) => self.all[known] = lane,
            None => {
                self.by_key.insert(key, self.all.len());
                self.all.push(lane);
            }
        }
    }

    /// The number of the lane that an event names. Loops and the outside have no record of their own.
    pub(super) fn find(&mut self, key: &str) -> usize {
        if let Some(&known) = self.by_key.get(key) {
            return known;
        }
        let path = match key.strip_prefix("loop") {
            Some("0" | "") => "(loop)".to_owned(),
            Some(n) => n.parse::<u64>().map_or_else(|_| key.to_owned(), |n| format!("(loop {})", n.saturating_add(1))),
            None if key.is_empty() || key == "outside" => "-".to_owned(),
            None => key.to_owned(),
        };
        let lane =
            Lane { key: key.to_owned(), path, kind: LaneKind::Loop, depth: 0, short: String::new(), spawned_at: None };
        self.by_key.insert(key.to_owned(), self.all.len());
        self.all.push(lane);
        self.all.len() - 1
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn path(&self, lane: usize) -> &str {
        &self.all[lane].path
    }

    /// The lanes that are `used`, loops first, then tasks as a tree, then threads and processes; and for each lane's number until
    /// now its new one.
    pub(super) fn arrange(self, used: &[bool]) -> (Vec<Lane>, Vec<Option<usize>>) {
        let mut order: Vec<usize> = (0..self.all.len()).filter(|&lane| used[lane]).collect();
        let place = |lane: &Lane| match lane.kind {
            LaneKind::Loop => 0,
            LaneKind::Task => 1,
            LaneKind::Thread => 2,
            LaneKind::Process => 3,
        };
        order.sort_by_cached_key(|&lane| (place(&self.all[lane]), natural(&self.all[lane].path), lane));
        let mut renumbered = vec![None; self.all.len()];
        let mut lanes = Vec::with_capacity(order.len());
        // Paths of the lanes above the one at hand, each within the one before it.
        let mut above: Vec<String> = Vec::new();
        for &old in &order {
            renumbered[old] = Some(lanes.len());
            let mut lane = self.all[old].clone();
            while let Some(path) = above.last() {
                if lane.kind != LaneKind::Loop && lane.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
                {
                    break;
                }
                above.pop();
            }
            lane.depth = above.len();
            lane.short = above.last().map_or_else(|| lane.path.clone(), |path| lane.path[path.len() + 1..].to_owned());
            if lane.kind != LaneKind::Loop {
                above.push(lane.path.clone());
            }
            lanes.push(lane);
        }
        (lanes, renumbered)
    }
}

/// What paths are ordered by: numbers in them count, so that main/10 comes after main/9, and what is below a path right after it.
fn natural(path: &str) -> Vec<Vec<(u64, String)>> {
    let part = |part: &str| {
        let mut pieces: Vec<(u64, String)> = Vec::new();
        for piece in
            part.chars().collect::<Vec<_>>().chunk_by(|one, next| one.is_ascii_digit() == next.is_ascii_digit())
        {
            let piece: String = piece.iter().collect();
            pieces.push((piece.parse().unwrap_or(u64::MAX), piece));
        }
        pieces
    };
    path.split('/').map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::natural;

    #[test]
    fn numbers_count_and_children_follow() {
        let mut paths = ["main/b", "main/10", "main/9/1", "main", "main/client-10", "main/client-9", "main/9"];
        paths.sort_by_key(|path| natural(path));
        assert_eq!(paths, ["main", "main/9", "main/9/1", "main/10", "main/b", "main/client-9", "main/client-10"]);
    }
}
