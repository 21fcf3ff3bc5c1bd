//! Who is to be struck at await points, what is due, and the await points themselves, where somebody wants to know them.

use std::any::Any;
use std::backtrace::Backtrace;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::tasks::{Address, Outcome, Owner, RunTask};
use crate::choice::{FaultSet, Kind, Strike, SubjectKey};
use crate::ident::TaskId;

/// The subject of questions about the future that a sweep wraps. No task has such a name.
pub(crate) const TARGET: &str = "(target)";

/// What a panic says that was not the program's own.
pub(crate) const INJECTED: &str = "a panic was injected where it should go on after await point ";

/// So many await points are kept; a future that has more is not swept.
pub(super) const POINTS_MAX: usize = 1 << 16;

/// A runner that shows where the coroutine of another one waits.
pub(crate) type Probe = fn(Rc<dyn RunTask>) -> Rc<dyn RunTask>;

/// One time that a future returned `Pending`.
#[derive(Debug)]
pub(crate) struct Point {
    pub(crate) at: u64,
    pub(crate) waits_for: String,
    /// The stack at the last poll of a leaf, to be searched for the line of the await.
    pub(crate) stack: Option<Backtrace>,
}

/// Who is struck, and whose await points are kept.
#[derive(Debug, Default)]
pub(crate) struct Strikes {
    pub(super) cancels: bool,
    pub(super) panics: bool,
    /// Some task was killed: see `Kernel::kill`.
    pub(super) kills: bool,
    pub(super) watched: Option<SubjectKey>,
    pub(super) probe: Option<Probe>,
    /// The stack at the last poll of a leaf.
    pub(super) stack: Option<Backtrace>,
    pub(crate) points: Vec<Point>,
    /// How often each subject has waited.
    waits: BTreeMap<SubjectKey, u32>,
    /// What strikes a task when it is about to go on, and the number of the await point.
    pub(super) due: Vec<(TaskId, Strike, u32)>,
}

impl Strikes {
    pub(crate) fn new(faults: FaultSet, watched: Option<(SubjectKey, Probe)>) -> Self {
        let (watched, probe) = watched.unzip();
        let (cancels, panics) = (faults.contains(Kind::Cancel), faults.contains(Kind::Panic));
        Self { cancels, panics, watched, probe, ..Self::default() }
    }

    #[inline]
    pub(crate) fn is_on(&self) -> bool {
        self.cancels || self.panics || self.kills || self.watched.is_some()
    }

    pub(crate) fn watches_target(&self) -> bool {
        self.watched == Some(SubjectKey::of_path(TARGET))
    }

    /// Notes where the code stands that polls a leaf now.
    pub(crate) fn note_stack(&mut self) {
        if self.watched.is_some() && self.points.len() < POINTS_MAX {
            self.stack = Some(Backtrace::force_capture());
        }
    }

    /// Counts an await point: its number, from 0.
    pub(super) fn count(&mut self, subject: SubjectKey) -> u32 {
        let count = self.waits.entry(subject).or_insert(0);
        let nth = *count;
        *count = count.saturating_add(1);
        nth
    }
}

/// Panics in the place of a coroutine that should go on. The coroutine is dropped by the unwinding, as if the panic had come from inside.
pub(super) struct Panicking {
    pub(super) runner: Rc<dyn RunTask>,
    pub(super) nth: u32,
}

impl Owner for Panicking {
    fn address(&self) -> Address {
        self.runner.address()
    }

    fn take(&self, into: &mut dyn Any) {
        self.runner.take(into);
    }

    fn read(&self, reader: &mut dyn FnMut(&dyn Any)) {
        self.runner.read(reader);
    }

    fn put(&self, from: &mut dyn Any) {
        self.runner.put(from);
    }
}

impl RunTask for Panicking {
    fn poll(&self, _: &mut Context<'_>) -> Poll<Outcome> {
        struct DropsContents<'a>(&'a dyn RunTask);
        impl Drop for DropsContents<'_> {
            fn drop(&mut self) {
                self.0.drop_contents();
            }
        }
        let _unwound = DropsContents(&*self.runner);
        panic_after(self.nth)
    }

    fn drop_contents(&self) {
        self.runner.drop_contents();
    }
}

/// The panic itself. It passes by the panic hook, because its place would be one in this library.
pub(crate) fn panic_after(nth: u32) -> ! {
    std::panic::resume_unwind(Box::new(format!("{INJECTED}{}", u64::from(nth) + 1)))
}
