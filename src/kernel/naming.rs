//! The names of tasks: their place in the tree of spawns.

use std::panic::Location;

use super::machine::Kernel;
use crate::choice::path_label;
use crate::ident::TaskId;
use crate::trace::Label;

/// What a task of the loop's own is called; nobody sees it but the digest.
pub(crate) const HIDDEN: &str = "(loop)";

const HIDDEN_SECOND: &str = "(loop)#2";

impl Kernel {
    /// Names a new task. A second sibling of the same name becomes `name#2`.
    #[inline(never)]
    pub(crate) fn name_task(
        &mut self,
        id: TaskId,
        parent: Option<TaskId>,
        name: Option<&str>,
        location: &'static Location<'static>,
    ) {
        // A task that a job spawns has no parent; the job's label keeps its name the same under every schedule.
        let job = if parent.is_none() { self.outside.current.map(|job| self.names.job(job)) } else { None };
        let Some(name) = name.or(job.as_deref()).map(path_label) else {
            let number = self.next_number(parent);
            return self.enter_name(id, parent, Label::Number(number), location);
        };
        match self.count_name(id, parent, &name) {
            1 => self.enter_name(id, parent, Label::Text(&name), location),
            uses => self.enter_name(id, parent, Label::Text(&format!("{name}#{uses}")), location),
        }
    }

    /// As `name_task`, for a task of the loop's own. Every run has two at its end, and theirs are ready made.
    pub(super) fn name_hidden(&mut self, id: TaskId, location: &'static Location<'static>) {
        match self.count_name(id, None, HIDDEN) {
            1 => self.enter_name(id, None, Label::Text(HIDDEN), location),
            2 => self.enter_name(id, None, Label::Text(HIDDEN_SECOND), location),
            uses => self.enter_name(id, None, Label::Text(&format!("{HIDDEN}#{uses}")), location),
        }
    }

    /// Names a new task that has no name of its own, and a parent.
    #[inline]
    pub(crate) fn number_task(&mut self, id: TaskId, parent: TaskId, location: &'static Location<'static>) {
        match self.tasks.get_mut(parent) {
            Some(above) if !self.picker.is_attentive => {
                above.children += 1;
                let number = above.children;
                self.names.add_child(parent, number, location);
            }
            _ => self.name_task(id, Some(parent), None, location),
        }
    }

    fn enter_name(
        &mut self,
        id: TaskId,
        parent: Option<TaskId>,
        label: Label<'_>,
        location: &'static Location<'static>,
    ) {
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

    /// Counts a use of a name among siblings: how many there are with this one.
    fn count_name(&mut self, id: TaskId, parent: Option<TaskId>, name: &str) -> u32 {
        let taken = number_in(name).is_some_and(|number| self.take_number(parent, number));
        let named = match parent.and_then(|parent| self.tasks.get_mut(parent)) {
            Some(parent) => &mut parent.extra().named_children,
            None => &mut self.named_roots,
        };
        // The first of a name bears it as it is, unless it is the number of a sibling without a name.
        let second = if taken { format!("{name}#2") } else { String::new() };
        let bears = |first| self.names.has_label(first, name) || (taken && self.names.has_label(first, &second));
        if let Some((_, uses)) = named.iter_mut().find(|&&mut (first, _)| bears(first)) {
            *uses += 1;
            return *uses;
        }
        let uses = 1 + u32::from(taken);
        named.push((id, uses));
        uses
    }

    /// Keeps a number from siblings without a name; true if one may have it already.
    fn take_number(&mut self, parent: Option<TaskId>, number: u32) -> bool {
        let numbered = match parent.and_then(|parent| self.tasks.get_mut(parent)) {
            Some(parent) => &mut parent.children,
            None => &mut self.roots,
        };
        let taken = number <= *numbered;
        *numbered = number.max(*numbered);
        taken
    }
}

/// The number that a task without a name would have to have to be called so. A run never comes near the largest ones.
fn number_in(name: &str) -> Option<u32> {
    // Nearly all names begin with a letter, and this runs at every spawn with a name.
    if !name.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    let number = name.parse::<u32>().ok().filter(|number| (1..u32::MAX / 2).contains(number))?;
    // Neither a sign nor zeros before it.
    name.bytes().all(|byte| byte.is_ascii_digit()).then_some(number).filter(|_| !name.starts_with('0'))
}
