//! The names of tasks: their place in the tree of spawns.

use std::panic::Location;

use super::machine::Kernel;
use crate::choice::path_label;
use crate::ident::TaskId;
use crate::trace::Label;

/// Counts a use of a name among siblings: how many there were before.
fn count(names: &mut Vec<(Box<str>, u32)>, name: &str) -> u32 {
    if let Some((_, uses)) = names.iter_mut().find(|(known, _)| **known == *name) {
        *uses += 1;
        return *uses - 1;
    }
    names.push((name.into(), 1));
    0
}

impl Kernel {
    /// Names a new task. A second sibling of the same name becomes `name#2`.
    pub(crate) fn name_task(
        &mut self,
        id: TaskId,
        parent: Option<TaskId>,
        name: Option<&str>,
        location: &'static Location<'static>,
    ) {
        // A task that a job spawns has no parent; the job's label keeps its name the same under every schedule.
        let job = if parent.is_none() { self.outside.current.map(|job| self.names.job(job)) } else { None };
        let unique;
        let label = match name.or(job.as_deref()) {
            None => Label::Number(self.next_number(parent)),
            Some(name) => {
                unique = self.unique_label(parent, &path_label(name));
                Label::Text(&unique)
            }
        };
        let added = self.names.add_task(parent, label, location);
        debug_assert_eq!(added, id, "seedbed bug: names and tasks are out of step, please report");
        self.introduce_task(id, parent, label);
    }

    fn next_number(&mut self, parent: Option<TaskId>) -> u32 {
        let count = match parent.and_then(|parent| self.tasks.get_mut(parent)) {
            Some(parent) => &mut parent.children,
            None => &mut self.roots,
        };
        *count += 1;
        *count
    }

    fn unique_label(&mut self, parent: Option<TaskId>, label: &str) -> String {
        let before = match parent.and_then(|parent| self.tasks.get_mut(parent)) {
            Some(parent) => count(&mut parent.extra().named_children, label),
            None => count(&mut self.named_roots, label),
        };
        if before == 0 { label.to_owned() } else { format!("{label}#{}", before + 1) }
    }
}
