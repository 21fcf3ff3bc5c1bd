//! The names of tasks: their place in the tree of spawns.

use std::panic::Location;
use std::sync::Arc;

use super::machine::Kernel;
use crate::choice::{SubjectKey, path_label};
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
    /// Names a new task and returns the hash of its path. A second sibling of the same name becomes `name#2`.
    pub(crate) fn name_task(
        &mut self,
        id: TaskId,
        parent: Option<TaskId>,
        name: Option<&str>,
        location: &'static Location<'static>,
    ) -> SubjectKey {
        // A task that a job spawns has no parent; the job's label keeps its name the same under every schedule.
        let job = if parent.is_none() { self.outside.current.map(|job| self.names.job(job)) } else { None };
        let name = name.or(job.as_deref());
        let above = parent.and_then(|parent| self.tasks.get(parent)).map(|task| task.subject);
        let subject = match name {
            None => {
                let number = match parent.and_then(|parent| self.tasks.get_mut(parent)) {
                    Some(parent) => {
                        parent.children += 1;
                        parent.children
                    }
                    None => {
                        self.roots += 1;
                        self.roots
                    }
                };
                let added = self.names.add_task(parent, Label::Number(number), location);
                debug_assert_eq!(added, id, "seedbed bug: names and tasks are out of step, please report");
                match above {
                    Some(above) => above.nth_child(number),
                    None => SubjectKey::of_path(&number.to_string()),
                }
            }
            Some(name) => {
                let label = self.unique_label(parent, &path_label(name));
                let added = self.names.add_task(parent, Label::Text(&label), location);
                debug_assert_eq!(added, id, "seedbed bug: names and tasks are out of step, please report");
                match above {
                    Some(above) => above.child(&label),
                    None => SubjectKey::of_path(&label),
                }
            }
        };
        if self.picker.is_watching() {
            let names = &self.names;
            self.picker.choices.introduce(subject, || Arc::from(names.full_path(id)));
        }
        subject
    }

    fn unique_label(&mut self, parent: Option<TaskId>, label: &str) -> String {
        let before = match parent.and_then(|parent| self.tasks.get_mut(parent)) {
            Some(parent) => count(&mut parent.extra().named_children, label),
            None => count(&mut self.named_roots, label),
        };
        if before == 0 { label.to_owned() } else { format!("{label}#{}", before + 1) }
    }
}
