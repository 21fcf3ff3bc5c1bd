//! What an object is called in traces and reports, and who holds it.

use std::cell::{Cell, RefCell};

use crate::context;
use crate::ident::{ResourceId, TaskId};
use crate::kernel::Kernel;
use crate::trace::{Actor, Event};

/// An object's place in the tables of its run: the one in which it was made or, made outside, first used. Another run
/// would find in it what the first one left there, so it is refused there; outside every run it is plain data.
///
/// Objects without a name are numbered in the order in which they were made, which depends less on the schedule than the
/// order in which they are used.
#[derive(Debug)]
pub(super) struct Resource {
    kind: &'static str,
    name: RefCell<Option<Box<str>>>,
    /// The run, and the object's number there.
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

    /// Does something in the current run; nothing outside of one. Panics if that is not the object's own.
    fn in_run<R>(&self, operation: impl FnOnce(&mut Kernel, ResourceId) -> R) -> Option<R> {
        if !context::is_inside() {
            return None;
        }
        Some(match self.entry.get() {
            Some((run, id)) => context::of(run, |kernel| operation(kernel, id)),
            None => context::with(self.kind, |kernel| {
                let id = self.enter(kernel);
                operation(kernel, id)
            }),
        })
    }

    #[cold]
    fn enter(&self, kernel: &mut Kernel) -> ResourceId {
        let id = kernel.names.add_resource(self.kind, self.name.borrow().as_deref());
        kernel.resources.add(id);
        self.entry.set(Some((kernel.run, id)));
        id
    }

    /// Its number in the run whose kernel this is; none if it is another run's, of which [`refuse`](Self::refuse) tells.
    #[inline]
    fn number_in(&self, kernel: &mut Kernel) -> Option<ResourceId> {
        match self.entry.get() {
            Some((run, id)) => (run == kernel.run).then_some(id),
            None => Some(self.enter(kernel)),
        }
    }

    /// Panics, because it is another run's.
    #[cold]
    pub(super) fn refuse(&self) -> ! {
        self.in_run(|_, _| ());
        unreachable!("seedbed bug: an object was refused in its own run, please report")
    }

    /// As [`in_run`](Self::in_run), for what destructors do: nothing happens where it would panic.
    fn in_run_if_own<R>(&self, operation: impl FnOnce(&mut Kernel, ResourceId) -> R) -> Option<R> {
        let (run, id) = self.entry.get()?;
        context::try_of(run, |kernel| operation(kernel, id))
    }

    /// Records an event, if it is worth telling or the object has a name. What happens while the run is taken down is
    /// no longer the program's doing.
    #[inline]
    fn record(&self, kernel: &mut Kernel, worth: bool, event: impl FnOnce(Actor) -> Event) {
        if (worth || self.name.borrow().is_some()) && !kernel.ending {
            let who = kernel.actor();
            kernel.emit(event(who));
        }
    }

    /// Somebody begins to wait, in the run whose kernel this is. Returns what for; none if it is another run's.
    #[inline]
    pub(super) fn waiting(&self, kernel: &mut Kernel) -> Option<ResourceId> {
        let on = self.number_in(kernel)?;
        self.record(kernel, true, |who| Event::Waiting { who, on });
        Some(on)
    }

    /// Whoever runs now holds it from here on. Returns the task, if it is one. `what` names the caller in the message of a
    /// call outside a run.
    pub(super) fn taken(&self, what: &str, waited: bool) -> Option<TaskId> {
        let holder = self.in_run(|kernel, on| {
            self.record(kernel, waited, |who| Event::Acquired { who, on });
            if let Some(task) = kernel.current {
                kernel.resources.acquired(on, task);
            }
            kernel.current
        });
        holder.unwrap_or_else(|| context::with(what, |kernel| kernel.current))
    }

    /// What a task holds is given back by whoever runs now.
    pub(super) fn given_back(&self, holder: Option<TaskId>, wanted: bool) {
        self.in_run_if_own(|kernel, on| {
            self.record(kernel, wanted, |who| Event::Released { who, on });
            if holder.is_some() {
                kernel.resources.released(on, holder);
            }
        });
    }

    /// Whose a release by hand is: that of the running task if it holds one, else of whoever took one first.
    pub(super) fn likely_holder(&self) -> Option<TaskId> {
        let holder = self.in_run_if_own(|kernel, on| {
            let holders = kernel.resources.holders(on);
            kernel.current.filter(|task| holders.contains(task)).or_else(|| holders.first().copied())
        });
        holder.flatten()
    }

    /// True if nothing can be told of it but what is worth telling: it has its place in the current run, and no name.
    #[inline]
    fn is_plain(&self) -> bool {
        self.name.borrow().is_none() && self.entry.get().is_some_and(|(run, _)| context::is_inside_of(run))
    }

    /// Whoever runs now got something out of it, which it need not give back.
    #[inline]
    pub(super) fn received(&self, waited: bool) {
        if !waited && self.is_plain() {
            return;
        }
        self.in_run(|kernel, on| self.record(kernel, waited, |who| Event::Acquired { who, on }));
    }

    /// Whoever runs now let others go on.
    #[inline]
    pub(super) fn signalled(&self, heard: bool) {
        if !heard && self.is_plain() {
            return;
        }
        self.in_run(|kernel, on| self.record(kernel, heard, |who| Event::Signalled { who, on }));
    }

    /// The same in the run whose kernel this is; false, with nothing done, if it is another run's.
    #[inline]
    pub(super) fn signalled_in(&self, kernel: &mut Kernel, heard: bool) -> bool {
        let Some(on) = self.number_in(kernel) else { return false };
        self.record(kernel, heard, |who| Event::Signalled { who, on });
        true
    }
}
