//! What an object is called in traces and reports, and who holds it.

use std::cell::{Cell, RefCell};

use crate::context;
use crate::ident::{ResourceId, TaskId};
use crate::kernel::Kernel;
use crate::trace::{Actor, Event};

/// An object's place in the tables of a run.
///
/// Objects without a name are numbered in the order in which they were made, which depends less on the schedule than the
/// order in which they are used; so the entry is made with the object, or, where that was outside a run, when a run
/// first meets it.
#[derive(Debug)]
pub(super) struct Resource {
    kind: &'static str,
    name: RefCell<Option<Box<str>>>,
    /// A run, and the object's number there.
    entry: Cell<Option<(u32, ResourceId)>>,
}

impl Resource {
    pub(super) fn new(kind: &'static str) -> Self {
        let resource = Self { kind, name: RefCell::new(None), entry: Cell::new(None) };
        resource.in_run(|_, _| ());
        resource
    }

    /// Names the object, for every handle of it.
    pub(super) fn rename(&self, name: &str) {
        *self.name.borrow_mut() = Some(name.into());
        self.entry.set(None);
        self.in_run(|_, _| ());
    }

    /// Does something in the current run; nothing outside of one.
    fn in_run<R>(&self, operation: impl FnOnce(&mut Kernel, ResourceId) -> R) -> Option<R> {
        context::is_inside().then(|| {
            context::with(self.kind, |kernel| {
                let id = self.id(kernel);
                operation(kernel, id)
            })
        })
    }

    fn id(&self, kernel: &mut Kernel) -> ResourceId {
        if let Some((run, id)) = self.entry.get()
            && run == kernel.run
        {
            return id;
        }
        let id = kernel.names.add_resource(self.kind, self.name.borrow().as_deref());
        kernel.resources.add(id);
        self.entry.set(Some((kernel.run, id)));
        id
    }

    /// Records an event, if it is worth telling or the object has a name. What happens while the run is taken down is
    /// no longer the program's doing.
    fn record(&self, kernel: &mut Kernel, worth: bool, event: impl FnOnce(Actor) -> Event) {
        if (worth || self.name.borrow().is_some()) && !kernel.ending {
            let who = kernel.actor();
            kernel.emit(event(who));
        }
    }

    /// Somebody begins to wait. Returns what for.
    pub(super) fn waiting(&self, kernel: &mut Kernel) -> ResourceId {
        let on = self.id(kernel);
        self.record(kernel, true, |who| Event::Waiting { who, on });
        on
    }

    /// Whoever runs now holds it from here on. Returns the task, if it is one.
    pub(super) fn taken(&self, waited: bool) -> Option<TaskId> {
        let holder = self.in_run(|kernel, on| {
            self.record(kernel, waited, |who| Event::Acquired { who, on });
            if let Some(task) = kernel.current {
                kernel.resources.acquired(on, task);
            }
            kernel.current
        });
        holder.flatten()
    }

    /// What a task holds is given back by whoever runs now.
    pub(super) fn given_back(&self, holder: Option<TaskId>, wanted: bool) {
        self.in_run(|kernel, on| {
            self.record(kernel, wanted, |who| Event::Released { who, on });
            if holder.is_some() {
                kernel.resources.released(on, holder);
            }
        });
    }

    /// Whose a release by hand is: that of the running task if it holds one, else of whoever took one first.
    pub(super) fn likely_holder(&self) -> Option<TaskId> {
        let holder = self.in_run(|kernel, on| {
            let holders = kernel.resources.holders(on);
            kernel.current.filter(|task| holders.contains(task)).or_else(|| holders.first().copied())
        });
        holder.flatten()
    }

    /// Whoever runs now got something out of it, which it need not give back.
    pub(super) fn received(&self, waited: bool) {
        self.in_run(|kernel, on| self.record(kernel, waited, |who| Event::Acquired { who, on }));
    }

    /// Whoever runs now let others go on.
    pub(super) fn signalled(&self, heard: bool) {
        self.in_run(|kernel, on| self.record(kernel, heard, |who| Event::Signalled { who, on }));
    }
}
